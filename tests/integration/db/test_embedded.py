"""The embedded database: whatever kills it, it starts again with nothing lost; and two servers never share a folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.conftest import FAST

from qistas.core.errors import FolderInUse, Unavailable
from qistas.db.embedded import find_postgres, lock_folder, running_postgres, start_postgres, stop_postgres


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "data folder قسطاس" / "postgres"
    yield path
    stop_postgres(path)


def kill(folder: Path) -> None:
    running = running_postgres(folder)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)


def test_what_was_committed_survives_a_kill(folder: Path) -> None:
    url = start_postgres(folder)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE kept (n int)")
        conn.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        with pytest.raises(psycopg.OperationalError), conn.transaction():
            conn.execute("INSERT INTO kept VALUES (-1)")
            kill(folder)
            time.sleep(0.5)
            conn.execute("SELECT 1")
    url = start_postgres(folder)
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT count(*), min(n) FROM kept").fetchone() == (1000, 1)


def test_a_start_finds_what_runs_and_a_stop_may_be_repeated(folder: Path) -> None:
    first = start_postgres(folder, FAST)
    running = running_postgres(folder)
    assert start_postgres(folder, FAST) == first == find_postgres(folder)
    assert running_postgres(folder) == running
    stop_postgres(folder)
    stop_postgres(folder)
    assert running_postgres(folder) is None
    with pytest.raises(Unavailable, match="qistas up"):
        find_postgres(folder)


def test_a_process_number_given_to_another_program_is_seen_through(folder: Path) -> None:
    start_postgres(folder, FAST)
    pid_file = folder / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    stop_postgres(folder)
    # After a restart of a container, another program may have the number of the server that was.
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert running_postgres(folder) is None
    with psycopg.connect(start_postgres(folder, FAST)) as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
    assert running_postgres(folder) != os.getpid()


def test_what_a_killed_initdb_left_is_cleared(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "base").mkdir()
    (folder / "base" / "half").write_text("made")
    with psycopg.connect(start_postgres(folder, FAST)) as conn:
        assert conn.execute("SHOW fsync").fetchone() == ("off",)


def test_durability_is_on_unless_a_test_turns_it_off(folder: Path) -> None:
    with psycopg.connect(start_postgres(folder)) as conn:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert conn.execute(f"SHOW {name}").fetchone() == ("on",)  # pyright: ignore[reportArgumentType, reportCallIssue]
        assert conn.execute("SELECT inet_server_addr()").fetchone() == (None,)
    assert oct(folder.stat().st_mode)[-3:] == "700"
    # Who is another user's process passes through the folder around it; nobody lists it.
    assert folder.parent.stat().st_mode & 0o066 == 0


def test_a_cluster_that_cannot_start_says_why(folder: Path) -> None:
    start_postgres(folder, FAST)
    stop_postgres(folder)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="no_such_setting"):
        start_postgres(folder, "no_such_setting = 1\n")
    assert time.monotonic() - began < 15


def test_a_second_server_on_a_folder_says_so(tmp_path: Path) -> None:
    lock = lock_folder(tmp_path)
    script = f"from pathlib import Path; from qistas.db.embedded import lock_folder; lock_folder(Path({str(tmp_path)!r}))"
    second = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert second.returncode != 0
    assert f"FolderInUse: Another Qistas server runs on {tmp_path} (process {os.getpid()})" in second.stderr
    with pytest.raises(FolderInUse):
        lock_folder(tmp_path)
    lock.close()
    lock_folder(tmp_path).close()
