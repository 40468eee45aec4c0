"""The real application over a test's own database, and clients of whoever one likes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from tests.conftest import Tenant, make_tenant

from qistas.api.app import create_app
from qistas.api.deps import Parts
from qistas.core.ids import MemberId, PersonId, TenantId, uuid7
from qistas.core.principal import Principal, Role
from qistas.db import Address, Database
from qistas.jobs import JobContext, registered_jobs
from qistas.settings import Settings
from qistas.worker import import_jobs
from qistas.workforce import store
from qistas.workforce.credentials import digest, new_secret, new_token
from qistas.workforce.types import SessionLimits

BASE = "http://testserver/api/v1"


def hold(client: httpx.AsyncClient, secret: str) -> None:
    """Put a session's secret into the cookies of a client, in place of any other."""
    client.cookies.set("qistas_session", secret, domain="testserver.local", path="/")


@dataclass
class Api:
    """The application, started; `db` is its own database object."""

    app: FastAPI
    settings: Settings
    address: Address
    _open: AsyncExitStack = field(repr=False)
    _one_worker: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def db(self) -> Database:
        return cast(Parts, self.app.state.parts).db

    async def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A client with this API token, or of nobody. Paths are below /api/v1."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        transport = httpx.ASGITransport(
            self.app, client=(f"10.{secrets.randbelow(250)}.{secrets.randbelow(250)}.1", 1)
        )
        return await self._open.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers, timeout=60)
        )

    async def token_for(self, who: Principal, scopes: list[str] | None = None) -> str:
        """An API token of this member."""
        token = new_token()
        async with self.db.system_tx(reason="test") as tx:
            await store.add_token(
                tx,
                uuid7(),
                digest(token),
                who.tenant_id,
                who.member_id,
                "test",
                token[-4:],
                scopes or ["*"],
                who.member_id,
                30,
            )
        return token

    async def client_for(self, who: Principal | str) -> httpx.AsyncClient:
        """A client of this member, or with this API token."""
        return await self.client(who if isinstance(who, str) else await self.token_for(who))

    async def make_person(
        self,
        tenant: Tenant | None,
        role: Role = Role.OWNER,
        *,
        email: str | None = None,
        password_hash: str | None = None,
    ) -> tuple[PersonId, Principal | None]:
        """A person, a member of `tenant` if one is given."""
        person_id, name = PersonId(uuid7()), f"{role.value} person"
        async with self.db.system_tx(reason="test") as tx:
            await store.add_person(tx, person_id, name, email, password_hash, "en")
        return person_id, await self.join(tenant, person_id, role, name) if tenant is not None else None

    async def join(self, tenant: Tenant, person_id: PersonId, role: Role, name: str = "person") -> Principal:
        """Make a person a member."""
        member_id = MemberId(uuid7())
        async with self.db.system_tx(reason="test") as tx:
            await store.add_person_member(tx, tenant.id, member_id, person_id, name, None, role)
        return Principal(tenant.id, member_id, role, name=name)

    async def signed_in(
        self, person_id: PersonId, tenant_id: TenantId, opened_by: str = "password"
    ) -> httpx.AsyncClient:
        """A client with a session cookie, like the console's."""
        secret = new_secret()
        async with self.db.system_tx(reason="test") as tx:
            await store.add_session(tx, digest(secret), person_id, tenant_id, SessionLimits(), opened_by)
        client = await self.client(**{"Sec-Fetch-Site": "same-origin"})
        hold(client, secret)
        return client

    async def run_jobs(self) -> list[str]:
        """Do every job that waits, in order, as a worker would; give their names. A job that fails fails the test."""
        async with self._one_worker:
            return await self._run_jobs()

    async def _run_jobs(self) -> list[str]:
        import_jobs()
        book = {job.name: job for job in registered_jobs()}
        context = JobContext(self.db, self.settings.blobs, self.settings.max_image_pixels)
        done: list[str] = []
        async with await psycopg.AsyncConnection.connect(
            self.address.admin, autocommit=True, options="-c search_path=jobs"
        ) as admin:
            while True:
                cursor = await admin.execute(
                    """UPDATE procrastinate_jobs SET status = 'doing', queueing_lock = NULL WHERE id = (
                           SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo')
                       RETURNING id, task_name, args"""
                )
                found = await cursor.fetchone()
                if found is None:
                    return done
                await book[found[1]].function(context, **found[2])
                await admin.execute(
                    "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", (found[0],)
                )
                done.append(found[1])

    async def tenant(self, name: str = "A") -> Tenant:
        """A tenant with one owner, in the application's database."""
        return await make_tenant(self.db, name)


async def started(address: Address, folder: Path, **settings: Any) -> AsyncIterator[Api]:
    """The application on `address`, for a fixture to yield."""
    chosen = Settings(data_dir=folder, **settings)
    app = create_app(chosen, address)
    async with app.router.lifespan_context(app), AsyncExitStack() as opened:
        yield Api(app, chosen, address, opened)


@pytest.fixture
async def api(address: Address, tmp_path: Path) -> AsyncIterator[Api]:
    """The application with the settings of `qistas up`, on a fresh database."""
    async for running in started(address, tmp_path):
        yield running
