"""Non-interference (trust.md, G1): what a tenant is answered does not depend on whether another tenant is there.

The same session of tenant A is recorded twice: alone in its database, and in one where tenant B has the same names, files and
people, works at the same time, and has its jobs done by the same worker. Every byte of every answer must be the same, once ids,
moments and secrets are replaced by what they are.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from tests.conftest import fresh_database
from tests.integration.api.road import Walk, furnish
from tests.integration.api.test_foreign_ids import NAMES, PARAMETER, filled
from tests.integration.conftest import Api, started

from qistas.core.principal import Role

# Hashes of sealed versions and of files cover ids and moments, and pseudonyms stand for ids: they are told like ids.
UUID = re.compile(
    r"\b[0-9a-f]{64}\b|(?<=\")[0-9a-f]{16}(?=\")|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)")
SECRET = re.compile(r"qst_\w{36}|(?<=/invite#)[\w-]{43}")
HINT = re.compile(r'(?<="hint":")\w{4}(?=")')
KEY = re.compile(r'(?<="next":")[\w-]+(?=")')
PACKED = re.compile(r'(?<=\.parquet","rows":\d,"bytes":)\d+')  # ids pack differently well
SHARD = re.compile(r"(?<=rows-\d{5}-)[0-9a-f]{16}(?=\.parquet)")  # the hash of a file that holds ids
TOOK = re.compile(r'(?<="seconds":)[\d.e-]+(?=}],"annotators")')  # how long an inference ran
FORMS = {
    HINT: "<hint>",
    MOMENT: "<moment>",
    SECRET: "<secret>",
    KEY: "<key>",
    PACKED: "<bytes>",
    SHARD: "<hash>",
    TOOK: "<seconds>",
}
PASSING = {"x-request-id", "date", "content-length", "etag", "last-modified", "set-cookie"}


class Same:
    """Replaces ids by the order in which they were first seen, and what passes by its name."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        for form, name in FORMS.items():
            text = form.sub(name, text)
        return UUID.sub(lambda m: self.seen.setdefault(m[0], f"<id {len(self.seen)}>"), text)


def transcript(walk: Walk) -> list[str]:
    """One line for each answer: what was asked, the status, the headers that stay, the body."""
    same = Same()
    return [same(f"{method} {path} -> {told(answer)}") for method, path, answer in walk.said]


def told(answer: httpx.Response) -> str:
    headers = {k: v for k, v in sorted(answer.headers.items()) if k not in PASSING}
    return f"{answer.status_code} {headers} {answer.text}"


async def everything_there_is_to_read(api: Api, ask: Walk, ids: dict[str, str]) -> None:
    """Every GET of the API, with filters, pages and what is not there; then the queue's next offers."""
    for path, methods in sorted(api.app.openapi()["paths"].items()):
        operation = methods.get("get")
        if operation is None or not set(PARAMETER.findall(path)) <= set(ids) | set(NAMES):
            continue
        address = filled(path.removeprefix("/api/v1"), ids)
        required = {
            p["name"]: "topic"
            for p in operation.get("parameters", [])
            if p["in"] == "query" and p.get("required")
        }
        named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        anything = (200, 202, 404, 409, 422)
        await ask("GET", address, params=required, ok=anything)
        for more in (
            {"limit": 1},
            {"data": "true"},
            {"state": "open"},
            {"split": "train"},
            {"project_id": ids["project_id"]},
            {"after": "x"},
        ):
            if set(more) <= named:
                await ask("GET", address, params={**required, **more}, ok=anything)
    at = f"/projects/{ids['project_id']}"
    await ask("POST", f"{at}/reviews/claim", {})
    await ask("POST", f"{at}/claim", {"limit": 50})
    await ask("POST", f"{at}/ontology/validate", {"ontology": {}}, ok=(404, 405))
    await ask("POST", "/groups", {"name": "Arabic"}, ok=(409,))
    await ask("POST", "/invitations", {"role": "viewer", "email": "layla@example.org"})


async def session_of_a(api: Api, alone: bool) -> list[str]:
    tenant = await api.tenant("Dar al-Qalam")
    await tenant.member(Role.ANNOTATOR, "Omar")
    if alone:
        ids, ask = await furnish(api, tenant)
    else:
        # B was there before, under the same name, and works on, step by step beside A.
        before, beside = await api.tenant("Dar al-Qalam"), await api.tenant("B")
        await furnish(api, before)
        await furnish(api, beside)
        (ids, ask), *_ = await asyncio.gather(
            furnish(api, tenant), furnish(api, before, "More news"), furnish(api, beside, "Yet more")
        )
    await everything_there_is_to_read(api, ask, ids)
    return transcript(ask)


def where_they_part(one: str, other: str) -> str:
    """What was asked, and both answers from a little before the first difference."""
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    start = max(0, at - 200)
    return f"{one.split(' -> ')[0]}\n  {one[start : at + 200]}\n  {other[start : at + 200]}"


async def test_answers_do_not_depend_on_other_tenants(cluster: tuple[str, Path], tmp_path: Path) -> None:
    said: list[list[str]] = []
    for alone in (True, False):
        with fresh_database(cluster) as address:
            async for api in started(address, tmp_path / str(alone)):
                said.append(await session_of_a(api, alone))  # noqa: PERF401
    assert len(said[0]) > 80
    assert "Arabic" in "".join(said[0])
    differ = [where_they_part(one, other) for one, other in zip(*said, strict=True) if one != other]
    if differ:
        pytest.fail(f"{len(differ)} answers differ:\n\n" + "\n\n".join(differ[:5]))


def test_ids_are_told_by_the_order_of_their_coming() -> None:
    same = Same()
    a, b = "01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"
    assert same(f"{b} {a} {b} 2026-11-22T10:36:00.5Z") == "<id 0> <id 1> <id 0> <moment>"
    assert Same()(f"{a} {a} {b}") != Same()(f"{a} {b} {b}")
