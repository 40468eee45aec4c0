"""`qistas truth --engine ray`: the same inference on a Ray cluster, from Parquet that no machine has to hold whole."""

import argparse
import csv
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from qistas.core.errors import Fault, Invalid

from .reaching import table, tell_json

if TYPE_CHECKING:
    from qistas.connectors.cluster import ParquetShards


def run_on_cluster(chosen: argparse.Namespace) -> None:
    """Read, infer by each method, score, tell, write."""
    from qistas.connectors.cluster import open_ray, shards_of_parquet
    from qistas.engine.truth.sharded import METHODS

    methods = [name.strip().replace("-", "_") for name in chosen.method.split(",") if name.strip()]
    unknown = [name for name in methods if name not in METHODS]
    if unknown or not methods:
        raise Invalid(
            "Not every method can work on a cluster.",
            [
                Fault(
                    "--method",
                    ", ".join(unknown) or "empty",
                    f"Choose from {', '.join(METHODS)}.",
                )
            ],
        )
    if chosen.shards is not None and chosen.shards < 1:
        raise Invalid(
            "There must be at least one shard.", [Fault("--shards", str(chosen.shards), "Give 1 or more.")]
        )
    columns = (chosen.item, chosen.annotator, chosen.label)
    with open_ray(chosen.engine) as ray:
        read = shards_of_parquet(ray, chosen.labels, columns, chosen.shards)
        rows = [_infer(read, method, chosen, first=at == 0) for at, method in enumerate(methods)]
        nodes = read.shards.nodes()
    if chosen.json:
        tell_json(rows)
        return
    print(
        f"{rows[0]['items']:,} items, {len(read.annotators):,} annotators, {rows[0]['answers']:,} answers, "
        f"{len(read.labels):,} labels in {len(read.shards.actors)} shards on {nodes} nodes"
    )
    table(
        ["method", "accuracy", "log likelihood", "iterations", "converged", "seconds", "sent, MB"],
        [
            (
                row["method"],
                f"{row['accuracy']:.2%}" if row["accuracy"] is not None else "–",
                f"{row['log_likelihood']:,.1f}" if row["log_likelihood"] is not None else "–",
                row["iterations"],
                "yes" if row["converged"] else "no",
                f"{row['seconds']:.3f}",
                f"{row['travelled'] / 1e6:,.2f}",
            )
            for row in rows
        ],
    )
    print(rows[0]["explanation"])
    if chosen.output:
        print(f"written: {chosen.output}")


def _infer(read: "ParquetShards", method: str, chosen: argparse.Namespace, *, first: bool) -> dict[str, Any]:
    """One method: fit, then take the shards' results one by one, to score and (for the first method) to write."""
    import numpy as np

    from qistas.engine.truth import fit_shards

    try:
        fitted = fit_shards(
            read.shards,
            method,
            n_annotators=len(read.annotators),
            n_labels=len(read.labels),
            rng=np.random.default_rng(chosen.seed),
        )
    except ValueError as error:
        raise Invalid(f"The method {method} does not fit these answers: {error}") from error
    known = _known(chosen) if chosen.truth else {}
    right = met = 0
    if known or (first and chosen.output):
        with ExitStack() as open_files:
            writer = None
            if first and chosen.output:
                writer = csv.writer(
                    open_files.enter_context(chosen.output.open("w", newline="", encoding="utf-8"))
                )
                writer.writerow(["task", "label", "confidence", *[f"p:{name}" for name in read.labels]])
            for result in read.shards.results():
                best = result.posterior.argmax(axis=1)
                names = result.items.to_pylist()
                for name, code, row in zip(names, best.tolist(), result.posterior, strict=True):
                    if (said := known.get(str(name))) is not None:
                        met += 1
                        right += str(read.labels[code]) == said
                    if writer is not None:
                        shares = [f"{p:.6f}" for p in row]
                        writer.writerow([name, read.labels[code], f"{float(np.max(row)):.6f}", *shares])
    return {
        "method": method,
        "accuracy": right / met if met else None,
        "log_likelihood": fitted.log_likelihood,
        "iterations": fitted.iterations,
        "converged": fitted.converged,
        "seconds": fitted.seconds,
        "explanation": fitted.explanation,
        "items": fitted.items,
        "answers": fitted.answers,
        "travelled": fitted.travelled,
    }


def _known(chosen: argparse.Namespace) -> dict[str, str]:
    from .truth import read_columns

    columns = read_columns(chosen.truth, (chosen.item, chosen.label))
    pairs = zip(columns[chosen.item], columns[chosen.label], strict=True)
    return {str(item): str(label) for item, label in pairs}
