"""`qistas export`: a sealed version as a file."""

import argparse
from pathlib import Path
from typing import Any

from .reaching import add_server_arguments, client_of, progress_of, size_words, tell_json

EXAMPLES = """\
examples:
  qistas export --project News --dataset headlines
  qistas export --project News --dataset headlines --version 2 --format parquet -o headlines.zip

The file of a sealed version has the same bytes each time. A fetch that was broken off goes on where it stopped.
"""
FORMATS = ["jsonl", "parquet", "csv", "coco", "conll2003", "preference"]


def add(commands: Any) -> None:
    """The arguments of `qistas export`."""
    parser = commands.add_parser(
        "export",
        help="a version as a file",
        description="Render a sealed dataset version into a file format, and fetch the file.",
        epilog=EXAMPLES,
    )
    parser.add_argument("--project", required=True, help="name or id")
    parser.add_argument("--dataset", required=True, help="name")
    parser.add_argument("--version", type=int, metavar="N", help="number (default: the newest)")
    parser.add_argument("--format", choices=FORMATS, default="jsonl", help="default jsonl")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help="file or folder (default: here, by the server's name)",
    )
    add_server_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Render, fetch, tell where it is."""
    with client_of(chosen) as client, progress_of(chosen) as listen:
        path = client.export(
            chosen.project, chosen.dataset, chosen.version, chosen.format, chosen.output, progress=listen
        )
    size = path.stat().st_size
    if chosen.json:
        tell_json({"path": str(path), "bytes": size})
    else:
        print(f"Wrote {path} ({size_words(size)}).")
