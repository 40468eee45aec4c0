# pyright: basic
import math
import warnings

import numpy as np
import pytest

from qistas.engine import Responses
from qistas.engine.agreement import krippendorff_alpha
from qistas.engine.responses import NumericResponses

METRICS = ("nominal", "ordinal", "interval", "ratio")


def textbook(item, annotator, value, metric):
    """α from the definition: coincidences of values by values, one pair at a time."""
    cell = {}
    for i, a, v in zip(item, annotator, value, strict=True):
        if v == v:
            cell[(i, a)] = v
    units = {}
    for (i, _), v in cell.items():
        units.setdefault(i, []).append(v)
    units = [u for u in units.values() if len(u) > 1]
    levels = sorted({v for u in units for v in u})
    count = {c: sum(u.count(c) for u in units) for c in levels}
    n = sum(count.values())

    def far(c, k):
        if metric == "nominal":
            return float(c != k)
        if metric == "interval":
            return (c - k) ** 2
        if metric == "ratio":
            return ((c - k) / (c + k)) ** 2 if c + k else 0.0
        low, high = min(c, k), max(c, k)
        return (sum(count[g] for g in levels if low <= g <= high) - (count[c] + count[k]) / 2) ** 2

    observed = sum(
        far(u[i], u[j]) / (len(u) - 1) for u in units for i in range(len(u)) for j in range(len(u)) if i != j
    )
    expected = sum(count[c] * count[k] * far(c, k) for c in levels for k in levels)
    return 1 - (n - 1) * observed / expected


def random_table(rng, n_items=40, n_annotators=6, n_values=5, missing=0.3):
    item, annotator = np.indices((n_items, n_annotators))
    truth = rng.integers(0, n_values, n_items)
    value = np.where(rng.random(item.shape) < 0.6, truth[:, None], rng.integers(0, n_values, item.shape))
    keep = rng.random(item.shape) > missing
    order = rng.permutation(int(keep.sum()))
    return item[keep][order], annotator[keep][order], value[keep][order]


@pytest.mark.parametrize(
    ("metric", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_example(metric, expected):
    nan = math.nan
    matrix = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    annotator, item = np.indices(matrix.shape)
    result = krippendorff_alpha(
        item.ravel(), annotator.ravel(), matrix.ravel(), metric=metric, rng=np.random.default_rng(1)
    )
    assert result.value == pytest.approx(expected, abs=5e-4)
    assert result.low < result.value < result.high
    assert (result.n_items, result.n_pairable) == (11, 40)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", range(4))
def test_equals_the_definition(metric, seed):
    item, annotator, value = random_table(np.random.default_rng(seed))
    got = krippendorff_alpha(item, annotator, value, metric=metric, n_bootstrap=0)
    assert got.value == pytest.approx(textbook(item, annotator, value, metric), abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_bootstrap_equals_drawing_items_and_computing_anew(metric):
    rng = np.random.default_rng(5)
    item, annotator, value = random_table(rng, n_items=60)
    result = krippendorff_alpha(item, annotator, value, metric=metric, n_bootstrap=4000, rng=rng)
    rows = [np.flatnonzero(item == i) for i in range(60)]
    draws = []
    for _ in range(400):
        chosen = rng.integers(0, 60, 60)
        take = np.concatenate([rows[c] for c in chosen])
        new_item = np.repeat(np.arange(60), [len(rows[c]) for c in chosen])
        draws.append(
            krippendorff_alpha(new_item, annotator[take], value[take], metric=metric, n_bootstrap=0).value
        )
    low, high = np.quantile(draws, [0.025, 0.975])
    assert result.low == pytest.approx(low, abs=0.03)
    assert result.high == pytest.approx(high, abs=0.03)


@pytest.mark.parametrize("metric", METRICS)
def test_first_order_bootstrap_is_close_to_the_exact_one(metric, monkeypatch):
    from qistas.engine.agreement import krippendorff as module

    rng = np.random.default_rng(8)
    item, annotator, value = random_table(rng, n_items=800, n_values=12)
    exact = krippendorff_alpha(
        item, annotator, value, metric=metric, n_bootstrap=2000, rng=np.random.default_rng(1)
    )
    monkeypatch.setattr(module, "_EXACT_LEVELS", 3)
    monkeypatch.setattr(module, "_EXACT_ORDINAL_LEVELS", 3)
    first = krippendorff_alpha(
        item, annotator, value, metric=metric, n_bootstrap=2000, rng=np.random.default_rng(1)
    )
    assert first.value == pytest.approx(exact.value, abs=1e-4)
    width = exact.high - exact.low
    assert first.low == pytest.approx(exact.low, abs=0.05 * width)
    assert first.high == pytest.approx(exact.high, abs=0.05 * width)


def test_many_continuous_ratio_values_equal_the_definition():
    rng = np.random.default_rng(2)
    truth = rng.lognormal(0.0, 1.0, 700)
    item = np.repeat(np.arange(700), 2)
    value = truth[item] * rng.lognormal(0.0, 0.3, 1400)
    value[:3] = 0.0
    annotator = np.tile([0, 1], 700)
    got = krippendorff_alpha(item, annotator, value, metric="ratio", n_bootstrap=0)
    assert len(np.unique(value)) > 1024
    assert got.value == pytest.approx(textbook(item, annotator, value.tolist(), "ratio"), abs=1e-6)


def test_interval_covers_the_truth_in_simulation():
    """Answers with a known chance-corrected agreement: 95 % intervals must cover about 95 %."""
    rng = np.random.default_rng(3)
    keep = 0.8
    inside = 0
    for _ in range(200):
        truth = rng.integers(0, 3, 150)
        item = np.repeat(np.arange(150), 3)
        value = np.where(rng.random(450) < keep, truth[item], rng.integers(0, 3, 450))
        got = krippendorff_alpha(item, np.tile([0, 1, 2], 150), value, n_bootstrap=400, rng=rng)
        inside += got.low <= keep**2 <= got.high
    assert 0.90 <= inside / 200 <= 0.99


def test_responses_strings_and_order_of_rows_make_no_difference():
    rng = np.random.default_rng(4)
    item, annotator, value = random_table(rng)
    plain = krippendorff_alpha(item, annotator, value, n_bootstrap=0)
    table = Responses.from_arrays(item=item, annotator=annotator, label=value)
    assert krippendorff_alpha(table, n_bootstrap=0).value == pytest.approx(plain.value, abs=1e-14)
    names = np.array(["قطة", "cat", "dog", "bird", "fish"])[value]
    as_text = krippendorff_alpha(item.astype(str), annotator.astype(str), names, n_bootstrap=0)
    assert as_text.value == pytest.approx(plain.value, abs=1e-14)
    numbers = NumericResponses.from_arrays(item=item, annotator=annotator, value=value * 1.5)
    expected = krippendorff_alpha(item, annotator, value, metric="interval", n_bootstrap=0).value
    assert krippendorff_alpha(numbers, metric="interval", n_bootstrap=0).value == pytest.approx(expected)


def test_nothing_pairable_is_nan_with_words_and_without_a_python_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for columns in (([], [], []), ([0, 1, 2], [0, 0, 0], [1, 1, 2]), ([0], [0], [1])):
            result = krippendorff_alpha(*columns, rng=np.random.default_rng(0))
            assert math.isnan(result.value)
            assert math.isnan(result.low)
            assert (result.n_items, result.n_pairable) == (0, 0)
            assert "no item has two answers" in str(result.warning)


def test_all_the_same_is_one_with_words():
    result = krippendorff_alpha([0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3], rng=np.random.default_rng(0))
    assert result.value == 1.0
    assert math.isnan(result.low)
    assert "more than chance" in str(result.warning)


def test_one_item_has_no_interval():
    result = krippendorff_alpha([0, 0, 0], [0, 1, 2], [1, 1, 2], rng=np.random.default_rng(0))
    assert result.value == pytest.approx(0.0)
    assert math.isnan(result.high)
    assert "one item" in str(result.warning)


def test_of_repeated_answers_the_last_counts():
    result = krippendorff_alpha(
        [0, 0, 0, 1, 1], [0, 1, 0, 0, 1], [5, 2, 2, 3, 3], rng=np.random.default_rng(0)
    )
    assert result.value == 1.0
    assert result.n_pairable == 4
    assert "1 answers repeat" in str(result.warning)


def test_a_million_annotators_with_one_answer_each():
    n = 1_000_000
    value = np.arange(n) // 2 % 2
    result = krippendorff_alpha(
        np.arange(n) // 2, np.arange(n), value, n_bootstrap=50, rng=np.random.default_rng(0)
    )
    assert result.value == 1.0


def test_a_thousand_labels():
    rng = np.random.default_rng(0)
    item, annotator, value = random_table(rng, n_items=3000, n_values=1000)
    for metric in METRICS:
        result = krippendorff_alpha(item, annotator, value, metric=metric, n_bootstrap=50, rng=rng)
        assert result.low < result.value < result.high


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        (([0, 1], [0], [1, 1]), {}, "one length"),
        (([0, 0], [0, 1], [1, 2]), {"metric": "cosine"}, "metric must be one of"),
        (([0, 0], [0, 1], ["a", "b"]), {"metric": "interval"}, "needs numbers"),
        (([0, 0], [0, 1], ["a", "b"]), {"metric": "ordinal"}, "needs numbers"),
        (([0, 0], [0, 1], [-1, 2]), {"metric": "ratio"}, "negative"),
        (([0, 0], [0, 1], [math.inf, 2]), {"metric": "interval"}, "infinite"),
        (([0, math.nan], [0, 1], [1, 2]), {}, "item has a missing entry"),
        (([[0, 0]], [0, 1], [1, 2]), {}, "one-dimensional"),
        (([0, 0], [0, 1], [1, (2,)]), {}, "mixes types"),
        (([0, 0], [0, 1], [1, 2]), {"level": 1.0}, "level"),
    ],
)
def test_clear_errors(columns, options, words):
    if words == "mixes types":
        value = np.empty(2, dtype=object)
        value[:] = [1, (2,)]
        columns = (*columns[:2], value)
    with pytest.raises(ValueError, match=words):
        krippendorff_alpha(*columns, **options, n_bootstrap=0)


def test_a_bootstrap_without_a_generator_is_an_error():
    with pytest.raises(ValueError, match="rng"):
        krippendorff_alpha([0, 0], [0, 1], [1, 2])


def test_inputs_stay_as_they_were():
    item, annotator, value = random_table(np.random.default_rng(0))
    for column in (item, annotator, value):
        column.setflags(write=False)
    copies = [c.copy() for c in (item, annotator, value)]
    for metric in METRICS:
        krippendorff_alpha(
            item, annotator, value, metric=metric, rng=np.random.default_rng(0), n_bootstrap=20
        )
    for now, then in zip((item, annotator, value), copies, strict=True):
        assert np.array_equal(now, then)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", range(3))
def test_compiled_passes_equal_numpy(metric, seed, monkeypatch):
    from qistas.engine.agreement import krippendorff as module

    item, annotator, value = random_table(np.random.default_rng(seed), n_items=300, missing=0.6)
    table = Responses.from_arrays(item, annotator, value, n_items=310, n_labels=7)
    fast = krippendorff_alpha(table, metric=metric, rng=np.random.default_rng(0), n_bootstrap=200)
    monkeypatch.setattr(module, "_compiled", lambda: False)
    slow = krippendorff_alpha(table, metric=metric, rng=np.random.default_rng(0), n_bootstrap=200)
    assert fast.value == pytest.approx(slow.value, abs=1e-12)
    assert fast.low == pytest.approx(slow.low, abs=1e-9)
    assert (fast.n_items, fast.n_pairable, fast.warning) == (slow.n_items, slow.n_pairable, slow.warning)


def test_compiled_passes_see_repeated_answers_and_empty_tables():
    twice = Responses.from_arrays([0, 0, 0, 1, 1], [0, 0, 1, 0, 1], [1, 0, 0, 1, 1])
    assert "1 answers repeat" in str(krippendorff_alpha(twice, n_bootstrap=0).warning)
    for empty in (
        Responses.from_arrays([], [], []),
        Responses.from_arrays([], [], [], n_items=3, n_labels=2),
    ):
        assert math.isnan(krippendorff_alpha(empty, n_bootstrap=0).value)


def test_one_value_is_perfect_whatever_its_size() -> None:
    with_fraction = np.array([10.945650609416372] * 3)
    result = krippendorff_alpha([0, 0, 0], [0, 1, 2], with_fraction, metric="interval", n_bootstrap=0)
    assert result.value == 1.0


def test_the_quick_pass_gives_what_the_columns_give() -> None:
    rng = np.random.default_rng(3)
    item = np.repeat(np.arange(60), 3)
    annotator = np.tile(np.arange(3), 60)
    value = rng.integers(0, 4, 180)
    quick = krippendorff_alpha(Responses.from_arrays(item, annotator, value), n_bootstrap=0)
    slow = krippendorff_alpha(item, annotator, value, n_bootstrap=0)
    assert quick.value == pytest.approx(slow.value, abs=1e-12)
    assert (quick.n_items, quick.n_pairable) == (slow.n_items, slow.n_pairable)
