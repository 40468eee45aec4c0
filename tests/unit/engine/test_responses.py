"""Building the engine's input, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from qistas.engine import NumericResponses, Responses


def test_rows_are_sorted_by_item_and_keep_their_order_within_one() -> None:
    responses = Responses.from_arrays([2, 0, 2, 0], [0, 1, 2, 3], [1, 0, 0, 1])
    assert responses.item.tolist() == [0, 0, 2, 2]
    assert responses.annotator.tolist() == [1, 3, 0, 2]
    assert responses.label.tolist() == [0, 1, 1, 0]
    assert responses.offsets.tolist() == [0, 2, 2, 4]
    assert (responses.n_items, responses.n_annotators, responses.n_labels) == (3, 4, 2)
    assert responses.counts().tolist() == [2, 0, 2]


def test_inputs_are_not_changed_and_arrays_are_read_only() -> None:
    item = np.array([1, 0], dtype=np.int32)
    responses = Responses.from_arrays(item, [0, 0], [0, 1])
    assert item.tolist() == [1, 0]
    assert item.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        responses.label[0] = 1


def test_sorted_int32_is_viewed_not_copied() -> None:
    item = np.array([0, 1, 1], dtype=np.int32)
    assert np.shares_memory(Responses.from_arrays(item, [0, 0, 1], [0, 0, 0]).item, item)


@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int64, np.uint64, np.float64, np.bool_])
def test_any_whole_numbers_do(kind: Any) -> None:
    responses = Responses.from_arrays([0, 1], [0, 1], np.array([1, 0], dtype=kind))
    assert responses.label.dtype == np.int32
    assert responses.label.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("item", "annotator", "label", "message"),
    [
        ([0, 1], [0], [0, 0], "annotator has 1"),
        ([0, -1], [0, 0], [0, 0], r"item\[1\] is -1"),
        ([0, 1], [0, 0], [0.0, np.nan], r"label\[1\] is nan"),
        ([0, 1], [0, 0], [0.0, 0.5], r"label\[1\] is 0.5"),
        ([0, 1], [0, 0], ["a", "b"], "from_table"),
        ([[0, 1]], [0, 0], [0, 0], "one-dimensional"),
        ([2**40], [0], [0], "below"),
    ],
)
def test_what_is_refused_names_its_row(item: Any, annotator: Any, label: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Responses.from_arrays(item, annotator, label)


def test_a_code_beyond_a_stated_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"label\[1\] is 2, but n_labels is 2"):
        Responses.from_arrays([0, 0], [0, 1], [0, 2], n_labels=2)


def test_empty() -> None:
    responses = Responses.from_arrays([], [], [], n_items=2, n_annotators=1, n_labels=3)
    assert len(responses) == 0
    assert responses.offsets.tolist() == [0, 0, 0]
    assert len(Responses.from_arrays([], [], [])) == 0


def test_matrix_with_missing_cells() -> None:
    responses = Responses.from_matrix([[0, np.nan], [1, 0], [np.nan, np.nan]])
    assert (responses.n_items, responses.n_annotators) == (3, 2)
    assert responses.counts().tolist() == [1, 2, 0]
    assert Responses.from_matrix(np.array([[0, -1], [1, 2]]), n_labels=5).n_labels == 5


COLUMNS = {"task": ["b", "a", "b"], "worker": [7, 7, 3], "label": ["yes", "no", "no"]}


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pa.table], ids=["mapping", "pandas", "arrow"])
def test_tables(make: Any) -> None:
    responses, names = Responses.from_table(make(COLUMNS))
    assert names.items == ("a", "b")
    assert names.annotators == (3, 7)
    assert names.labels == ("no", "yes")
    assert responses.item.tolist() == [0, 1, 1]
    assert responses.annotator.tolist() == [1, 1, 0]
    assert responses.label.tolist() == [0, 1, 0]


def test_stated_labels_keep_their_order_and_the_unused() -> None:
    responses, names = Responses.from_table(COLUMNS, labels=["yes", "no", "unsure"])
    assert names.labels == ("yes", "no", "unsure")
    assert responses.label.tolist() == [1, 0, 1]
    assert responses.n_labels == 3
    with pytest.raises(ValueError, match="not one of the labels"):
        Responses.from_table(COLUMNS, labels=["yes"])


def test_missing_labels_are_an_error_or_dropped() -> None:
    table = pd.DataFrame({"task": [0, 0, 1], "worker": ["x", "y", "x"], "label": ["a", None, "a"]})
    with pytest.raises(ValueError, match="row 1"):
        Responses.from_table(table)
    responses, names = Responses.from_table(table, missing="drop")
    assert len(responses) == 2
    assert responses.n_items == 2
    assert names.annotators == ("x", "y")
    with pytest.raises(ValueError, match="'worker' has no value in row 0"):
        Responses.from_table({"task": ["a"], "worker": [None], "label": ["b"]}, missing="drop")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="no column 'who'"):
        Responses.from_table(COLUMNS, annotator="who")


def test_numbers() -> None:
    responses, names = NumericResponses.from_table(
        pd.DataFrame({"task": ["b", "a", "a"], "worker": [1, 1, 2], "label": [0.5, 2, 3]})
    )
    assert names.items == ("a", "b")
    assert responses.value.tolist() == [2.0, 3.0, 0.5]
    with pytest.raises(ValueError, match="finite"):
        NumericResponses.from_arrays([0], [0], [np.inf])
    with pytest.raises(ValueError, match="numbers"):
        NumericResponses.from_arrays([0], [0], ["x"])
    dropped, _ = NumericResponses.from_table(
        {"task": [0, 1], "worker": [0, 0], "label": [None, 1.0]}, missing="drop"
    )
    assert len(dropped) == 1
