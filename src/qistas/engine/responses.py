"""The one input of the engine: who answered what about which item.

Three aligned arrays (coordinate form), sorted by item, with the names of items, annotators and labels kept
outside. Building one costs a single counting sort; arrays that already are int32 and sorted are not copied.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_INT32_MAX = int(np.iinfo(np.int32).max)


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes stand for: ``items[code]``, ``annotators[code]``, ``labels[code]``; each sorted."""

    items: tuple[Any, ...]
    annotators: tuple[Any, ...]
    labels: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Responses:
    """Categorical answers: answer ``r`` says that ``annotator[r]`` gave ``label[r]`` to ``item[r]``.

    Shapes: ``item``, ``annotator`` and ``label`` are int32 of one length, read-only, sorted by ``item`` (the
    order of one item's answers is kept). ``offsets`` (int64, ``n_items + 1``) bounds the answers of each
    item: those of item ``i`` are ``offsets[i]:offsets[i + 1]``. Build it with ``from_arrays``,
    ``from_matrix`` or ``from_table``, which check what they are given.
    """

    item: Int32
    annotator: Int32
    label: Int32
    n_items: int
    n_annotators: int
    n_labels: int
    offsets: Int64 = field(repr=False)

    def __len__(self) -> int:
        return int(self.item.shape[0])

    @classmethod
    def from_arrays(
        cls,
        item: ArrayLike,
        annotator: ArrayLike,
        label: ArrayLike,
        *,
        n_items: int | None = None,
        n_annotators: int | None = None,
        n_labels: int | None = None,
    ) -> Responses:
        """Codes counted from zero, in any order and any integer type.

        The sizes default to the largest code plus one; state them where some item, annotator or label has no
        answer. Arrays that already are int32 and sorted by item are viewed, not copied. Raises ``ValueError``
        naming the first row at fault for arrays of different length, values that are not whole numbers,
        negative codes and codes beyond a stated size.
        """
        item_codes = _codes("item", item)
        annotator_codes = _codes("annotator", annotator)
        label_codes = _codes("label", label)
        _same_length(item=item_codes, annotator=annotator_codes, label=label_codes)
        items = _size("item", item_codes, n_items)
        annotators = _size("annotator", annotator_codes, n_annotators)
        labels = _size("label", label_codes, n_labels)
        order, offsets = _sorted_by_item(item_codes, items)
        return cls(
            item=_frozen(_take(item_codes, order)),
            annotator=_frozen(_take(annotator_codes, order)),
            label=_frozen(_take(label_codes, order)),
            n_items=items,
            n_annotators=annotators,
            n_labels=labels,
            offsets=_frozen(offsets),
        )

    @classmethod
    def from_matrix(cls, matrix: ArrayLike, *, n_labels: int | None = None) -> Responses:
        """A table of items by annotators; a cell that is negative or NaN means no answer."""
        cells = np.asarray(matrix)
        if cells.ndim != 2:
            raise ValueError(f"matrix must be items by annotators, two dimensions; it has {cells.ndim}")
        if cells.dtype.kind not in "iufb":
            raise ValueError(f"matrix must hold label codes; its type is {cells.dtype}")
        item, annotator = np.nonzero(cells >= 0)
        return cls.from_arrays(
            item,
            annotator,
            cells[item, annotator],
            n_items=cells.shape[0],
            n_annotators=cells.shape[1],
            n_labels=n_labels,
        )

    @classmethod
    def from_table(
        cls,
        table: Any,
        *,
        item: str = "task",
        annotator: str = "worker",
        label: str = "label",
        labels: Sequence[Hashable] | None = None,
        missing: Literal["error", "drop"] = "error",
    ) -> tuple[Responses, Names]:
        """A pandas or polars frame, an Arrow table or a mapping of columns, one row an answer.

        The default column names are those of crowd-kit. Names may be strings, numbers or anything hashable;
        codes follow their sorted order, or the order of ``labels`` where that is given (say it for ordered
        labels, and for labels nobody used). ``missing="drop"`` leaves out rows whose label is None or NaN,
        which is what a skip is; a row without an item or an annotator is always an error.
        """
        item_column = _column(table, item)
        annotator_column = _column(table, annotator)
        label_column = _column(table, label)
        _same_length(**{item: item_column, annotator: annotator_column, label: label_column})
        item_codes, item_names = _factorise(item_column)
        annotator_codes, annotator_names = _factorise(annotator_column)
        label_codes, label_names = _factorise(label_column)
        if labels is not None:
            label_codes, label_names = _recode(label, label_codes, label_names, tuple(labels))
        _no_missing(item, item_codes)
        _no_missing(annotator, annotator_codes)
        if missing == "error":
            _no_missing(label, label_codes)
        elif (label_codes < 0).any():
            kept = label_codes >= 0
            item_codes, annotator_codes, label_codes = (
                item_codes[kept],
                annotator_codes[kept],
                label_codes[kept],
            )
        responses = cls.from_arrays(
            item_codes,
            annotator_codes,
            label_codes,
            n_items=len(item_names),
            n_annotators=len(annotator_names),
            n_labels=len(label_names),
        )
        return responses, Names(item_names, annotator_names, label_names)

    def rows(self, chosen: NDArray[Any]) -> Responses:
        """The answers at ``chosen`` (a mask or row numbers) with the same sizes; codes keep their meaning."""
        return Responses.from_arrays(
            self.item[chosen],
            self.annotator[chosen],
            self.label[chosen],
            n_items=self.n_items,
            n_annotators=self.n_annotators,
            n_labels=self.n_labels,
        )

    def counts(self) -> Int64:
        """How many answers each item has; shape ``(n_items,)``."""
        return np.diff(self.offsets)


@dataclass(frozen=True, slots=True)
class NumericResponses:
    """Answers that are numbers: ``annotator[r]`` gave ``value[r]`` (float64, finite) to ``item[r]``.

    Shapes and order as in `Responses`.
    """

    item: Int32
    annotator: Int32
    value: Float64
    n_items: int
    n_annotators: int
    offsets: Int64 = field(repr=False)

    def __len__(self) -> int:
        return int(self.item.shape[0])

    @classmethod
    def from_arrays(
        cls,
        item: ArrayLike,
        annotator: ArrayLike,
        value: ArrayLike,
        *,
        n_items: int | None = None,
        n_annotators: int | None = None,
    ) -> NumericResponses:
        """Codes counted from zero and finite values; errors as in `Responses.from_arrays`."""
        item_codes = _codes("item", item)
        annotator_codes = _codes("annotator", annotator)
        values = _values("value", value)
        _same_length(item=item_codes, annotator=annotator_codes, value=values)
        items = _size("item", item_codes, n_items)
        annotators = _size("annotator", annotator_codes, n_annotators)
        order, offsets = _sorted_by_item(item_codes, items)
        return cls(
            item=_frozen(_take(item_codes, order)),
            annotator=_frozen(_take(annotator_codes, order)),
            value=_frozen(_take(values, order)),
            n_items=items,
            n_annotators=annotators,
            offsets=_frozen(offsets),
        )

    @classmethod
    def from_table(
        cls,
        table: Any,
        *,
        item: str = "task",
        annotator: str = "worker",
        value: str = "label",
        missing: Literal["error", "drop"] = "error",
    ) -> tuple[NumericResponses, Names]:
        """As `Responses.from_table`, with a column of numbers in place of the labels."""
        item_column = _column(table, item)
        annotator_column = _column(table, annotator)
        value_column = _column(table, value)
        _same_length(**{item: item_column, annotator: annotator_column, value: value_column})
        item_codes, item_names = _factorise(item_column)
        annotator_codes, annotator_names = _factorise(annotator_column)
        _no_missing(item, item_codes)
        _no_missing(annotator, annotator_codes)
        if missing == "drop":
            values = np.array([np.nan if v is None else float(v) for v in value_column], dtype=np.float64)
            kept = ~np.isnan(values)
            item_codes, annotator_codes, value_column = item_codes[kept], annotator_codes[kept], values[kept]
        responses = cls.from_arrays(
            item_codes,
            annotator_codes,
            value_column,
            n_items=len(item_names),
            n_annotators=len(annotator_names),
        )
        return responses, Names(item_names, annotator_names)

    def counts(self) -> Int64:
        """How many answers each item has; shape ``(n_items,)``."""
        return np.diff(self.offsets)


def gold_codes(gold: ArrayLike | None, n_items: int, n_labels: int) -> Int32 | None:
    """Known labels by item (int32, -1 where unknown), checked; None where nothing is known."""
    if gold is None:
        return None
    known = _whole("gold", np.asarray(gold)).astype(np.int64, copy=False)
    if known.shape != (n_items,):
        raise ValueError(f"gold must have one entry an item, ({n_items},); its shape is {known.shape}")
    wrong = np.flatnonzero((known < -1) | (known >= n_labels))
    if wrong.size:
        raise ValueError(f"gold[{wrong[0]}] is {known[wrong[0]]}; it must be -1 (unknown) to {n_labels - 1}")
    return known.astype(np.int32) if (known >= 0).any() else None


def _whole(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if values.size == 0 and values.dtype.kind in "fO":
        return values.astype(np.int32)
    if values.dtype.kind in "iub":
        return values
    if values.dtype.kind == "f":
        wrong = np.flatnonzero(~(values == np.floor(values)))
        if wrong.size:
            raise ValueError(f"{name}[{wrong[0]}] is {values[wrong[0]]}; codes must be whole numbers")
        return values
    raise ValueError(f"{name} must hold integer codes; its type is {values.dtype}. Use from_table for names")


def _codes(name: str, given: ArrayLike) -> Int32:
    values = np.asarray(given)
    if values.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional; its shape is {values.shape}")
    values = _whole(name, values)
    if values.size:
        if values.dtype.kind != "u" and values.min() < 0:
            row = int(np.argmax(values < 0))
            raise ValueError(f"{name}[{row}] is {values[row]}; codes count from zero")
        if values.max() >= _INT32_MAX:
            row = int(np.argmax(values >= _INT32_MAX))
            raise ValueError(f"{name}[{row}] is {values[row]}; codes must stay below {_INT32_MAX}")
    return np.ascontiguousarray(values, dtype=np.int32)


def _values(name: str, given: ArrayLike) -> Float64:
    values = np.asarray(given)
    if values.dtype.kind not in "iufb" and values.size:
        raise ValueError(f"{name} must hold numbers; its type is {values.dtype}")
    if values.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional; its shape is {values.shape}")
    floats = np.ascontiguousarray(values, dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(floats))
    if wrong.size:
        raise ValueError(f"{name}[{wrong[0]}] is {floats[wrong[0]]}; values must be finite")
    return floats


def _same_length(**columns: NDArray[Any]) -> None:
    if len({column.shape[0] for column in columns.values()}) > 1:
        lengths = ", ".join(f"{name} has {column.shape[0]}" for name, column in columns.items())
        raise ValueError(f"the arrays must be of one length; {lengths}")


def _size(name: str, codes: Int32, stated: int | None) -> int:
    needed = int(codes.max()) + 1 if codes.size else 0
    if stated is None:
        return needed
    if stated < needed:
        row = int(np.argmax(codes >= stated))
        raise ValueError(f"{name}[{row}] is {codes[row]}, but n_{name}s is {stated}")
    return int(stated)


def _sorted_by_item(item: Int32, n_items: int) -> tuple[NDArray[np.intp] | None, Int64]:
    offsets = np.zeros(n_items + 1, dtype=np.int64)
    if item.size:
        np.cumsum(np.bincount(item, minlength=n_items), out=offsets[1:])
    in_order = item.size < 2 or bool((item[1:] >= item[:-1]).all())
    return (None if in_order else np.argsort(item, kind="stable")), offsets


def _take(values: NDArray[Any], order: NDArray[np.intp] | None) -> NDArray[Any]:
    return values if order is None else values[order]


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    seen = values.view()
    seen.flags.writeable = False
    return seen


def _column(table: Any, name: str) -> NDArray[Any]:
    try:
        column = table[name]
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"the table has no column {name!r}") from error
    if hasattr(column, "to_numpy"):
        values = cast("NDArray[Any]", column.to_numpy())
    elif isinstance(column, np.ndarray):
        values = cast("NDArray[Any]", column)
    else:
        listed = list(cast("Sequence[Any]", column))
        values = np.asarray(listed)
        if values.ndim != 1 or (values.dtype.kind in "US" and not all(isinstance(v, str) for v in listed)):
            values = np.empty(len(listed), dtype=object)
            values[:] = listed
    if values.ndim != 1:
        raise ValueError(f"column {name!r} must be one-dimensional; its shape is {values.shape}")
    return values


def _is_missing(value: Any) -> bool:
    return value is None or value != value or type(value).__name__ == "NAType"


def _factorise(column: NDArray[Any]) -> tuple[Int32, tuple[Any, ...]]:
    """Codes (-1 for None and NaN) and the sorted names."""
    if column.dtype.kind in "iub":
        names, codes = np.unique(column, return_inverse=True)
        return codes.astype(np.int32), tuple(names.tolist())
    if column.dtype.kind == "f":
        present = ~np.isnan(column)
        names, inverse = np.unique(column[present], return_inverse=True)
        codes = np.full(column.shape[0], -1, dtype=np.int32)
        codes[present] = inverse
        return codes, tuple(names.tolist())
    seen: dict[Any, int] = {}
    first = np.fromiter(
        (seen.setdefault(value, len(seen)) for value in column.tolist()),
        dtype=np.int32,
        count=column.shape[0],
    )
    found = [value for value in seen if not _is_missing(value)]
    try:
        found.sort()
    except TypeError:
        found.sort(key=lambda value: (type(value).__name__, str(value)))
    rank = np.full(max(len(seen), 1), -1, dtype=np.int32)
    for code, value in enumerate(found):
        rank[seen[value]] = code
    return rank[first], tuple(found)


def _recode(
    name: str, codes: Int32, names: tuple[Any, ...], wanted: tuple[Hashable, ...]
) -> tuple[Int32, tuple[Any, ...]]:
    place = {value: code for code, value in enumerate(wanted)}
    if len(place) != len(wanted):
        raise ValueError("labels must not repeat a name")
    unknown = [value for value in names if value not in place]
    if unknown:
        row = int(np.argmax(codes == names.index(unknown[0])))
        raise ValueError(f"{name}[{row}] is {unknown[0]!r}, which is not one of the labels stated")
    rank = np.array([place[value] for value in names] + [-1], dtype=np.int32)
    return rank[codes], wanted


def _no_missing(name: str, codes: Int32) -> None:
    if codes.size and codes.min() < 0:
        row = int(np.argmax(codes < 0))
        raise ValueError(f"column {name!r} has no value in row {row}")
