"""The two doors to the database. Nothing else opens a connection or commits.

    async with db.tenant_tx(principal) as tx:      # sees and writes one tenant, as row security decides
        rows = await tx.all(Task, "SELECT …", {...})

    async with db.system_tx(reason="sign-in") as tx:   # crosses tenants; the reason is signed and logged
        ...

A block is one transaction: it commits when the block ends, and rolls back when it raises.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, LiteralString, TypeVar, cast

import orjson
import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.rows import class_row, dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from qistas.core.errors import Conflict, Invalid, QistasError, StorageFull, Unavailable
from qistas.core.ids import TenantId
from qistas.core.principal import Principal

from .address import Address
from .context import sign_context
from .statement import DRIVER_KEEPS, number_parameters

log = logging.getLogger("qistas.db")
# A plan that is kept is made while tables may still be empty, and must be right when they are full: by index, row by row.
KEEP_PLANS = " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
PATH = "qistas, core, pg_catalog, pg_temp"
Shape = TypeVar("Shape")
Params = Mapping[str, Any] | Sequence[Any] | None

set_json_dumps(orjson.dumps)
set_json_loads(orjson.loads)


class Session(AsyncConnection[Any]):
    """A connection that knows which of the database's sessions it is: contexts are signed for one session."""

    backend: int = 0


class Tx:
    """One open transaction. Statements take SQL and parameters; rows come back as the dataclass asked for."""

    __slots__ = ("_conn", "_principal")

    def __init__(self, conn: AsyncConnection[Any], principal: Principal | None) -> None:
        self._conn = conn
        self._principal = principal

    @property
    def principal(self) -> Principal:
        """Who acts. A system transaction has none, and asking is a fault of the program."""
        if self._principal is None:
            raise RuntimeError("a system transaction has no principal")
        return self._principal

    @property
    def tenant_id(self) -> TenantId:
        """The tenant of this transaction."""
        return self.principal.tenant_id

    @property
    def connection(self) -> AsyncConnection[Any]:
        """The driver's connection, for COPY and pipelines. Never commit on it."""
        return self._conn

    async def run(self, sql: str, params: Params = None) -> int:
        """Execute, and return the number of rows touched."""
        cursor = await self._conn.execute(cast(LiteralString, sql), params)
        return cursor.rowcount

    async def one(self, shape: type[Shape], sql: str, params: Params = None) -> Shape | None:
        """The first row as `shape`, or None."""
        async with self._conn.cursor(row_factory=class_row(shape)) as cursor:
            await cursor.execute(cast(LiteralString, sql), params)
            return await cursor.fetchone()

    async def all(self, shape: type[Shape], sql: str, params: Params = None) -> list[Shape]:
        """Every row as `shape`. For lists that are bounded; use `stream` for those that are not."""
        async with self._conn.cursor(row_factory=class_row(shape)) as cursor:
            await cursor.execute(cast(LiteralString, sql), params)
            return await cursor.fetchall()

    async def value(self, sql: str, params: Params = None) -> Any:
        """The first column of the first row, or None."""
        cursor = await self._conn.execute(cast(LiteralString, sql), params)
        row = await cursor.fetchone()
        return row[0] if row else None

    async def rows(self, sql: str, params: Params = None) -> list[tuple[Any, ...]]:
        """Every row as a plain tuple."""
        if isinstance(params, Mapping) and len(sql) > DRIVER_KEEPS:
            numbered, names = number_parameters(sql)
            raw = AsyncRawCursor[tuple[Any, ...]](self._conn)
            await raw.execute(cast(LiteralString, numbered), [params[name] for name in names])
            return await raw.fetchall()
        cursor = await self._conn.execute(cast(LiteralString, sql), params)
        return await cursor.fetchall()

    async def dicts(self, sql: str, params: Params = None) -> list[dict[str, Any]]:
        """Every row as a dict by column name."""
        async with self._conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(cast(LiteralString, sql), params)
            return await cursor.fetchall()

    async def many(self, sql: str, params: Sequence[Params]) -> None:
        """Execute once for each set of parameters, in one round trip."""
        async with self._conn.cursor() as cursor:
            await cursor.executemany(cast(LiteralString, sql), cast(Any, params))

    async def stream(
        self, sql: str, params: Params = None, size: int = 2000
    ) -> AsyncIterator[list[tuple[Any, ...]]]:
        """Rows in lists of up to `size`, through a server-side cursor: memory does not grow with the result."""
        async with self._conn.cursor(name="stream") as cursor:
            cursor.itersize = size
            await cursor.execute(cast(LiteralString, sql), params)
            while rows := await cursor.fetchmany(size):
                yield rows


class Database:
    """The pools of the two login roles. Open once a process with `async with Database(address) as db`."""

    def __init__(self, address: Address, *, size: int = 12) -> None:
        self._address = address
        self._app = _pool(address.app, "qistas-app", size)
        self._hot = _pool(address.app, "qistas-hot", size, keep_plans=True)
        self._system = _pool(address.system, "qistas-system", max(2, size // 3))

    @property
    def address(self) -> Address:
        """Where this database is."""
        return self._address

    async def __aenter__(self) -> "Database":
        await self._app.open()
        await self._hot.open()
        await self._system.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._app.close()
        await self._hot.close()
        await self._system.close()

    @asynccontextmanager
    async def tenant_tx(self, principal: Principal, *, hot: bool = False) -> AsyncGenerator[Tx]:
        """A transaction that sees one tenant. Raises Unavailable when the database does not answer.

        `hot`: each of its statements is planned once and the plan kept, whatever its parameters. That saves most of the
        time of a small statement over partitioned tables, and is right only where a plan does not depend on them: no limit or
        optional filter may be a parameter.
        """
        sign = partial(
            sign_context,
            self._address.context_key,
            principal.tenant_id,
            principal.member_id,
            principal.purpose,
        )
        async with _transaction(self._hot if hot else self._app, sign) as conn:
            yield Tx(conn, principal)

    @asynccontextmanager
    async def system_tx(self, *, reason: str) -> AsyncGenerator[Tx]:
        """A transaction that crosses tenants. `reason` is a short lower-case name; it is signed and logged."""
        sign = partial(sign_context, self._address.context_key, None, None, reason)
        log.debug("system_tx", extra={"reason": reason})
        async with _transaction(self._system, sign) as conn:
            yield Tx(conn, None)


def _pool(conninfo: str, name: str, size: int, *, keep_plans: bool = False) -> AsyncConnectionPool[Session]:
    return AsyncConnectionPool(
        conninfo,
        connection_class=Session,
        configure=_introduce,
        name=name,
        min_size=0 if keep_plans else 1,
        max_size=size,
        timeout=10,
        open=False,
        reconnect_timeout=30,
        kwargs={
            "autocommit": True,
            "prepare_threshold": 2,
            # Days and times are those of UTC, wherever the server stands.
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=600000"
            " -c client_connection_check_interval=5000"
            + (KEEP_PLANS if keep_plans else " -c plan_cache_mode=auto"),
            "application_name": name,
        },
    )


async def _introduce(conn: Session) -> None:
    """Learn once which session of the database this is; a pooler in between would tell another number."""
    row = await (await conn.execute("SELECT pg_backend_pid()")).fetchone()
    assert row is not None
    conn.backend = row[0]


@asynccontextmanager
async def _transaction(
    pool: AsyncConnectionPool[Session], sign: Callable[[int], str]
) -> AsyncGenerator[AsyncConnection[Any]]:
    try:
        async with pool.connection() as conn:
            # One round trip for all. The context holds only hex, digits, `|` and a checked name: nothing to escape.
            # The path is said anew each time, with temporary tables last: whatever an earlier transaction of this session left
            # behind stands in for none of ours.
            begin = f"BEGIN; SET LOCAL search_path = {PATH}; SET LOCAL app.ctx = '{sign(conn.backend)}'"
            await conn.execute(cast(LiteralString, begin))
            try:
                yield conn
            except BaseException:
                if not conn.closed:
                    await conn.execute("ROLLBACK")
                raise
            await conn.execute("COMMIT")
    except QistasError:
        raise
    except psycopg.errors.DiskFull as error:
        log.error("the database's disk is full: %s", error)
        raise StorageFull(
            "The disk of the database is full. Nothing was lost; free some space there, then try again."
        ) from error
    except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError) as error:
        log.warning("the database did not answer: %s", error)
        raise Unavailable(
            "The database does not answer just now. Nothing was lost; try again in a moment."
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        if "expired context" not in str(error):
            raise
        raise Unavailable(
            "The clocks of this server and of the database disagree by hours. Set them right, then try again."
        ) from error
    except psycopg.errors.UniqueViolation as error:
        raise Conflict("Something of that name or key is there already. Choose another.") from error
    except psycopg.errors.ForeignKeyViolation as error:
        raise Conflict("Something this depends on is not there any more. Load it again.") from error
    except psycopg.DataError as error:
        raise Invalid(f"A value cannot be stored: {error}".split("\n")[0]) from error
