# pyright: basic
import time

import numpy as np
import pytest

from qistas.engine.merge import MergedSpan, intervals, merge_spans, merge_spans_table, sweep


def plain(merged):
    return [(s.start, s.end, s.label, s.support, round(s.confidence, 6)) for s in merged]


def test_three_annotators_and_a_stray_span():
    merged = merge_spans([[(0, 10, "person")], [(0, 9, "person"), (20, 25, "place")], [(1, 10, "person")]])
    assert plain(merged) == [(0, 10, "person", 3, 1.0)]


def test_support_and_confidence_follow_the_weights():
    spans = [[(0, 4, 1)], [(0, 4, 1), (8, 12, 2)], [(8, 12, 2)]]
    assert plain(merge_spans(spans, weights=[1, 1, 2])) == [(0, 4, 1, 2, 0.5), (8, 12, 2, 2, 0.75)]
    assert plain(merge_spans(spans, weights=[1, 1, 2], keep=0.6)) == [(8, 12, 2, 2, 0.75)]


def test_overlapping_spans_of_one_label_and_one_annotator_stay_apart():
    spans = [[(0, 10, "a"), (2, 8, "a")], [(0, 10, "a"), (2, 8, "a")]]
    assert plain(merge_spans(spans)) == [(0, 10, "a", 2, 1.0), (2, 8, "a", 2, 1.0)]


def test_labels_are_kept_apart_unless_told_otherwise():
    spans = [[(0, 5, "a")], [(0, 5, "b")], [(0, 5, "b")]]
    assert plain(merge_spans(spans)) == [(0, 5, "b", 2, round(2 / 3, 6))]
    assert plain(merge_spans(spans, across_labels=True)) == [(0, 5, "b", 3, 1.0)]


def test_borders_are_weighted_medians_and_lean_outwards_when_even():
    assert plain(merge_spans([[(0, 8, 0)], [(2, 10, 0)]])) == [(0, 10, 0, 2, 1.0)]
    assert plain(merge_spans([[(0, 8, 0)], [(2, 10, 0)]], weights=[1, 3])) == [(2, 10, 0, 2, 1.0)]
    assert plain(merge_spans([[(0, 8, 0)], [(2, 10, 0)], [(3, 9, 0)]])) == [(2, 9, 0, 3, 1.0)]


def test_annotators_who_marked_nothing_count():
    assert merge_spans([[(0, 5, "a")]], 3) == ()
    assert merge_spans([[(0, 5, "a")], [], []]) == ()
    assert plain(merge_spans([[(0, 5, "a")], []])) == [(0, 5, "a", 1, 0.5)]


def test_empty_inputs():
    assert merge_spans([]) == ()
    assert merge_spans([], 5) == ()
    assert merge_spans([[], []]) == ()


def test_a_double_span_counts_once():
    assert plain(merge_spans([[(0, 5, 1), (0, 5, 1)]])) == [(0, 5, 1, 1, 1.0)]


def test_a_chain_of_neighbours_does_not_become_one_span():
    spans = [[(i * 4, i * 4 + 10, "a")] for i in range(8)]
    merged = merge_spans(spans, keep=0.01)
    assert max(s.end - s.start for s in merged) <= 14
    assert sum(s.support for s in merged) == 8


def test_offsets_are_code_points():
    text = "السلام 🌍 عليكم"
    start = text.index("🌍")
    merged = merge_spans([[(start, start + 1, "emoji")]] * 2)
    assert text[merged[0].start : merged[0].end] == "🌍"


def test_only_silent_weight_is_dropped():
    assert merge_spans([[(0, 5, 1)], []], weights=[0, 1]) == ()


def test_one_thousand_spans_an_annotator():
    rng = np.random.default_rng(0)
    start = np.arange(1000) * 12
    spans = [
        [(int(s + a), int(s + a + 8), "x") for s, a in zip(start, rng.integers(0, 2, 1000), strict=True)]
        for _ in range(5)
    ]
    merged = merge_spans(spans)
    assert len(merged) == 1000
    assert all(s.support == 5 for s in merged)


@pytest.mark.parametrize(
    ("spans", "options", "words"),
    [
        ([[(3, 3, 1)]], {}, "start < end"),
        ([[(-1, 3, 1)]], {}, "start < end"),
        ([[(0.5, 3, 1)]], {}, "whole numbers"),
        ([[(0, 3, 1)]], {"n_annotators": 0}, "gave answers"),
        ([[(0, 3, 1)]], {"weights": [1, 2]}, "one entry"),
        ([[(0, 3, 1)]], {"weights": [-1]}, "not negative"),
        ([[(0, 3, 1)]], {"weights": [0]}, "all be zero"),
        ([[(0, 3, 1)]], {"keep": 0.0}, "keep"),
        ([[(0, 3, 1)]], {"min_f1": 1.5}, "min_f1"),
    ],
)
def test_clear_errors(spans, options, words):
    with pytest.raises(ValueError, match=words):
        merge_spans(spans, **options)


def test_the_table_form_is_the_item_form_item_by_item():
    merged = merge_spans_table(
        item=[7, 7, 7, 9],
        annotator=[0, 1, 1, 2],
        start=[0, 1, 30, 5],
        end=[10, 10, 40, 9],
        label=[1, 1, 2, 0],
        answered=([7, 9, 9, 9], [2, 0, 1, 2]),
    )
    assert merged.item.tolist() == [7]
    assert (merged.start.tolist(), merged.end.tolist(), merged.support.tolist()) == ([0], [10], [2])
    assert merged.confidence[0] == pytest.approx(2 / 3)
    alone = merge_spans([[(0, 10, 1)], [(1, 10, 1), (30, 40, 2)], []])
    assert alone == (MergedSpan(0, 10, 1, 2, 2 / 3),)


def test_the_table_form_takes_weights_by_annotator_code():
    merged = merge_spans_table([0, 0], [0, 3], [0, 8], [4, 12], [1, 1], weights=[1.0, 0.0, 0.0, 5.0])
    assert merged.start.tolist() == [8]
    with pytest.raises(ValueError, match="every annotator code"):
        merge_spans_table([0, 0], [0, 3], [0, 8], [4, 12], [1, 1], weights=[1.0])


def test_an_empty_table():
    assert len(merge_spans_table([], [], [], [], []).item) == 0


def test_many_intervals_are_merged_as_few_are(monkeypatch):
    """What keeps only the pairs that meet finds the same as what looks at every pair, in blocks of any size."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        answers = [
            [(int(s), int(s + n), int(k)) for s, n, k in zip(*rows, strict=True)]
            for rows in (
                (rng.integers(0, 60, 30), rng.integers(1, 15, 30), rng.integers(0, 2, 30)) for _ in range(4)
            )
        ]
        monkeypatch.setattr(intervals, "DENSE", 10_000)
        every = merge_spans(answers)
        monkeypatch.setattr(intervals, "DENSE", 0)
        for block in (1, 7, 1_000_000):
            monkeypatch.setattr(sweep, "AT_ONCE", block)
            assert merge_spans(answers) == every


def test_spans_nested_or_chained_without_end_cost_little():
    nested = [(n, 10_000 - n, 0) for n in range(4_000)]
    chained = [(2 * n, 2 * n + 3, 0) for n in range(20_000)]
    for spans in (nested, chained):
        began = time.perf_counter()
        assert len(merge_spans([spans, spans[:10]])) == len(spans)
        assert time.perf_counter() - began < 5
