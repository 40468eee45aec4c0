"""Every operation of the OpenAPI document, asked what fits it and what does not: never a fault of ours, always as described.

A real server on a real socket, a tenant that has one of everything, and its owner, who may do all there is to do.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import warnings
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.integration.api.road import furnish
from tests.integration.conftest import Api

from qistas.api.app import create_app
from qistas.core.principal import Role

EACH = 5  # examples of each kind for each operation
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@contextmanager
def serving(app: Any) -> Generator[str]:
    """The application on a socket, in a thread and an event loop of its own."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="critical", lifespan="on", server_header=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


async def test_every_operation_keeps_its_word(api: Api) -> None:
    tenant = await api.tenant()
    ids, _ = await furnish(api, tenant)
    # What is taken away in the course of this is not who asks.
    ids["member_id"] = str((await tenant.member(Role.VIEWER)).member_id)
    token = await api.token_for(tenant.owner)
    failures = await asyncio.to_thread(walk, api, ids, token)
    assert not failures, "\n\n".join(failures)


def walk(api: Api, ids: dict[str, str], token: str) -> list[str]:
    failures: list[str] = []
    statuses: Counter[int] = Counter()
    app = create_app(api.settings, api.address)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    with serving(app) as url, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_dict(app.openapi())
        for found in schema.get_all_operations():
            operation: Any = cast(Any, found).ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                names = {p for p in ids if f"{{{p}}}" in operation.path}
                # Half of the time what is there, so that more than the door is tried.
                cases = operation.as_strategy(mode)
                if names:
                    cases = st.one_of(
                        operation.as_strategy(mode, path_parameters={n: ids[n] for n in names}), cases
                    )

                @settings(
                    max_examples=EACH,
                    database=None,
                    derandomize=True,
                    phases=[Phase.generate],
                    suppress_health_check=cast(list[HealthCheck], list(HealthCheck)),
                )
                @given(case=cases)
                def ask(case: Case[Any]) -> None:
                    answer = case.call(base_url=url, session=session, timeout=60)
                    statuses[answer.status_code] += 1
                    case.validate_response(answer, checks=CHECKS)

                try:
                    ask()
                except (FailureGroup, AssertionError, requests.RequestException) as failure:
                    parts = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
                    failures.append(
                        f"{operation.method.upper()} {operation.path} ({mode.value}): "
                        + "; ".join(str(p)[:800] for p in parts)
                    )
                except Exception as failure:
                    if (
                        "unsatisfiable" not in str(failure).lower()
                        and type(failure).__name__ != "Unsatisfiable"
                    ):
                        failures.append(
                            f"{operation.method.upper()} {operation.path} ({mode.value}): {type(failure).__name__} {str(failure)[:800]}"
                        )
    # It was no walk along closed doors: things were read, made and removed.
    assert statuses[200] > 100, statuses
    assert statuses[201] > 5, statuses
    assert statuses[204] > 5, statuses
    return failures


@schemathesis.serializer("application/x-ndjson")
def as_lines(context: object, value: Any) -> bytes:
    """Whatever text, or an item of it, as lines."""
    text = str(value)
    return text.encode("utf-8", "replace") if len(text) % 2 else json.dumps({"text": text}).encode() + b"\n"
