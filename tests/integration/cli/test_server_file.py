"""The file by which commands on the same machine find the server: its tokens end as soon as nobody needs them."""

import json
from pathlib import Path

from qistas.cli.serving import ServerFile
from qistas.db import Database
from qistas.settings import Settings


async def test_tokens_end_when_they_are_replaced_and_when_the_server_stops(
    db: Database, tmp_path: Path
) -> None:
    file = tmp_path / "server.json"

    async def live() -> int:
        async with db.system_tx(reason="test") as tx:
            return await tx.value("SELECT count(*) FROM identity.api_tokens WHERE revoked_at IS NULL")

    killed = ServerFile(Settings(data_dir=tmp_path), db)
    await killed.renew()
    started = ServerFile(Settings(data_dir=tmp_path), db)
    seen: set[str] = set()
    for expected in (1, 2, 2, 2):  # a command may still run with the one before
        await started.renew()
        assert await live() == expected
        seen.add(json.loads(file.read_text())["token"])
    assert len(seen) == 4
    await started.remove()
    assert (await live(), file.exists()) == (0, False)
