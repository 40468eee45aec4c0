"""`qistas import`: items from a file, a folder, or standard input."""

import argparse
import sys
from typing import Any

from .reaching import add_server_arguments, client_of, key_values, progress_of, table, tell_json

EXAMPLES = """\
examples:
  qistas import headlines.csv --project News
  qistas import headlines.csv --project News --map text=title --metadata source,year
  qistas import photos/ --project Cars
  generate | qistas import - --project News        JSON objects, one a line

Importing the same rows again adds nothing: an item is known by its content. Rows that cannot be taken are listed with the
reason and the remedy, and the others are kept.
"""


def add(commands: Any) -> None:
    """The arguments of `qistas import`."""
    parser = commands.add_parser(
        "import",
        help="bring items in",
        description="Bring items into a project: JSONL, JSON, CSV, TSV, Parquet, text lines, a zip or a folder of images or texts.",
        epilog=EXAMPLES,
    )
    parser.add_argument("path", help="file or folder; - for JSON lines on standard input")
    parser.add_argument("--project", required=True, help="name or id")
    parser.add_argument(
        "--format",
        choices=["jsonl", "json", "csv", "tsv", "parquet", "text", "zip"],
        help="where it cannot be told",
    )
    parser.add_argument("--encoding", help="where it cannot be told, e.g. windows-1256")
    parser.add_argument("--delimiter", help="of a CSV, where it cannot be told")
    parser.add_argument(
        "--map", action="append", metavar="FIELD=COLUMN", help="which column fills a field; may be repeated"
    )
    parser.add_argument(
        "--metadata", metavar="COLUMNS", help="columns to keep as metadata, with commas between"
    )
    parser.add_argument("--external-id", metavar="COLUMN", help="the column that holds your own id")
    parser.add_argument("--split", metavar="COLUMN", help="the column that holds the split")
    parser.add_argument("--batch", help="name of the batch the tasks belong to")
    parser.add_argument("--priority", type=int, help="tasks of a higher one are offered first")
    parser.add_argument(
        "--no-wait", action="store_true", help="return when the file is sent; the server goes on"
    )
    add_server_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Import; exit code 3 when rows were refused and none was taken."""
    options: dict[str, Any] = {
        "format": chosen.format,
        "encoding": chosen.encoding,
        "delimiter": chosen.delimiter,
        "mapping": key_values(chosen.map, "--map") or None,
        "metadata": [name.strip() for name in chosen.metadata.split(",") if name.strip()]
        if chosen.metadata
        else None,
        "external_id": chosen.external_id,
        "split": chosen.split,
        "batch": chosen.batch,
        "priority": chosen.priority,
    }
    given = {key: value for key, value in options.items() if value is not None}
    if chosen.path == "-" and given:
        from qistas.core.errors import Fault, Invalid

        raise Invalid(
            "Items on standard input say everything themselves: data, external_id, split, metadata.",
            [
                Fault(
                    f"--{'map' if name == 'mapping' else name.replace('_', '-')}",
                    "is for files",
                    "Leave it out, or import a file.",
                )
                for name in given
            ],
        )
    with client_of(chosen) as client, progress_of(chosen) as listen:
        if chosen.path == "-":
            added = client.import_items(chosen.project, _standard_input(), progress=listen)
            return _told(chosen, added, added.refused)
        done = client.import_items(
            chosen.project, chosen.path, progress=listen, wait=not chosen.no_wait, **given
        )
        refused = client.refusals(chosen.project, done) if done.rows_refused else []
    return _told(chosen, done, refused)


def _standard_input() -> Any:
    import json

    from qistas.core.errors import Fault, FileInvalid

    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise FileInvalid(
                    "Standard input is not JSON lines. What was sent before this line may be in already; put the line right and "
                    "send all of it again: nothing is doubled.",
                    [Fault(f"line {number}", str(error))],
                ) from error


def _told(chosen: argparse.Namespace, done: Any, refused: list[Any]) -> int:
    from qistas.sdk import Import

    if chosen.json:
        from .reaching import plain

        tell_json({**plain(done), "refused": [plain(r) for r in refused]})
    if isinstance(done, Import):
        added, duplicate, count = done.rows_added, done.rows_duplicate, done.rows_refused
        if not chosen.json and not done.ended:
            print(f"Sent {done.name}; the server goes on with it (import {done.id}).")
            return 0
    else:
        added, duplicate, count = done.added, done.duplicate, done.rows_refused
    if not chosen.json:
        print(f"{added:,} items added, {duplicate:,} were there already, {count:,} refused.")
        if refused:
            table(
                ["line", "field", "reason", "remedy"],
                [(r.line, r.field, r.reason, r.remedy) for r in refused[:20]],
            )
            if count > 20:
                print(f"… and {count - 20:,} more: in the console, or with --json.")
    return 3 if count and not added and not duplicate else 0
