"""`make dev`: the server and the console, each reloading when a file of it changes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qistas.db import Address

ROOT = Path(__file__).resolve().parents[3]
CONSOLE_PORT = 5173


def application() -> object:
    """The application, for uvicorn to make anew after each change."""
    from qistas.api.app import create_app
    from qistas.settings import load_settings, open_database

    settings = load_settings()
    return create_app(settings, open_database(settings))


def main() -> int:
    """Start the database, then server, worker and console as children; stop them in the reverse order."""
    from qistas.db.embedded import lock_folder, stop_postgres
    from qistas.db.migrate import migrate
    from qistas.settings import load_settings, open_database

    os.environ.setdefault("QISTAS_DATA_DIR", str(ROOT / ".data"))
    settings = load_settings()
    with lock_folder(settings.data_dir):
        address = open_database(settings, start=True)
        migrate(address)
        print(
            f"Sign in (once): http://localhost:{CONSOLE_PORT}/link#{asyncio.run(_link(address))}", flush=True
        )
        environment = {**os.environ, "QISTAS_DEV_SERVER": f"http://127.0.0.1:{settings.port}"}
        server = [
            sys.executable,
            "-m",
            "uvicorn",
            "qistas.cli.dev:application",
            "--factory",
            "--reload",
            "--reload-dir",
            str(ROOT / "src"),
        ]
        children = [
            subprocess.Popen(
                [*server, "--host", settings.host, "--port", str(settings.port)], env=environment
            ),
            subprocess.Popen(
                [sys.executable, "-m", "qistas.worker", "--with-parent"],
                env=environment,
                stdin=subprocess.PIPE,
            ),
            subprocess.Popen(
                [
                    "npm",
                    "run",
                    "dev",
                    "--workspace",
                    "@qistas/console",
                    "--",
                    "--port",
                    str(CONSOLE_PORT),
                    "--strictPort",
                ],
                cwd=ROOT / "web",
                env=environment,
            ),
        ]
        try:
            while all(child.poll() is None for child in children):
                time.sleep(0.3)
        except KeyboardInterrupt:
            pass
        finally:
            for child in reversed(children):
                child.terminate()
            for child in children:
                child.wait()
            if address.embedded is not None:
                stop_postgres(address.embedded)
    return 0


async def _link(address: "Address") -> str:
    from qistas.db import Database
    from qistas.workforce import ensure_owner, make_link

    async with Database(address, size=2) as db:
        return await make_link(db, await ensure_owner(db))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
