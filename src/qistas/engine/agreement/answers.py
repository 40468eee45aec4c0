"""The table that every coefficient starts from: one row an answer, encoded, one answer per annotator and item.

Shapes: ``n`` rows come in; rows whose value is missing (NaN, NaT) are left out, and of several answers of
one annotator to one item the **last row counts** (a revision replaces what it revises; counting both would
let an annotator agree with themself). Both facts are reported, never hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import NumericResponses, Responses

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Table = Responses | NumericResponses | ArrayLike


@dataclass(frozen=True, slots=True)
class Answers:
    """Encoded answers, one per (item, annotator), in the order of the rows that were kept.

    ``item``, ``annotator``, ``code``: int64 arrays of the same length, codes from 0;
    ``items``, ``annotators``, ``levels``: what each code stood for, sorted; ``n_repeated``: rows dropped
    because the same annotator answered the same item again later; ``n_missing``: rows without a value.
    """

    item: IntArray
    annotator: IntArray
    code: IntArray
    items: NDArray[Any]
    annotators: NDArray[Any]
    levels: NDArray[Any]
    n_repeated: int
    n_missing: int

    @property
    def n_items(self) -> int:
        """Distinct items."""
        return len(self.items)

    @property
    def n_annotators(self) -> int:
        """Distinct annotators."""
        return len(self.annotators)

    @property
    def n_levels(self) -> int:
        """Distinct values."""
        return len(self.levels)


def encode(values: NDArray[Any]) -> tuple[NDArray[Any], IntArray]:
    """Return the sorted distinct values and, for each row, the index of its value among them.

    Whole numbers of a range not much wider than the table are encoded by counting (linear time);
    anything else by sorting.
    """
    if values.dtype == np.bool_:
        values = values.astype(np.int64)
    if values.size and np.issubdtype(values.dtype, np.integer):
        low, high = int(values.min()), int(values.max())
        if high - low <= 4 * values.size + 1024 and high < 2**62 and low > -(2**62):
            shifted = values.astype(np.int64) - low
            used = np.zeros(high - low + 1, dtype=np.bool_)
            used[shifted] = True
            levels = np.flatnonzero(used)
            if len(levels) == len(used):
                return (levels + low).astype(values.dtype), shifted
            place = np.cumsum(used) - 1
            return (levels + low).astype(values.dtype), place[shifted]
    levels, codes = np.unique(values, return_inverse=True)
    return levels, codes.astype(np.int64).reshape(-1)


def _column(name: str, values: ArrayLike) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, but has shape {array.shape}")
    if array.dtype == object:
        kinds = {type(v) for v in array.tolist()}
        if kinds <= {str}:
            array = array.astype(str)
        elif kinds <= {int, float, bool, type(None)}:
            array = np.array([np.nan if v is None else float(v) for v in array.tolist()])
        else:
            raise ValueError(
                f"{name} mixes types {sorted(k.__name__ for k in kinds)}; give numbers or strings"
            )
    return array


def _missing(array: NDArray[Any]) -> NDArray[np.bool_]:
    if np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.complexfloating):
        return np.isnan(array)
    if array.dtype.kind in "mM":
        return np.isnat(array)
    return np.zeros(len(array), dtype=np.bool_)


def read_answers(item: Table, annotator: ArrayLike | None = None, value: ArrayLike | None = None) -> Answers:
    """Check and encode a table given as three aligned columns, or as one ``Responses``
    or ``NumericResponses``.

    Columns may be integers, floats, booleans or strings. Raises ``ValueError`` for columns of different
    length, for more than one dimension, for a missing item or annotator, and when a ``Responses`` is given
    together with columns.
    """
    if isinstance(item, Responses | NumericResponses):
        if annotator is not None or value is not None:
            raise ValueError("give either a Responses alone or the three columns item, annotator, value")
        given = item.label if isinstance(item, Responses) else item.value
        columns = (np.asarray(item.item), np.asarray(item.annotator), np.asarray(given))
    else:
        if annotator is None or value is None:
            raise ValueError("give the three columns item, annotator, value (or a Responses alone)")
        columns = (_column("item", item), _column("annotator", annotator), _column("value", value))
    items, annotators, values = columns
    if not len(items) == len(annotators) == len(values):
        raise ValueError(
            f"item, annotator and value must be of one length, but have {len(items)}, {len(annotators)}, {len(values)}"
        )
    for name, column in (("item", items), ("annotator", annotators)):
        if _missing(column).any():
            raise ValueError(f"{name} has a missing entry; every answer needs its {name}")
    gone = _missing(values)
    n_missing = int(gone.sum())
    if n_missing:
        keep = ~gone
        items, annotators, values = items[keep], annotators[keep], values[keep]
    item_names, item_code = encode(items)
    annotator_names, annotator_code = encode(annotators)
    key = item_code * max(len(annotator_names), 1) + annotator_code
    ordered = key if bool(np.all(key[1:] > key[:-1])) else np.sort(key)
    n_repeated = int(np.count_nonzero(ordered[1:] == ordered[:-1]))
    if n_repeated:
        last = len(key) - 1 - np.unique(key[::-1], return_index=True)[1]
        last.sort()
        item_code, annotator_code, values = item_code[last], annotator_code[last], values[last]
    levels, code = encode(values)
    return Answers(
        item_code, annotator_code, code, item_names, annotator_names, levels, n_repeated, n_missing
    )
