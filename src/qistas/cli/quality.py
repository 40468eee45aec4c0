"""`qistas quality errors`: labels that are likely wrong, the likeliest first."""

import argparse
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any
from unicodedata import bidirectional

from .reaching import add_server_arguments, client_of, progress_of, tell_json

if TYPE_CHECKING:
    from qistas.sdk import Client

WIDTH = 80
NUMBERS = 6 + 11 + 8 + 13 + 5 * 2  # columns that the numbers of a row take, and the spaces between all
EXAMPLES = """\
examples:
  qistas quality errors News
  qistas quality errors News --question topic --limit 100 --again
  qistas quality errors News --json | jq -r '.errors[].item_id'
  qistas quality errors News --send-back 20       ask for one more answer to the 20 likeliest

What is listed is what a quick model (asked about each item without having seen it), the other annotators and the most alike
items speak against. The estimate of how many there are counts sampling alone; some labels on the list are right.
"""


def add(commands: Any) -> None:
    """The arguments of `qistas quality`."""
    parser = commands.add_parser("quality", help="labels that are likely wrong", epilog=EXAMPLES)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(parser))
    errors = actions.add_parser(
        "errors",
        help="labels that are likely wrong",
        description="List labels that are likely wrong, the likeliest first. Searches first where that was not done yet.",
        epilog=EXAMPLES,
    )
    errors.add_argument("project", help="name or id")
    errors.add_argument("--question", help="the question (default: the first that can be checked)")
    errors.add_argument(
        "--limit", type=_positive, default=20, metavar="N", help="how many to list (default 20)"
    )
    errors.add_argument("--again", action="store_true", help="search anew, even where that was done")
    errors.add_argument(
        "--send-back", type=_positive, metavar="N", help="ask for one more answer to the N likeliest items"
    )
    add_server_arguments(errors)
    errors.set_defaults(run=run)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a whole number above 0")
    return number


def run(chosen: argparse.Namespace) -> None:
    """Search where that is needed, list, send back where asked."""
    with client_of(chosen) as client:
        question, search = _searched(client, chosen)
        wanted = max(chosen.limit, chosen.send_back or 0)
        rows: list[dict[str, Any]] = []
        for row in client.label_errors(chosen.project, question):
            rows.append(row)
            if len(rows) == wanted:
                break
        back = [row for row in rows[: chosen.send_back or 0] if row["queued_at"] is None]
        for row in back:
            client.requeue(chosen.project, question, row["item_id"])
    shown = rows[: chosen.limit]
    if chosen.json:
        tell_json({"search": search, "errors": shown, "sent_back": [row["item_id"] for row in back]})
        return
    print("\n".join(fill(line, width=WIDTH) for line in summary_words(search).split("\n")))
    if shown:
        print()
        _print(shown)
    if back:
        print(f"\nSent back to the queue: {len(back):,}.")


def _searched(client: "Client", chosen: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """The question, and its last search; raises Conflict when that could not judge."""
    from qistas.core.errors import Conflict, Missing

    known = client.error_searches(chosen.project)
    if not known["questions"]:
        raise Conflict(
            "This project asks nothing that is answered by labels alone, so there is nothing to check."
        )
    question = chosen.question or known["questions"][0]
    if question not in known["questions"]:
        raise Missing(f"No question {question!r} can be checked. There is: {', '.join(known['questions'])}.")
    search = next((s for s in known["searches"] if s["question"] == question), None)
    if chosen.again or search is None or search["state"] != "done":
        with progress_of(chosen) as listen:
            (search,) = client.find_errors(chosen.project, question, progress=listen)
    if search["state"] == "failed":
        raise Conflict(search["detail"])
    return question, search


def summary_words(search: dict[str, Any]) -> str:
    """What the search estimates, with its interval and what that is worth."""
    if search["estimated"] is None:
        words = "How many labels are wrong cannot be estimated: the content does not tell the labels."
    else:
        words = (
            f"The quick model alone takes about {search['estimated']:,.0f} of {search['looked_at']:,} labels to be wrong "
            f"(90% interval {search['low']:,.0f} to {search['high']:,.0f}, for sampling alone)."
        )
    if search["model_right"] is not None:
        words += (
            f"\nThe quick model gives the same label to {search['model_right']:.0%} of the items; "
            f"the commonest label alone stands on {search['most_common']:.0%}."
        )
    if search["looked_at"] < search["labels"]:
        words += f"\nJudged: {search['looked_at']:,} of {search['labels']:,} labels, drawn evenly."
    return words


def _print(rows: list[dict[str, Any]]) -> None:
    """The list, in as many columns as the terminal has and in 80 where there is none."""
    from rich.console import Console
    from rich.text import Text

    console = Console(markup=False, highlight=False, emoji=False)
    wide = console.width if console.is_terminal else WIDTH
    head, *lines = listed(rows, wide)
    console.print(Text(head, style="bold", no_wrap=True, overflow="ignore"), crop=False)
    for line in lines:
        console.print(Text(line, no_wrap=True, overflow="ignore"), crop=False)


def listed(rows: list[dict[str, Any]], wide: int) -> list[str]:
    """The list as lines of at most `wide` columns: what speaks against a label, and under it the content it stands on."""
    from rich.cells import cell_len, set_cell_size

    def cut(text: str, most: int) -> str:
        return text if cell_len(text) <= most else set_cell_size(text, most - 1).rstrip() + "…"

    names = [label_words(row[key]) for row in rows for key in ("value", "suggested")]
    most = min(max(cell_len(name) for name in [*names, "suggested"]), max(9, (wide - NUMBERS) // 2))
    sizes = (6, most, most, 11, 8, 13)
    heads = ("likely", "label", "suggested", "model", "answers", "alike")

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            _apart(cut(cell, size), size - cell_len(cut(cell, size)))
            for cell, size in zip(cells, sizes, strict=True)
        ).rstrip()

    found = [line(heads)]
    for row in rows:
        found.append(line(_row(row)))
        content, own = briefly(row["data"], 2 * wide), row["external_id"] or row["item_id"]
        known = content.startswith((own, own.removesuffix("…")))
        told = ("queued · " if row["queued_at"] else "") + ("" if known else f"{own}: ") + content
        found.append(" " * 8 + _apart(cut(told, wide - 8), 0))
    return found


def _apart(text: str, padding: int) -> str:
    """A cell; one with right-to-left letters is isolated, so that it moves nothing beside it."""
    turns = any(bidirectional(letter) in ("R", "AL") for letter in text)
    return (f"\u2068{text}\u2069" if turns else text) + " " * padding


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    model, answers, near = (row["evidence"][name] for name in ("model", "answers", "neighbours"))
    return (
        f"{row['likelihood']:>6.0%}",
        label_words(row["value"]),
        label_words(row["suggested"]),
        f"{model['given']:.0%} → {model['suggested']:.0%}" if model else "",
        f"{answers['support']} of {answers['total']}",
        f"{near['same']} → {near['suggested']} of {near['total']}" if near else "",
    )


def briefly(data: dict[str, Any], length: int = 60) -> str:
    """The beginning of an item's texts, in one line."""
    texts = [value if isinstance(value, str) else "[picture]" for value in data.values() if value]
    line = " ".join(" ".join(texts).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def label_words(value: dict[str, Any] | None) -> str:
    """An answer to a question with one label, in a word."""
    if not value:
        return ""
    first = next(iter(value.values()))
    return ", ".join(str(one) for one in first) if isinstance(first, list) else str(first)
