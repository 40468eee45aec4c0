"""From flat columns, one row a region, to the answers of each item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class ItemAnswers:
    """The answers to one item: for each of its annotators, ascending, the rows of their regions."""

    item: int
    annotators: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    weights: NDArray[np.float64] | None


def code_column(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Check a column of integers; raises ``ValueError`` for anything else."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, but has shape {array.shape}")
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind not in "iub":
        raise ValueError(f"{name} must hold integers, but has type {array.dtype}")
    return array.astype(np.int64)


def number_column(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Check a column of finite numbers; raises ``ValueError`` for anything else."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, but has shape {array.shape}")
    if not bool(np.isfinite(array).all()):
        raise ValueError(f"{name} must be finite")
    return array


def by_item(
    item: ArrayLike,
    annotator: ArrayLike,
    columns: Sequence[NDArray[Any]],
    answered: tuple[ArrayLike, ArrayLike] | None,
    weights: ArrayLike | None,
) -> Iterator[ItemAnswers]:
    """Yield each item's answers, in the order of item codes, the silent annotators of ``answered`` included."""
    items, annotators = code_column("item", item), code_column("annotator", annotator)
    lengths = {len(items), len(annotators), *(len(c) for c in columns)}
    if len(lengths) > 1:
        raise ValueError(f"columns must be of one length, but have lengths {sorted(lengths)}")
    by_annotator = None if weights is None else np.asarray(weights, dtype=np.float64)
    silent_items = silent_annotators = np.zeros(0, dtype=np.int64)
    if answered is not None:
        silent_items = code_column("answered item", answered[0])
        silent_annotators = code_column("answered annotator", answered[1])
        if len(silent_items) != len(silent_annotators):
            raise ValueError("the two columns of answered must be of one length")
    highest = int(np.concatenate((annotators, silent_annotators, [-1])).max())
    if by_annotator is not None and len(by_annotator) <= highest:
        raise ValueError(f"weights must have an entry for every annotator code up to {highest}")
    answers: dict[int, dict[int, list[int]]] = {}
    for i, a in zip(silent_items.tolist(), silent_annotators.tolist(), strict=True):
        answers.setdefault(i, {}).setdefault(a, [])
    for row, (i, a) in enumerate(zip(items.tolist(), annotators.tolist(), strict=True)):
        answers.setdefault(i, {}).setdefault(a, []).append(row)
    for i in sorted(answers):
        people = sorted(answers[i])
        yield ItemAnswers(
            i,
            tuple(people),
            tuple(tuple(answers[i][a]) for a in people),
            None if by_annotator is None else by_annotator[people],
        )
