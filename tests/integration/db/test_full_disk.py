"""A database without space: said so (507), nothing lost or stored by halves, and all as before once there is space again."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.conftest import Tenant
from tests.integration.conftest import Api, started

from qistas.core.errors import StorageFull, Unavailable
from qistas.core.ids import ProjectId
from qistas.db import Address, Database
from qistas.ontology import create_project

ONTOLOGY = {
    "format": 1,
    "name": "P",
    "fields": [{"name": "text", "type": "text"}],
    "questions": [{"name": "q", "kind": "choice", "labels": [{"name": "a"}, {"name": "b"}]}],
}


@pytest.fixture
def small(address: Address, tmp_path: Path) -> Iterator[Path]:
    """Moves the test's database onto a small disk of its own, whose place this is. Skips where none may be mounted."""
    disk = Path(f"/tmp/qistas-small-{secrets.token_hex(4)}")
    disk.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        disk.rmdir()
        pytest.skip(
            "mounting a small disk is not permitted here; an error of the same class is tested beside this"
        )
    assert address.embedded is not None
    owner = address.embedded.stat()
    space = disk / "space"
    space.mkdir()
    os.chown(space, owner.st_uid, owner.st_gid)
    name, database = f"small_{disk.name[-8:]}", conninfo_to_dict(address.admin)["dbname"]
    other = make_conninfo(address.admin, dbname="postgres")
    move = sql.SQL("ALTER DATABASE {} SET TABLESPACE {}")
    try:
        with psycopg.connect(other, autocommit=True) as admin:
            admin.execute(
                sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(
                    sql.Identifier(name), sql.Literal(str(space))
                )
            )
            admin.execute(move.format(sql.Identifier(str(database)), sql.Identifier(name)))
        yield disk
        with psycopg.connect(other, autocommit=True) as admin:
            admin.execute(move.format(sql.Identifier(str(database)), sql.Identifier("pg_default")))
            admin.execute(sql.SQL("DROP TABLESPACE {}").format(sql.Identifier(name)))
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
        disk.rmdir()


async def project_of(db: Database, tenant: Tenant) -> ProjectId:
    async with db.tenant_tx(tenant.owner) as tx:
        return (await create_project(tx, "P", ontology=ONTOLOGY, settings={})).id


async def count(api: Api, project: ProjectId) -> tuple[int, int, int]:
    """Items, tasks, and what the counters say of items."""
    async with api.db.system_tx(reason="test") as tx:
        [row] = await tx.rows(
            """SELECT (SELECT count(*) FROM items WHERE project_id = %(p)s), (SELECT count(*) FROM tasks WHERE project_id = %(p)s),
                      (SELECT coalesce(sum(items), 0) FROM project_counts WHERE project_id = %(p)s)""",
            {"p": project},
        )
    return row[0], row[1], int(row[2])


def batch(number: int, rows: int = 500) -> bytes:
    """Items that do not pack: random text."""
    return b"".join(
        b'{"text": "%d-%d %s"}\n' % (number, row, secrets.token_hex(1500).encode()) for row in range(rows)
    )


async def test_a_database_on_a_full_disk(address: Address, small: Path, tmp_path: Path) -> None:
    async for api in started(address, tmp_path):
        tenant = await api.tenant()
        project = await project_of(api.db, tenant)
        client = await api.client_for(tenant.owner)
        added, refused = 0, b""
        answer = await client.get(f"/projects/{project}/items")
        for number in range(100):
            sent = batch(number)
            answer = await client.post(
                f"/projects/{project}/items", content=sent, headers={"content-type": "application/x-ndjson"}
            )
            if answer.status_code != 200:
                refused = sent
                break
            added += answer.json()["added"]
        told = answer.json()
        assert (answer.status_code, told["code"], told["title"]) == (507, "storage_full", "No space left")
        assert "Nothing was lost; free some space" in told["detail"]
        assert int(answer.headers["retry-after"]) > 0
        assert added > 0
        assert (await client.get(f"/projects/{project}/items")).status_code == 200  # reading goes on

        subprocess.run(["mount", "-o", "remount,size=256m", str(small)], check=True)
        items, tasks, counted = await count(api, project)
        assert items == tasks == counted >= added
        again = await client.post(
            f"/projects/{project}/items", content=refused, headers={"content-type": "application/x-ndjson"}
        )
        assert again.status_code == 200
        assert again.json()["added"] + again.json()["duplicate"] == 500
        assert await count(api, project) == (added + 500,) * 3


async def test_an_error_of_that_class_is_told_and_an_import_goes_on_after_it(api: Api) -> None:
    """The same by the database's own error (53100), which can be raised anywhere."""
    tenant = await api.tenant()
    project = await project_of(api.db, tenant)
    client = await api.client_for(tenant.owner)
    with psycopg.connect(api.address.admin, autocommit=True, options="-c search_path=jobs") as admin:
        admin.execute(
            """CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"""
        )
        admin.execute("GRANT EXECUTE ON FUNCTION public.full() TO PUBLIC")
        for part in range(4):
            admin.execute(
                sql.SQL(
                    """CREATE TRIGGER full_disk BEFORE INSERT ON qistas.{} FOR EACH ROW
                       WHEN (NEW.data ->> 'text' LIKE '9-1999 %') EXECUTE FUNCTION public.full()"""
                ).format(sql.Identifier(f"items_p{part}"))
            )
        started_ = await client.post(
            f"/projects/{project}/imports",
            files={"file": ("a.jsonl", batch(9, 4000))},
            data={"options": "{}"},
        )
        import_id = started_.json()["id"]
        for _ in range(2):
            with pytest.raises(StorageFull, match="Nothing was lost") as told:
                await api.run_jobs()
            assert isinstance(told.value, Unavailable)  # so that a worker tries again
            admin.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing'")
        now = (await client.get(f"/projects/{project}/imports/{import_id}")).json()
        assert now["state"] == "running"
        stored = (await count(api, project))[0]
        assert stored == now["rows_added"] < 4000

        for part in range(4):
            admin.execute(
                sql.SQL("DROP TRIGGER full_disk ON qistas.{}").format(sql.Identifier(f"items_p{part}"))
            )
    await api.run_jobs()
    now = (await client.get(f"/projects/{project}/imports/{import_id}")).json()
    assert (now["state"], now["rows_added"], now["rows_duplicate"]) == ("done", 4000, 0)
    assert await count(api, project) == (4000, 4000, 4000)
