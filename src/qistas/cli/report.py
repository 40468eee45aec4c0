"""`qistas report`: one HTML file on the quality of a project, with figures, for whoever asks how good the labels are."""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qistas.core.errors import Invalid, Missing, Unavailable

from .reaching import add_server_arguments, client_of, tell_json

if TYPE_CHECKING:
    import numpy as np

    from qistas.engine import Responses
    from qistas.ontology import Ontology, Question
    from qistas.sdk import Client

EXAMPLES = """\
examples:
  qistas report News -o news.html
  qistas report News -o news.ar.html --language ar
  qistas report News -o news.html --no-figures

The file stands alone: it fetches nothing, and can be sent or kept. Figures need matplotlib: pip install 'qistas[report]'.
"""
MOST_ANSWERS = 300_000
MOST_REPLAYED = 2_000  # items of which the stop rule's curve is drawn
LEAST_REPLAYED = 50  # items; of fewer the curve would show chance
LEAST_GOLD = 20
ERRORS = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """What is worked out from a question's answers here: posterior and gold for the reliability, the course of the stop rule."""

    posterior: "np.ndarray[Any, Any] | None" = None
    gold: "np.ndarray[Any, Any] | None" = None
    curve: "dict[str, Any] | None" = None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the report tells of, as it was read."""

    name: str
    description: str
    counts: Mapping[str, int]
    ontology: "Ontology"
    quality: Mapping[str, Any]
    measured: Mapping[str, Measured]
    searches: Mapping[str, Mapping[str, Any]]
    errors: Mapping[str, list[dict[str, Any]]]
    cut: bool


def add(commands: Any) -> None:
    """The arguments of `qistas report`."""
    parser = commands.add_parser(
        "report",
        help="one HTML file on a project's quality",
        description="Write one self-contained HTML file: totals, agreement, method, reliability where there is gold, confusion and skill\n"
        "of annotators, doubt, how few answers would have been enough, labels, and labels that are likely wrong.",
        epilog=EXAMPLES,
    )
    parser.add_argument("project", help="name or id")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="where to write (.html)"
    )
    parser.add_argument("--language", choices=["en", "ar"], default="en", help="of the report (default en)")
    parser.add_argument(
        "--no-figures", action="store_true", help="numbers and tables alone; needs no matplotlib"
    )
    add_server_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Read, work out, write."""
    import os

    if not chosen.no_figures:
        _need_matplotlib()
    if not chosen.output.parent.is_dir():
        raise Invalid(f"There is no folder {chosen.output.parent}. Make it, or name another.")
    with client_of(chosen) as client:
        material = gather(client, chosen.project)
    from .report_page import page

    text = page(material, chosen.language, figures=not chosen.no_figures)
    part = chosen.output.with_name(chosen.output.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, chosen.output)
    if chosen.json:
        tell_json(
            {"file": str(chosen.output), "bytes": len(text.encode()), "questions": list(material.measured)}
        )
    else:
        print(f"Wrote {chosen.output} ({len(text.encode()) / 1000:,.0f} kB).")


def _need_matplotlib() -> None:
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise Unavailable(
            "Figures need matplotlib, which is not installed. Install it with: pip install 'qistas[report]'. Or leave the figures "
            "out by --no-figures."
        )


def gather(client: "Client", name: str) -> Material:
    """Read everything from the server, and work out what it does not keep."""
    from dataclasses import asdict

    from qistas.ontology import parse_ontology

    project = client.project(name)
    if project.ontology_version == 0:
        raise Missing("This project has no ontology yet, so there is nothing to report.")
    ontology = parse_ontology(client.ontology(name).document)
    quality = client.quality_document(name)
    gold = {row["item_id"]: row["answer"] for row in client.gold(name)}
    rows: list[tuple[str, str, dict[str, Any]]] = []
    cut = False
    for line in client.annotations(name):
        if len(rows) == MOST_ANSWERS:
            cut = True
            break
        rows.append((line["item_id"], line["annotator_id"], line["answer"]))
    known = client.error_searches(name)["searches"]
    searches = {search["question"]: search for search in known if search["state"] == "done"}
    errors = {
        question: list(islice(client.label_errors(name, question), _worth_showing(search)))
        for question, search in searches.items()
    }
    measured = {question.name: measure(question, rows, gold) for question in ontology.questions}
    return Material(
        project.name,
        project.description,
        asdict(project.counts),
        ontology,
        quality,
        measured,
        searches,
        errors,
        cut,
    )


def _worth_showing(search: Mapping[str, Any]) -> int:
    """As many as there may well be: beyond them most labels are right."""
    return ERRORS if search["high"] is None else min(ERRORS, max(5, round(search["high"])))


def measure(
    question: "Question", rows: Iterable[tuple[str, str, dict[str, Any]]], gold: Mapping[str, dict[str, Any]]
) -> Measured:
    """The posterior of the answers alone (gold is kept out of it, to be compared), and the course of the stop rule."""
    import numpy as np

    from qistas.engine import Responses, truth
    from qistas.ontology import Answers, fits

    if not question.kind.exclusive(question):
        return Measured()
    items: dict[str, int] = {}
    people: dict[str, int] = {}
    coded: list[tuple[int, int, dict[str, Any]]] = []
    for item, who, answer in rows:
        value = answer.get(question.name)
        if value is not None and fits(question, value):
            coded.append((items.setdefault(item, len(items)), people.setdefault(who, len(people)), value))
    if not coded:
        return Measured()
    one, two, three = zip(*coded, strict=True)
    responses = question.kind.to_responses(question, Answers(one, two, three, len(items), len(people)))
    if not isinstance(
        responses, Responses
    ):  # numbers: there is no chance of a label to hold against the truth
        return Measured()
    posterior = truth.auto(responses, rng=np.random.default_rng(0)).posterior
    known = [
        (items[item], answer[question.name])
        for item, answer in gold.items()
        if item in items and question.name in answer and fits(question, answer[question.name])
    ]
    labels = np.full(len(items), -1, dtype=np.int64)
    if known:
        at, values = zip(*known, strict=True)
        told = question.kind.to_responses(question, Answers(at, [0] * len(at), values, len(items), 1))
        labels[told.item] = told.label
    return Measured(posterior, labels if known else None, _curve(responses, labels, posterior.argmax(axis=1)))


def _curve(responses: "Responses", gold: Any, by_all: Any) -> dict[str, Any] | None:
    """How accuracy grows with the answers asked for, had the stop rule chosen them; None where items are few or have about one answer."""
    import numpy as np

    from qistas.engine import Responses
    from qistas.engine.assign import StopRule, replay

    rng = np.random.default_rng(0)
    counts = responses.counts()
    kept = np.flatnonzero(counts > 0)
    if len(kept) < LEAST_REPLAYED or float(counts[kept].mean()) < 2.0:
        return None
    if len(kept) > MOST_REPLAYED:
        kept = np.sort(rng.choice(kept, MOST_REPLAYED, replace=False))
    place = np.full(responses.n_items, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    rows = np.flatnonzero(place[responses.item] >= 0)
    some = Responses.from_arrays(
        place[responses.item[rows]],
        responses.annotator[rows],
        responses.label[rows],
        n_items=len(kept),
        n_annotators=responses.n_annotators,
        n_labels=responses.n_labels,
    )
    known = gold[kept]
    against = "truth" if int((known >= 0).sum()) >= LEAST_GOLD else "all answers"
    course = replay(some, StopRule(target=0.98), rng=rng, truth=known if against == "truth" else by_all[kept])
    enough = int(course.used[-1])
    return {
        "used": course.used,
        "accuracy": course.accuracy,
        "n_total": course.n_total,
        "against": against,
        "saved": 1.0 - enough / course.n_total,
    }
