"""How a command finds the server, and how it says what it found."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qistas.sdk import Client, Progress


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that speaks to a server."""
    group = parser.add_argument_group("server")
    group.add_argument("--server", metavar="URL", help="address of the server (QISTAS_SERVER)")
    group.add_argument(
        "--token", help="API token (QISTAS_TOKEN); better by the variable, which no process list shows"
    )
    group.add_argument(
        "--data-dir",
        type=Path,
        metavar="FOLDER",
        help="data folder of a server on this machine (QISTAS_DATA_DIR)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, and no progress")


def client_of(chosen: argparse.Namespace) -> "Client":
    """A client of the server that was named, or of the one that runs on this machine. Raises Unavailable."""
    from qistas.sdk import Client

    server, token = (
        chosen.server or os.environ.get("QISTAS_SERVER"),
        chosen.token or os.environ.get("QISTAS_TOKEN"),
    )
    if not server or not token:
        local = _local(chosen.data_dir)
        if server is None and local is None:
            from qistas.core.errors import Unavailable
            from qistas.settings import load_settings

            raise Unavailable(
                f"No server runs on this machine with the data folder {load_settings(chosen.data_dir).data_dir}. Start one with"
                " `qistas up`; or name the folder of the one that runs with --data-dir or QISTAS_DATA_DIR; or name a server"
                " elsewhere with --server and QISTAS_TOKEN."
            )
        # The local token goes to the local server alone.
        if local is not None and server in (None, local["url"]):
            server, token = local["url"], token or local["token"]
    return Client(server, token, tries=4)


def console_of(chosen: argparse.Namespace, client: "Client") -> str:
    """Where people open the console of the client's server: a browser is signed in at that name, not at the server's number."""
    local = _local(chosen.data_dir)
    return local["console"] if local and local["url"] == client.server else client.server


def size_words(size: int) -> str:
    """A file's size, for people."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def _local(data_dir: Path | None) -> dict[str, str] | None:
    from qistas.settings import load_settings

    try:
        found = json.loads((load_settings(data_dir).data_dir / "server.json").read_text())
        url = str(found["url"])
        return {"url": url, "token": str(found["token"]), "console": str(found.get("console", url))}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def plain(value: Any) -> Any:
    """`value` as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value


def tell_json(value: Any) -> None:
    """Print `value` as JSON."""
    rows = [plain(v) for v in value] if isinstance(value, list | tuple) else plain(value)
    print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under their columns; numbers to the right."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    kept = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = bool(kept) and all(isinstance(row[index], int | float) for row in kept)
        shown.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in kept:
        shown.add_row(
            *(f"{cell:,}" if isinstance(cell, int) else "" if cell is None else str(cell) for cell in row)
        )
    # Without a terminal nothing is cut to its width: what reads us wants every row on one line.
    console = Console(markup=False, highlight=False, emoji=False)
    console.print(shown, soft_wrap=True) if not console.is_terminal else console.print(shown)


@contextmanager
def progress_of(chosen: argparse.Namespace) -> Generator["Callable[[Progress], None] | None"]:
    """A listener that draws rich bars on standard error; none with --json or where that is no terminal."""
    if chosen.json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        drawn: dict[str, TaskID] = {}

        def listen(progress: "Progress") -> None:
            amount = (
                f"{progress.done:,} {progress.unit}"
                if progress.unit != "bytes"
                else f"{progress.done / 1e6:,.1f} MB"
            )
            if progress.what not in drawn:
                drawn[progress.what] = bars.add_task(progress.what, total=progress.total, amount=amount)
            bars.update(drawn[progress.what], completed=progress.done, total=progress.total, amount=amount)

        yield listen


def key_values(texts: Sequence[str] | None, name: str) -> dict[str, str]:
    """`["a=b"]` as `{"a": "b"}`. Raises Invalid."""
    found: dict[str, str] = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not equals or not key:
            from qistas.core.errors import Invalid

            raise Invalid(f"{name} {text!r} is not of the form name=value.")
        found[key] = value
    return found
