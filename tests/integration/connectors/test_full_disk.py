"""A store that takes no more says so, keeps what it had, and shows nothing half-written."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import asyncio, resource, sys
from pathlib import Path
from qistas.connectors.blobs import open_blobs
from qistas.core.errors import Unavailable

async def chunks(count):
    for _ in range(count):
        yield b"x" * 65536

async def main(folder):
    store = open_blobs(Path(folder).as_uri())
    await store.put("t/kept", b"y" * 1000)
    # No file may grow beyond this any more: the write fails as it does on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    for attempt in (store.put("t/whole", b"x" * 400_000), store.put_stream("t/streamed", chunks(400)), store.put("t/kept", b"z" * 400_000)):
        try:
            await attempt
        except Unavailable as error:
            print("told:", error.detail)
        else:
            print("not noticed")
    print(await store.exists("t/whole"), await store.exists("t/streamed"), await store.get("t/kept") == b"y" * 1000)
    await store.put("t/small", b"s")
    print((await store.get("t/small")).decode())
    # The store's own threads let go of a call a moment after its answer; an interpreter that ends before is aborted by them.
    await asyncio.sleep(0.5)

asyncio.run(main(sys.argv[1]))
"""


def test_a_full_disk_is_told_and_nothing_half_written_is_seen(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *told, seen, small = done.stdout.splitlines()
    assert len(told) == 3
    assert all(line.startswith("told: The file store did not take the file") for line in told), done.stdout
    assert seen == "False False True"
    assert small == "s"
