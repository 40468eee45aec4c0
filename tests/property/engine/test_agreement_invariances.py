# pyright: basic
"""What agreement must not depend on, over random tables."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.engine.agreement import fleiss_kappa, gwet_ac, krippendorff_alpha, percent_agreement

METRICS = ("nominal", "ordinal", "interval", "ratio")


@st.composite
def tables(draw):
    n = draw(st.integers(1, 40))
    column = lambda high: draw(st.lists(st.integers(0, high), min_size=n, max_size=n))  # noqa: E731
    rows = {}
    for i, a, v in zip(column(8), column(4), column(3), strict=True):
        rows[(i, a)] = v
    return np.array([(i, a, v) for (i, a), v in rows.items()]).T


def same(a, b):
    return (math.isnan(a) and math.isnan(b)) or a == pytest.approx(b, abs=1e-9)


def every(table, **options):
    values = [krippendorff_alpha(*table, metric=m, n_bootstrap=0).value for m in METRICS]
    return [*values, *(f(*table, n_bootstrap=0).value for f in (percent_agreement, fleiss_kappa, gwet_ac))]


@settings(max_examples=60)
@given(tables(), st.randoms(use_true_random=False))
def test_rows_items_and_annotators_in_any_order(table, random):
    base = every(table)
    order = list(range(table.shape[1]))
    random.shuffle(order)
    assert all(same(a, b) for a, b in zip(base, every(table[:, order]), strict=True))
    renamed = np.stack([(table[0] * 7 + 3) % 101, (table[1] * 5 + 2) % 53, table[2]])
    assert all(same(a, b) for a, b in zip(base, every(renamed), strict=True))


@settings(max_examples=40)
@given(tables())
def test_nominal_coefficients_do_not_know_the_names_of_labels(table):
    renamed = np.stack([table[0], table[1], np.array([2, 0, 3, 1])[table[2]]])
    for f in (krippendorff_alpha, percent_agreement, fleiss_kappa, gwet_ac):
        assert same(f(*table, n_bootstrap=0).value, f(*renamed, n_bootstrap=0).value)


@settings(max_examples=40)
@given(tables(), st.floats(0.1, 50), st.floats(-20, 20))
def test_scales_shift_and_stretch_as_they_should(table, stretch, shift):
    item, annotator, value = table

    def alpha(metric, v):
        return krippendorff_alpha(item, annotator, v, metric=metric, n_bootstrap=0).value

    assert same(alpha("interval", value * stretch + shift), alpha("interval", value.astype(float)))
    assert same(alpha("ratio", value * stretch), alpha("ratio", value.astype(float)))
    assert same(alpha("ordinal", np.exp(value * 0.7)), alpha("ordinal", value.astype(float)))


@settings(max_examples=40)
@given(tables())
def test_a_silent_annotator_and_single_answers_change_no_alpha(table):
    more = np.concatenate([table, [[100, 101], [9, 9], [0, 3]]], axis=1)
    for metric in METRICS:
        assert same(
            krippendorff_alpha(*table, metric=metric, n_bootstrap=0).value,
            krippendorff_alpha(*more, metric=metric, n_bootstrap=0).value,
        )


@settings(max_examples=40)
@given(tables())
def test_values_stay_at_or_below_one_and_intervals_hold_order(table):
    for metric in METRICS:
        result = krippendorff_alpha(*table, metric=metric, n_bootstrap=30, rng=np.random.default_rng(0))
        assert math.isnan(result.value) or result.value <= 1.0 + 1e-12
        assert math.isnan(result.low) or result.low <= result.high
        assert math.isnan(result.value) == (result.n_items == 0)
