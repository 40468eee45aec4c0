"""A backup holds everything, is whole or refused, and gives the same installation again."""

import io
import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.conftest import FAST, KEY, Tenant

from qistas.core.errors import Conflict, FileInvalid
from qistas.db import Address, open_address
from qistas.db.backup import back_up, check_whole, read_manifest, restore
from qistas.db.embedded import start_postgres, stop_postgres

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def source(address: Address, tenant: Tenant, tmp_path: Path) -> Path:
    """A backup of a small installation."""
    data = tmp_path / "source"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "context").write_bytes(KEY)
    (data / "blobs" / str(tenant.id)).mkdir(parents=True)
    (data / "blobs" / str(tenant.id) / "صورة 1.png").write_bytes(b"\x89PNG" * 1000)
    (data / "blobs" / str(tenant.id) / "half#1").write_bytes(b"an upload that has not ended")
    target = tmp_path / "out" / "backup.tar"
    made = back_up(address, data, data / "blobs", target, version="0.1.0", now=NOW)
    assert (made.blobs, made.bytes) == (1, target.stat().st_size)
    return target


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "fresh"
    folder.mkdir()
    yield folder
    stop_postgres(folder / "postgres")


def run_restore(source: Path, folder: Path) -> Address:
    opened: list[Address] = []

    def open_database() -> Address:
        key = (folder / "secrets" / "context").read_bytes()
        url = start_postgres(folder / "postgres", FAST)
        opened.append(open_address(url, key, database="qistas", embedded=folder / "postgres"))
        return opened[0]

    restore(source, folder, folder / "blobs", open_database, lambda: stop_postgres(folder / "postgres"))
    return opened[0]


def counts(address: Address) -> dict[str, int]:
    with psycopg.connect(address.admin) as conn:
        names = conn.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables"
            " WHERE schemaname IN ('qistas', 'core', 'identity', 'jobs', 'public') ORDER BY 1"
        ).fetchall()
        found = conn.execute(
            sql.SQL(" UNION ALL ").join(
                sql.SQL("SELECT {}, count(*) FROM {}").format(
                    sql.Literal(name), sql.Identifier(*name.split("."))
                )
                for (name,) in names
            )
        )
        return dict(found.fetchall())


def test_a_round_trip_gives_the_same_installation(
    source: Path, address: Address, tenant: Tenant, fresh: Path
) -> None:
    restored = run_restore(source, fresh)
    assert counts(restored) == counts(address)
    picture = fresh / "blobs" / str(tenant.id) / "صورة 1.png"
    assert picture.read_bytes() == b"\x89PNG" * 1000
    assert [p.name for p in picture.parent.iterdir()] == ["صورة 1.png"]
    assert oct(picture.stat().st_mode)[-3:] == "600"
    with psycopg.connect(restored.app) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("SELECT * FROM qistas.tenants")  # the walls came along
    with psycopg.connect(restored.app) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("SELECT lo_create(0)")  # and what the service roles may not do of the server's own
    with psycopg.connect(restored.admin) as conn:
        assert conn.execute(
            "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname = 'tenants'"
        ).fetchone() == (True,)


def test_it_says_what_it_is(source: Path) -> None:
    manifest = read_manifest(source)
    assert (manifest.qistas, manifest.made_at, manifest.blobs) == ("0.1.0", "2026-01-02T00:00:00.000Z", True)
    assert manifest.migrations[0] == "0001_create_tenancy"
    assert oct(source.stat().st_mode)[-3:] == "600"


def test_one_whose_end_is_missing_is_refused(source: Path, fresh: Path) -> None:
    data = source.read_bytes()
    for share in (0.3, 0.9):
        source.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(FileInvalid, match="not whole"):
            run_restore(source, fresh)
        assert list(fresh.iterdir()) == []


def test_one_that_was_changed_is_refused(source: Path) -> None:
    data = bytearray(source.read_bytes())
    data[data.index(b"\x89PNG") + 9] ^= 1
    source.write_bytes(data)
    with pytest.raises(FileInvalid, match="damaged") as found:
        check_whole(source)
    assert "صورة 1.png" in found.value.faults[0].where


@pytest.mark.parametrize(
    "name", ["secrets/../../escaped", "secrets//etc/escaped", "/etc/escaped", "./secrets/x"]
)
def test_names_that_lead_outside_are_refused(source: Path, tmp_path: Path, name: str) -> None:
    hostile = tmp_path / "hostile.tar"
    with tarfile.open(source) as old, tarfile.open(hostile, "w") as new:
        for member in old:
            content = old.extractfile(member)
            if member.name.startswith("secrets/"):
                member.name = name
            new.addfile(member, content)
    with pytest.raises(FileInvalid, match="no backup of ours"):
        check_whole(hostile)


def test_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(b"not a tar")
    with pytest.raises(FileInvalid):
        read_manifest(path)
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("manifest.json")
        text = json.dumps({"format": 99, "qistas": "9.0"}).encode()
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    with pytest.raises(FileInvalid, match=r"another Qistas \(9.0\)"):
        read_manifest(path)


def test_nothing_is_overwritten(source: Path, address: Address, fresh: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="never overwritten"):
        back_up(address, tmp_path, None, source, version="0.1.0", now=NOW)
    (fresh / "postgres").mkdir()
    (fresh / "postgres" / "PG_VERSION").write_text("18")
    with pytest.raises(Conflict, match="already"):
        run_restore(source, fresh)
    assert (fresh / "postgres" / "PG_VERSION").read_text() == "18"


def test_files_are_not_dropped_where_the_store_is_elsewhere(source: Path, fresh: Path) -> None:
    def never() -> Address:
        raise AssertionError

    with pytest.raises(Conflict, match="QISTAS_BLOB_URL"):
        restore(source, fresh, None, never, lambda: None)
    assert list(fresh.iterdir()) == []


def test_a_restore_that_fails_leaves_the_folder_empty(source: Path, fresh: Path) -> None:
    def fail() -> Address:
        raise RuntimeError("no database today")

    with pytest.raises(RuntimeError):
        restore(source, fresh, fresh / "blobs", fail, lambda: None)
    assert list(fresh.iterdir()) == []
