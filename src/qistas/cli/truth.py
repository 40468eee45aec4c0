"""`qistas truth`: infer answers from a file of annotations, without a server or a database."""

import argparse
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qistas.core.errors import Fault, FileInvalid, Invalid

from .reaching import table, tell_json

if TYPE_CHECKING:
    import numpy as np

    from qistas.engine import Names, Responses

METHODS = (
    "auto", "majority", "wawa", "dawid_skene", "one_coin", "ibcc", "ebcc", "bwa", "glad", "mace", "zencrowd", "kos", "mmsr",
)  # fmt: skip


def add(commands: Any) -> None:
    """The arguments of `qistas truth`."""
    parser = commands.add_parser(
        "truth",
        help="infer answers from a file of annotations, without a server",
        description="Reads a table of answers (CSV or Parquet; columns task, worker, label), infers one answer a task by the\n"
        "methods named, and prints a table: accuracy where the truth is given, log likelihood, seconds.",
        epilog="examples:\n"
        "  qistas truth labels.csv\n"
        "  qistas truth labels.csv --method auto,dawid_skene,majority --truth truth.csv\n"
        "  qistas truth labels.parquet --item id --annotator rater --label grade --output answers.csv\n",
    )
    parser.add_argument(
        "labels", type=Path, help="the answers: one row an answer (CSV, also .gz; or Parquet)"
    )
    parser.add_argument(
        "--method",
        default="auto",
        metavar="NAMES",
        help=f"one or more, by commas, or `all`: {', '.join(METHODS)}",
    )
    parser.add_argument(
        "--truth", type=Path, metavar="FILE", help="known answers (columns task, label), to score the methods"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write each task's answer, confidence and posterior (first method) as CSV",
    )
    parser.add_argument(
        "--item", default="task", metavar="COLUMN", help="column of the items (default: task)"
    )
    parser.add_argument(
        "--annotator", default="worker", metavar="COLUMN", help="column of the annotators (default: worker)"
    )
    parser.add_argument(
        "--label", default="label", metavar="COLUMN", help="column of the labels (default: label)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the methods that draw (default: 0)")
    parser.add_argument(
        "--engine",
        metavar="ray|ray://HOST:PORT",
        help="work on a Ray cluster, each node on its share of a Parquet file or folder (docs/howto/scale-out.md)",
    )
    parser.add_argument(
        "--shards", type=int, metavar="N", help="with --engine: into how many parts (default: the processors)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Read, infer by each method, score, tell, write."""
    if chosen.engine:
        from .truth_cluster import run_on_cluster

        run_on_cluster(chosen)
        return
    from qistas.engine import Responses

    methods = _methods(chosen.method)
    columns = read_columns(chosen.labels, (chosen.item, chosen.annotator, chosen.label))
    try:
        responses, names = Responses.from_table(
            columns, item=chosen.item, annotator=chosen.annotator, label=chosen.label, missing="drop"
        )
    except ValueError as error:
        raise FileInvalid(f"The answers cannot be used: {error}") from error
    known = _known(chosen, names) if chosen.truth else None
    results = [infer(responses, method, chosen.seed) for method in methods]
    rows = [_told(result, known) for result in results]
    if chosen.output:
        write_answers(chosen.output, results[0], names)
    if chosen.json:
        tell_json(rows)
        return
    print(
        f"{responses.n_items:,} items, {responses.n_annotators:,} annotators, {len(responses.label):,} answers, {responses.n_labels:,} labels"
    )
    table(
        ["method", "accuracy", "log likelihood", "iterations", "converged", "seconds"],
        [
            (
                row["method"],
                f"{row['accuracy']:.2%}" if row["accuracy"] is not None else "–",
                f"{row['log_likelihood']:,.1f}" if row["log_likelihood"] is not None else "–",
                row["iterations"],
                "yes" if row["converged"] else "no",
                f"{row['seconds']:.3f}",
            )
            for row in rows
        ],
    )
    print(rows[0]["explanation"])
    for warning in rows[0]["warnings"]:
        print(f"note: {warning}")
    if chosen.output:
        print(f"written: {chosen.output}")


def infer(responses: "Responses", method: str, seed: int) -> Any:
    """One method's result. Raises Invalid where the method does not fit the data (KOS with three labels, say)."""
    import numpy as np

    from qistas.engine import truth

    function: Callable[..., Any] = getattr(truth, method)
    by_chance = "rng" in inspect.signature(function).parameters  # the same seed gives the same answer
    extra: dict[str, Any] = {"rng": np.random.default_rng(seed)} if by_chance else {}
    try:
        return function(responses, **extra)
    except ValueError as error:
        raise Invalid(f"The method {method} does not fit these answers: {error}") from error


def read_columns(path: Path, wanted: Sequence[str]) -> dict[str, list[Any]]:
    """The wanted columns of a CSV (also .gz) or Parquet file. Raises FileInvalid with the place and the remedy."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    if not path.is_file():
        raise FileInvalid(f"There is no file {path}.")
    try:
        if path.suffix == ".parquet":
            found = parquet.read_table(path)
        else:  # ids and labels are names: as text, or 007 would become 7
            options = csv.ConvertOptions(
                column_types={name: pa.string() for name in wanted}, strings_can_be_null=True
            )
            found = csv.read_csv(path, convert_options=options)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileInvalid(f"{path} cannot be read: {error}") from error
    missing = [name for name in wanted if name not in found.column_names]
    if missing:
        has = (
            f"It has: {', '.join(found.column_names)}. Name the columns with --item, --annotator and --label."
        )
        raise FileInvalid(f"{path} lacks a column.", [Fault(name, "is not there.", has) for name in missing])
    return {name: found.column(name).to_pylist() for name in wanted}


def write_answers(path: Path, result: Any, names: "Names") -> None:
    """A row a task: its label, confidence, and the posterior of each label."""
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["task", "label", "confidence", *[f"p:{name}" for name in names.labels]])
        for at, item in enumerate(names.items):
            code = int(result.label[at])
            writer.writerow(
                [
                    item,
                    names.labels[code] if code >= 0 else "",
                    f"{result.confidence[at]:.6f}",
                    *[f"{p:.6f}" for p in result.posterior[at]],
                ]
            )


def _methods(wanted: str) -> list[str]:
    if wanted == "all":
        return list(METHODS)
    chosen = [name.strip().replace("-", "_") for name in wanted.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in METHODS]
    if unknown or not chosen:
        raise Invalid(
            "There is no such method.",
            [Fault("--method", ", ".join(unknown) or "empty", f"Choose from {', '.join(METHODS)}.")],
        )
    return chosen


def _known(chosen: argparse.Namespace, names: "Names") -> "np.ndarray[Any, Any]":
    """The code of each item's true label; -1 where it is not known or nobody used it."""
    import numpy as np

    columns = read_columns(chosen.truth, (chosen.item, chosen.label))
    items = {str(name): code for code, name in enumerate(names.items)}
    labels = {str(name): code for code, name in enumerate(names.labels)}
    known = np.full(len(items), -1, dtype=np.int64)
    met = 0
    for item, label in zip(columns[chosen.item], columns[chosen.label], strict=True):
        if str(item) in items:
            met += 1
            known[items[str(item)]] = labels.get(str(label), -2)  # -2: true, but nobody said it; always wrong
    if not met:
        raise FileInvalid(
            f"None of the tasks in {chosen.truth} is among the answers. Are these the right files?"
        )
    return known


def _told(result: Any, known: "np.ndarray[Any, Any] | None") -> Mapping[str, Any]:
    accuracy = None
    if known is not None:
        scored = known != -1
        accuracy = float((result.label[scored] == known[scored]).mean())
    return {
        "method": result.method,
        "accuracy": accuracy,
        "log_likelihood": result.log_likelihood,
        "iterations": result.iterations,
        "converged": result.converged,
        "seconds": result.seconds,
        "explanation": result.explanation,
        "warnings": list(result.warnings),
    }
