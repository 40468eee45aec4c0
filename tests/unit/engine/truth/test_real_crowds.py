"""Accuracy on real crowds, where the data are at hand."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qistas.engine import Responses, truth

DATA = Path(__file__).resolve().parents[5] / "shared" / "data" / "crowd"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real crowds are not at hand"),
]


def load(name: str) -> tuple[Responses, NDArray[np.int64]]:
    def rows(file: str) -> list[list[str]]:
        path = DATA / name / file
        with path.open() if path.exists() else gzip.open(f"{path}.gz", "rt") as opened:
            return list(csv.reader(opened))[1:]

    answers = rows("labels.csv")
    responses, names = Responses.from_table(
        {key: [row[column] for row in answers] for column, key in enumerate(("task", "worker", "label"))}
    )
    known = np.full(responses.n_items, -1)
    for task, label in rows("truth.csv"):
        known[names.items.index(task)] = names.labels.index(label)
    return responses, known


@pytest.mark.parametrize(
    ("name", "least"), [("bluebird", 84.0), ("weather_amt", 84.0), ("temp", 93.5), ("rte", 92.5)]
)
def test_auto_is_not_below_majority(name: str, least: float) -> None:
    responses, known = load(name)
    chosen = 100 * float((truth.auto(responses).label == known).mean())
    vote = 100 * float((truth.majority(responses).label == known).mean())
    assert chosen >= max(vote - 0.5, least)


def test_methods_match_their_published_accuracy() -> None:
    responses, known = load("bluebird")
    found = {
        method.__name__: 100 * float((method(responses).label == known).mean())
        for method in (truth.majority, truth.dawid_skene, truth.one_coin)
    }
    assert found["majority"] == pytest.approx(75.93, abs=0.01)
    assert found["dawid_skene"] == pytest.approx(89.0, abs=1.0)
    assert found["one_coin"] == pytest.approx(58.33, abs=0.01)
