"""`qistas seal`: freeze a dataset version."""

import argparse
import json
from typing import Any, cast

from .reaching import add_server_arguments, client_of, key_values, progress_of, tell_json

EXAMPLES = """\
examples:
  qistas seal --project News --dataset headlines
  qistas seal --project News --dataset headlines --min-confidence 0.9 --split train=0.8 --split test=0.2
  qistas seal --project News --dataset headlines --selection '{"labels": {"topic": ["sport"]}}' --preview
"""


def add(commands: Any) -> None:
    """The arguments of `qistas seal`."""
    parser = commands.add_parser(
        "seal",
        help="freeze a dataset version",
        description="Select items and answers, split them, and freeze them as a version with a hash. A sealed version never changes.",
        epilog=EXAMPLES,
    )
    parser.add_argument("--project", required=True, help="name or id")
    parser.add_argument("--dataset", required=True, help="name; made where there is none")
    parser.add_argument(
        "--min-confidence", type=float, metavar="0..1", help="only answers at least this sure"
    )
    parser.add_argument("--max-doubt", type=float, metavar="0..1", help="only answers at most this doubtful")
    parser.add_argument("--min-answers", type=int, metavar="N", help="only items with so many annotations")
    parser.add_argument("--selection", metavar="JSON", help="the whole selection, as in the API")
    parser.add_argument(
        "--split", action="append", metavar="NAME=SHARE", help="a named part; may be repeated"
    )
    parser.add_argument("--seed", type=int, help="of the random splits (default 0)")
    parser.add_argument("--note", help="a sentence to keep with the version")
    parser.add_argument("--preview", action="store_true", help="only tell what a seal would hold")
    add_server_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Seal, and tell the number and hash."""
    selection = _selection(chosen)
    splits = _shares(key_values(chosen.split, "--split"))
    with client_of(chosen) as client, progress_of(chosen) as listen:
        if chosen.preview:
            tell_json(
                client.preview(chosen.project, chosen.dataset, selection, splits=splits, seed=chosen.seed)
            )
            return
        version = client.seal(
            chosen.project,
            chosen.dataset,
            selection=selection,
            splits=splits,
            seed=chosen.seed,
            note=chosen.note,
            progress=listen,
        )
    if chosen.json:
        tell_json(version)
    else:
        print(
            f"Sealed version {version.number} of {chosen.dataset}: {version.items:,} items.\nhash {version.hash}"
        )


def _selection(chosen: argparse.Namespace) -> dict[str, Any]:
    from qistas.core.errors import SelectionInvalid

    selection: dict[str, Any] = {}
    if chosen.selection:
        try:
            given: object = json.loads(chosen.selection)
        except ValueError as error:
            raise SelectionInvalid(f"--selection is not JSON: {error}.") from error
        if not isinstance(given, dict):
            raise SelectionInvalid("--selection is not a JSON object.")
        selection = cast(dict[str, Any], given)
    for name in ("min_confidence", "max_doubt", "min_answers"):
        if getattr(chosen, name) is not None:
            selection[name] = getattr(chosen, name)
    return selection


def _shares(texts: dict[str, str]) -> dict[str, float] | None:
    from qistas.core.errors import SelectionInvalid

    try:
        return {name: float(share) for name, share in texts.items()} or None
    except ValueError:
        raise SelectionInvalid(
            "The share of a split is a number from 0 to 1, as in --split train=0.8."
        ) from None
