# pyright: basic
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.engine.merge.geometry import edges_of_each_that_meet, edges_that_meet
from qistas.engine.merge.sweep import boxes_that_meet, intervals_that_meet, ranges

sides = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 25), st.integers(1, 25))


def brute(low, high):
    n = len(low)
    return {
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if (low[i] < high[j]).all() and (low[j] < high[i]).all()
    }


@settings(deadline=None, max_examples=60)
@given(st.lists(sides, max_size=30), st.sampled_from([1.0, 1e-6, 1e6]), st.integers(-40, 40))
def test_boxes_that_meet_are_those_with_an_area_in_common(given_boxes, scale, shift):
    corners = np.array(given_boxes, dtype=np.float64).reshape(-1, 4) * scale
    low, high = corners[:, :2] + shift * scale, corners[:, :2] + corners[:, 2:] + shift * scale
    found = [
        pair
        for left, right in boxes_that_meet(low, high)
        for pair in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert len(found) == len(set(found))
    assert set(found) == brute(low, high)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6)), max_size=25), st.sampled_from([1, 5, 10**6])
)
def test_intervals_that_meet_are_told_once(given_intervals, block):
    low = np.array([a for a, _ in given_intervals], dtype=np.int64)
    high = low + np.array([n for _, n in given_intervals], dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qistas.engine.merge.sweep.AT_ONCE", block)
        found = [
            pair
            for i, j in intervals_that_meet(low, high)
            for pair in zip(i.tolist(), j.tolist(), strict=True)
        ]
    assert all(low[i] <= low[j] for i, j in found)
    told = {tuple(sorted(pair)) for pair in found}
    assert len(told) == len(found)
    assert told == {
        (i, j)
        for i in range(len(low))
        for j in range(i + 1, len(low))
        if max(low[i], low[j]) < min(high[i], high[j])
        or (low[i] < low[j] < high[i])  # an empty one inside another
        or (low[j] < low[i] < high[j])
        or (low[i] == low[j] and (high[i] > low[i] and high[j] == low[j]))
    }


def test_ranges_lie_behind_one_another():
    which, number = ranges(np.array([5, 0, 7]), np.array([2, 0, 3]))
    assert which.tolist() == [0, 0, 2, 2, 2]
    assert number.tolist() == [5, 6, 7, 8, 9]


outlines = st.lists(
    st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=1, max_size=9), max_size=6
)


def met(points):
    """By every pair of edges, with whole numbers of Python."""
    n = len(points)
    if n < 3:
        return (0, 1)
    edges = [(points[k], points[(k + 1) % n]) for k in range(n)]

    def turn(a, b, c):
        value = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        return (value > 0) - (value < 0)

    for k in range(n):
        (a, b), (_, d) = edges[k], edges[(k + 1) % n]
        if turn(a, b, d) == 0 and (b[0] - a[0]) * (d[0] - b[0]) + (b[1] - a[1]) * (d[1] - b[1]) <= 0:
            return min(k, (k + 1) % n), max(k, (k + 1) % n)
    for i in range(n):
        for j in range(i + 2, n - (i == 0)):
            (a, b), (c, d) = edges[i], edges[j]
            near = all(
                min(a[x], b[x]) <= max(c[x], d[x]) and min(c[x], d[x]) <= max(a[x], b[x]) for x in (0, 1)
            )
            if near and turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0:
                return i, j
    return None


@settings(deadline=None, max_examples=150)
@given(outlines, st.sampled_from([1, 10**8]))
def test_the_first_edges_that_meet_are_told_of_each_outline(drawn, scale):
    arrays = [np.array(points, dtype=np.int64) * scale for points in drawn]
    found = edges_of_each_that_meet(arrays)
    assert found == [edges_that_meet(points) for points in arrays]
    assert found == [met([(x * scale, y * scale) for x, y in points]) for points in drawn]
