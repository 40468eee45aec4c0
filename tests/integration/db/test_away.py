"""A database that goes away is Unavailable for as long as that lasts, and then all is as before."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import FAST, KEY, make_tenant
from tests.integration.conftest import started

from qistas.core.errors import Unavailable
from qistas.db import Address, Database, open_address
from qistas.db.embedded import start_postgres, stop_postgres
from qistas.db.migrate import migrate


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Address]:
    folder = tmp_path / "postgres"
    address = open_address(start_postgres(folder, FAST), KEY, database="qistas", embedded=folder)
    migrate(address)
    yield address
    stop_postgres(folder)


async def test_requests_answer_503_and_then_as_before(own: Address, tmp_path: Path) -> None:
    assert own.embedded is not None
    async for api in started(own, tmp_path):
        client = await api.client()
        assert (await client.get("/setup")).status_code == 200
        await asyncio.to_thread(stop_postgres, own.embedded)
        away = await client.get("/setup")
        assert (away.status_code, away.json()["code"]) == (503, "unavailable")
        assert int(away.headers["retry-after"]) > 0
        await asyncio.to_thread(start_postgres, own.embedded, FAST)
        async with asyncio.timeout(40):
            while (await client.get("/setup")).status_code != 200:
                await asyncio.sleep(0.2)


async def test_it_goes_away_and_comes_back(own: Address) -> None:
    assert own.embedded is not None
    async with Database(own, size=4) as db:
        tenant = await make_tenant(db)
        held = asyncio.Event()

        async def writing() -> None:
            async with db.tenant_tx(tenant.owner) as tx:
                await tx.run("UPDATE tenants SET name = 'half' WHERE tenant_id = %s", (tenant.id,))
                held.set()
                await asyncio.sleep(1)
                await tx.run("UPDATE tenants SET name = 'whole' WHERE tenant_id = %s", (tenant.id,))

        under_way = asyncio.create_task(writing())
        await held.wait()
        await asyncio.to_thread(stop_postgres, own.embedded)
        with pytest.raises(Unavailable):
            await under_way
        with pytest.raises(Unavailable, match="Nothing was lost"):
            async with asyncio.timeout(30), db.tenant_tx(tenant.owner) as tx:
                await tx.value("SELECT 1")
        await asyncio.to_thread(start_postgres, own.embedded, FAST)
        async with asyncio.timeout(30):
            while True:
                try:
                    async with db.tenant_tx(tenant.owner) as tx:
                        assert await tx.value("SELECT name FROM tenants") == "A"
                    break
                except Unavailable:
                    await asyncio.sleep(0.2)
