"""`qistas up`: everything in one terminal, and everything stopped in order."""

import argparse
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  qistas up                                     on http://localhost:8787, data in ~/.local/share/qistas
  qistas up --data-dir ./data --port 9000
  QISTAS_DATABASE_URL=postgresql://… qistas up  a PostgreSQL of your own instead of the embedded one
  QISTAS_PUBLIC_URL=https://label.example.org qistas up --host 0.0.0.0

Stop it with Ctrl-C. Whatever happens to the process, nothing that was acknowledged is lost: start it again.
"""


def add(commands: Any) -> None:
    """The arguments of `qistas up`."""
    parser = commands.add_parser(
        "up",
        help="start everything",
        description="Start the server, its worker and the embedded database, and print a one-time sign-in link.",
        epilog=EXAMPLES,
    )
    parser.add_argument(
        "--data-dir", type=Path, metavar="FOLDER", help="where everything is kept (QISTAS_DATA_DIR)"
    )
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1; 0.0.0.0 for the network)")
    parser.add_argument("--port", type=int, help="port to listen on (default 8787)")
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="start no worker here; run `python -m qistas.worker` elsewhere",
    )
    parser.add_argument("--open", action="store_true", help="open the sign-in link in a browser")
    parser.add_argument(
        "--json", action="store_true", help="print {url, link, data_dir} as one line of JSON when ready"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from qistas.settings import load_settings

    from .serving import Wishes, serve

    settings = load_settings(chosen.data_dir, host=chosen.host, port=chosen.port)
    return serve(settings, Wishes(worker=not chosen.no_worker, open_browser=chosen.open, as_json=chosen.json))
