"""A full run in a process of its own, so that minutes of reading and arithmetic never hold up answers that are inferred meanwhile.

    python -m qistas.quality.fit_apart

The worker starts it and says over standard input, as one line of JSON, where the database is and what to fit; the key that signs
contexts is among it, and so it is never an argument. Standard input stays open as long as the worker lives: when it closes, so does this.
"""

import asyncio
import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qistas.core.ids import MemberId, ProjectId, TenantId, parse_uuid
from qistas.core.principal import Principal, Role
from qistas.db import Address, Database

from .fit import fit_project

NICE = 10
ORPHANED = 3
SAID = 4000  # characters of what a failed run said that are kept


async def fit_apart(db: Database, who: Principal, project_id: ProjectId, method: str | None = None) -> None:
    """`fit_project` in another process, which ends with this task. Raises RuntimeError when it fails."""
    address = asdict(db.address)
    asked = {
        "address": {
            **address,
            "context_key": db.address.context_key.hex(),
            "embedded": str(db.address.embedded) if db.address.embedded else None,
        },
        "who": [str(who.tenant_id), str(who.member_id), str(who.role), who.name, who.purpose],
        "project": str(project_id),
        "method": method,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        await process.stdin.drain()
        said = await process.stderr.read()
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process.stdin.close()
    if code != 0:
        tail = said.decode("utf-8", "replace")[-SAID:]
        raise RuntimeError(f"the full run of project {project_id} failed ({code}): {tail}")


def main() -> None:
    """Read what is asked, fit, end."""
    os.nice(NICE)
    with os.fdopen(0, "rb", buffering=0, closefd=False) as told:
        asked: dict[str, Any] = json.loads(told.readline())
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    asyncio.run(_fit(asked))


def _end_with_the_worker() -> None:
    while os.read(0, 1024):  # not through sys.stdin, whose lock a thread may not hold when the program ends
        pass
    os._exit(ORPHANED)


async def _fit(asked: dict[str, Any]) -> None:
    given = asked["address"]
    address = Address(
        given["admin"],
        given["app"],
        given["system"],
        bytes.fromhex(given["context_key"]),
        Path(given["embedded"]) if given["embedded"] else None,
    )
    tenant, member, role, name, purpose = asked["who"]
    tenant_id, member_id, project = parse_uuid(tenant), parse_uuid(member), parse_uuid(asked["project"])
    assert tenant_id is not None
    assert member_id is not None
    assert project is not None
    who = Principal(TenantId(tenant_id), MemberId(member_id), Role(role), name=name, purpose=purpose)
    async with Database(address, size=2) as db:
        await fit_project(db, who, ProjectId(project), asked["method"])


if __name__ == "__main__":
    main()
