"""Simulated crowds whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qistas.engine import Responses


def simulate(
    seed: int = 0,
    *,
    n_items: int = 200,
    n_annotators: int = 12,
    n_labels: int = 3,
    per_item: int = 5,
    low: float = 0.55,
    high: float = 0.9,
) -> tuple[Responses, NDArray[np.int64], NDArray[np.float64]]:
    """Answers of one-coin annotators, the truth and their accuracies."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_labels, n_items)
    accuracy = rng.uniform(low, high, n_annotators)
    item = np.repeat(np.arange(n_items), per_item)
    annotator = np.concatenate([rng.choice(n_annotators, per_item, replace=False) for _ in range(n_items)])
    right = rng.random(item.size) < accuracy[annotator]
    wrong = (truth[item] + rng.integers(1, max(n_labels, 2), item.size)) % n_labels
    label = np.where(right, truth[item], wrong)
    responses = Responses.from_arrays(
        item, annotator, label, n_items=n_items, n_annotators=n_annotators, n_labels=n_labels
    )
    return responses, truth, accuracy


@pytest.fixture
def crowd() -> Any:
    """``crowd(seed, n_items=…, …)`` gives answers, truth and accuracies."""
    return simulate
