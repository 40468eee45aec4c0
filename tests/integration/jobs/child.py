"""A worker of its own process, with jobs that leave a trace in a file: `python -m tests.integration.jobs.child ADDRESS`."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from qistas.db import Address
from qistas.jobs import JobContext, job
from qistas.settings import Settings
from qistas.worker import run_worker


@job("test.slow", tries=5, wait_seconds=1)
async def slow(context: JobContext, *, tenant_id: str, path: str, seconds: float) -> None:
    with Path(path).open("a") as file:
        file.write("begun\n")
    await asyncio.sleep(seconds)
    with Path(path).open("a") as file:
        file.write("done\n")


async def main(text: str) -> None:
    parts = json.loads(text)
    address = Address(parts["admin"], parts["app"], parts["system"], bytes.fromhex(parts["key"]))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)
    await run_worker(Settings(Path(parts["folder"])), address, stop=stop)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
