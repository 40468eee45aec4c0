r"""Agreement on regions: spans, time segments, boxes and polygons, of which an answer holds any number.

**α with a distance of sets.** The distance of two answers is

.. math:: \delta(A, B) = 1 - \frac{2 \sum_{(a, b)} \mathrm{IoU}(a, b)}{|A| + |B|}

over a one-to-one matching of regions that carry the same label (0 when both are empty; 1 when nothing
meets). With it Krippendorff's :math:`\alpha = 1 - D_o / D_e` is taken over whole answers: ``D_o`` is the mean
distance within items, ``D_e`` that of all pairs of answers. (Krippendorff 2018, ch. 12; with distances of
complex answers: Braylan, Alonso & Lease, "Measuring Annotator Agreement Generally across Complex Structured,
Multi-object, and Free-text Annotation Tasks", WWW 2022.)

**Pairwise F1.** Over all pairs of annotators on one item, ``2 TP / (|A| + |B|)`` summed above and below, where a
match needs one label and an IoU of at least ``min_iou`` (Hripcsak & Rothschild 2005).

The matching takes the pairs that are each other's best first, then the best of what is left; on regions of one
answer that do not overlap one another heavily it is the optimal one. Where ``D_e`` has more than
``n_chance_pairs`` pairs, as many are drawn at random.

Positions are compared across items for chance, so give coordinates in a unit that all items share, such as
shares of the image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.agreement.bootstrap import check_bootstrap, deal_blocks, percentile_interval
from qistas.engine.agreement.result import Agreement
from qistas.engine.merge.geometry import box_iou
from qistas.engine.merge.polygons import polygons_iou
from qistas.engine.merge.tables import code_column, number_column
from qistas.engine.sums import sum_by

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Overlap = Callable[[IntArray, IntArray], FloatArray]

_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class RegionAgreement:
    """``alpha``: chance-corrected, over whole answers; ``f1``: pairwise F1 of matched regions.

    ``mean_iou``: mean IoU of the matched regions (NaN without any); ``n_pairs``: pairs of annotators on one
    item that were compared; ``n_regions``: regions in them.
    """

    alpha: Agreement
    f1: Agreement
    mean_iou: float
    n_pairs: int
    n_regions: int


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers sorted by item; the regions of answer ``k`` are ``order[first[k]:first[k] + size[k]]``."""

    item: IntArray
    first: IntArray
    size: IntArray
    order: IntArray
    label: IntArray
    n_items: int


def spans_agreement(
    item: ArrayLike,
    annotator: ArrayLike,
    start: ArrayLike,
    end: ArrayLike,
    label: ArrayLike,
    *,
    answered: tuple[ArrayLike, ArrayLike] | None = None,
    min_iou: float = 0.5,
    n_chance_pairs: int = 20_000,
    n_bootstrap: int = 1000,
    rng: np.random.Generator,
    level: float = 0.95,
) -> RegionAgreement:
    """Return the agreement on spans (or time segments), one row a span, in any order.

    ``item, annotator, label``: integer codes; ``start, end``: numbers, ``start < end``. ``answered``: two
    aligned columns (item, annotator) of all answers, the only way to know of annotators who marked nothing:
    without it an empty answer is not seen and agreement comes out too high.

    Decided cases: no item with two answers gives NaN with a warning; answers that are all alike (also all
    empty) give 1.0 with a warning and no interval. Raises ``ValueError`` for columns of different length or
    empty spans.
    """
    left, right = number_column("start", start), number_column("end", end)
    if bool((right <= left).any()):
        raise ValueError("every span needs start < end")

    def overlap(a: IntArray, b: IntArray) -> FloatArray:
        common = np.maximum(np.minimum(right[a], right[b]) - np.maximum(left[a], left[b]), 0.0)
        return common / (right[a] - left[a] + right[b] - left[b] - common)

    return _regions_agreement(
        item, annotator, label, len(left), overlap, answered, min_iou, n_chance_pairs, n_bootstrap, rng, level
    )


def boxes_agreement(
    item: ArrayLike,
    annotator: ArrayLike,
    box: ArrayLike,
    label: ArrayLike,
    *,
    rotation: ArrayLike | None = None,
    answered: tuple[ArrayLike, ArrayLike] | None = None,
    min_iou: float = 0.5,
    n_chance_pairs: int = 20_000,
    n_bootstrap: int = 1000,
    rng: np.random.Generator,
    level: float = 0.95,
) -> RegionAgreement:
    """Return the agreement on boxes, one row a box, in any order.

    ``box``: (n, 4) x, y, width, height; ``rotation``: degrees clockwise about the centre, (n,), or None.
    Everything else as in :func:`spans_agreement`.
    """
    shape = np.asarray(box, dtype=np.float64).reshape(-1, 4)
    if not bool(np.isfinite(shape).all()) or bool((shape[:, 2:] <= 0.0).any()):
        raise ValueError("every box needs finite coordinates and a width and height above zero")
    turn = None if rotation is None else number_column("rotation", rotation)

    def overlap(a: IntArray, b: IntArray) -> FloatArray:
        if turn is None:
            return box_iou(shape[a], shape[b])
        return box_iou(shape[a], shape[b], turn[a], turn[b])

    return _regions_agreement(
        item,
        annotator,
        label,
        len(shape),
        overlap,
        answered,
        min_iou,
        n_chance_pairs,
        n_bootstrap,
        rng,
        level,
    )


def polygons_agreement(
    item: ArrayLike,
    annotator: ArrayLike,
    points: Sequence[ArrayLike],
    label: ArrayLike,
    *,
    answered: tuple[ArrayLike, ArrayLike] | None = None,
    min_iou: float = 0.5,
    n_chance_pairs: int = 2_000,
    n_bootstrap: int = 1000,
    rng: np.random.Generator,
    level: float = 0.95,
) -> RegionAgreement:
    """Return the agreement on polygons, one row a polygon, in any order.

    ``points``: for each polygon its corners (n, 2). Everything else as in :func:`spans_agreement`; fewer pairs are drawn
    for chance, since each costs more to compare.
    """
    corners = [np.asarray(one, dtype=np.float64) for one in points]
    for one in corners:
        if one.ndim != 2 or one.shape[1] != 2 or len(one) < 3 or not bool(np.isfinite(one).all()):
            raise ValueError("every polygon needs at least three points (x, y), all finite")
    low = np.array([one.min(axis=0) for one in corners]).reshape(-1, 2)
    high = np.array([one.max(axis=0) for one in corners]).reshape(-1, 2)

    def overlap(a: IntArray, b: IntArray) -> FloatArray:
        found = np.zeros(len(a))
        meets = (np.minimum(high[a], high[b]) > np.maximum(low[a], low[b])).all(axis=1)
        pairs = zip(a[meets].tolist(), b[meets].tolist(), strict=True)
        found[meets] = polygons_iou([(corners[i], corners[j]) for i, j in pairs])
        return found

    return _regions_agreement(
        item,
        annotator,
        label,
        len(corners),
        overlap,
        answered,
        min_iou,
        n_chance_pairs,
        n_bootstrap,
        rng,
        level,
    )


def _collect(
    item: ArrayLike,
    annotator: ArrayLike,
    label: ArrayLike,
    n_regions: int,
    answered: tuple[ArrayLike, ArrayLike] | None,
) -> _Answers:
    items, people = code_column("item", item), code_column("annotator", annotator)
    labels = code_column("label", label)
    if not len(items) == len(people) == len(labels) == n_regions:
        raise ValueError("all columns must be of one length")
    all_items, all_people = items, people
    if answered is not None:
        extra_items, extra_people = (
            code_column("answered item", answered[0]),
            code_column("answered annotator", answered[1]),
        )
        if len(extra_items) != len(extra_people):
            raise ValueError("the two columns of answered must be of one length")
        all_items, all_people = np.append(items, extra_items), np.append(people, extra_people)
    pairs, answer = np.unique(np.stack([all_items, all_people], axis=1), axis=0, return_inverse=True)
    answer = answer.reshape(-1)[: len(items)].astype(np.int64)
    codes, of_item = np.unique(pairs[:, 0], return_inverse=True)
    size = np.bincount(answer, minlength=len(pairs)).astype(np.int64)
    first = np.cumsum(size) - size
    order = np.argsort(answer, kind="stable").astype(np.int64)
    return _Answers(of_item.reshape(-1).astype(np.int64), first, size, order, labels, len(codes))


def _pairs_within(item: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs of answers of one item, the answers being sorted by item."""
    left: list[IntArray] = []
    right: list[IntArray] = []
    step = 1
    while step < len(item):
        a = np.flatnonzero(item[:-step] == item[step:]).astype(np.int64)
        if not len(a):
            break
        left.append(a)
        right.append(a + step)
        step += 1
    if not left:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(left), np.concatenate(right)


def _match(
    data: _Answers, a: IntArray, b: IntArray, overlap: Overlap, min_iou: float
) -> tuple[FloatArray, ...]:
    """Match the answers of each pair; returns (Σ IoU, matches at ``min_iou``, matches at all) per pair."""
    n_pairs = len(a)
    total, hits, met = np.zeros(n_pairs), np.zeros(n_pairs), np.zeros(n_pairs)
    work = data.size[a] * data.size[b]
    edge = np.concatenate(([0], np.cumsum(work)))
    at = 0
    while at < n_pairs:
        until = max(int(np.searchsorted(edge, edge[at] + _CHUNK, side="right")) - 1, at + 1)
        chunk = np.arange(at, min(until, n_pairs))
        at = int(chunk[-1]) + 1
        pair = np.repeat(chunk, work[chunk])
        if not len(pair):
            continue
        within = np.arange(len(pair)) - (edge[pair] - edge[chunk[0]])
        wide = data.size[b[pair]]
        left = data.order[data.first[a[pair]] + within // wide]
        right = data.order[data.first[b[pair]] + within % wide]
        same = data.label[left] == data.label[right]
        pair, left, right = pair[same], left[same], right[same]
        iou = overlap(left, right)
        positive = iou > 0.0
        pair, left, right, iou = pair[positive], left[positive], right[positive], iou[positive]
        n_regions = len(data.label)
        while len(pair):
            # One node for each region in each pair; a match is the best of both of its nodes.
            left_node = np.unique(pair * n_regions + left, return_inverse=True)[1].reshape(-1)
            right_node = np.unique(pair * n_regions + right, return_inverse=True)[1].reshape(-1)
            rank = np.empty(len(pair), dtype=np.int64)
            rank[np.lexsort((np.arange(len(pair)), -iou))] = np.arange(len(pair))
            best_left = np.full(int(left_node.max()) + 1, len(pair), dtype=np.int64)
            best_right = np.full(int(right_node.max()) + 1, len(pair), dtype=np.int64)
            np.minimum.at(best_left, left_node, rank)
            np.minimum.at(best_right, right_node, rank)
            chosen = (best_left[left_node] == rank) & (best_right[right_node] == rank)
            total += sum_by(pair[chosen], iou[chosen], n_pairs)
            hits += sum_by(pair[chosen], (iou[chosen] >= min_iou).astype(np.float64), n_pairs)
            met += sum_by(pair[chosen], np.ones(int(chosen.sum())), n_pairs)
            used_left = np.zeros(len(best_left), dtype=np.bool_)
            used_right = np.zeros(len(best_right), dtype=np.bool_)
            used_left[left_node[chosen]] = True
            used_right[right_node[chosen]] = True
            rest = ~(used_left[left_node] | used_right[right_node])
            pair, left, right, iou = pair[rest], left[rest], right[rest], iou[rest]
    return total, hits, met


def _distance(data: _Answers, a: IntArray, b: IntArray, total: FloatArray) -> FloatArray:
    size = (data.size[a] + data.size[b]).astype(np.float64)
    return np.where(size > 0.0, 1.0 - 2.0 * total / np.maximum(size, 1.0), 0.0)


def _regions_agreement(
    item: ArrayLike,
    annotator: ArrayLike,
    label: ArrayLike,
    n_regions: int,
    overlap: Overlap,
    answered: tuple[ArrayLike, ArrayLike] | None,
    min_iou: float,
    n_chance_pairs: int,
    n_bootstrap: int,
    rng: np.random.Generator,
    level: float,
) -> RegionAgreement:
    check_bootstrap(n_bootstrap, rng, level)
    if not 0.0 < min_iou <= 1.0:
        raise ValueError("min_iou must be above 0 and at most 1")
    if n_chance_pairs < 1:
        raise ValueError("n_chance_pairs must be at least 1")
    data = _paired_only(_collect(item, annotator, label, n_regions, answered))
    metric, f1_metric = "set distance by IoU", f"F1 at IoU {min_iou:g}"
    nan = float("nan")
    n_answers, n_items = len(data.item), data.n_items
    if n_items == 0:
        note = "no item has two answers, so agreement cannot be measured"
        nothing = Agreement(nan, nan, nan, 0, 0, metric, note)
        return RegionAgreement(nothing, Agreement(nan, nan, nan, 0, 0, f1_metric, note), nan, 0, 0)

    a, b = _pairs_within(data.item)
    total, hits, met = _match(data, a, b, overlap, min_iou)
    answers_of = np.bincount(data.item, minlength=n_items).astype(np.float64)
    pair_item = data.item[a]
    distance = _distance(data, a, b, total)
    observed = 2.0 * sum_by(pair_item, distance, n_items) / (answers_of - 1.0)
    top = 2.0 * sum_by(pair_item, hits, n_items)
    bottom = sum_by(pair_item, (data.size[a] + data.size[b]).astype(np.float64), n_items)

    if n_answers * (n_answers - 1) // 2 <= n_chance_pairs:
        ca, cb = (index.astype(np.int64) for index in np.triu_indices(n_answers, k=1))
    else:
        ca = rng.integers(0, n_answers, n_chance_pairs)
        cb = (ca + rng.integers(1, n_answers, n_chance_pairs)) % n_answers
    chance = _distance(data, ca, cb, _match(data, ca, cb, overlap, min_iou)[0])

    d_o, d_e = float(observed.sum()) / n_answers, float(chance.mean())
    regions = int(data.size.sum())
    mean_iou = float(total.sum() / met.sum()) if met.sum() > 0 else nan
    alpha_note = f1_note = None
    if d_e <= 0.0:
        alpha, alpha_note = (
            1.0,
            "all answers are the same: perfect, but nothing shows that it is more than chance",
        )
    else:
        alpha = 1.0 - d_o / d_e
    if bottom.sum() > 0:
        f1 = float(top.sum() / bottom.sum())
    else:
        f1, f1_note = nan, "no annotator marked anything, so there is no region to agree on"
    low = high = f1_low = f1_high = nan
    if n_items == 1:
        one = "one item only: no interval can be given"
        alpha_note, f1_note = alpha_note or one, f1_note or one
    elif n_bootstrap:
        block, n_blocks = deal_blocks(n_items, rng)
        sums = np.stack([sum_by(block, v, n_blocks) for v in (observed, answers_of, top, bottom)], axis=1)
        weight_a, weight_b = block[data.item[ca]], block[data.item[cb]]
        draws = np.empty((n_bootstrap, 2))
        for k in range(n_bootstrap):
            weight = np.bincount(rng.integers(0, n_blocks, n_blocks), minlength=n_blocks).astype(np.float64)
            s_observed, s_answers, s_top, s_bottom = (weight @ sums).tolist()
            both = weight[weight_a] * weight[weight_b]
            expected = float(both @ chance) / max(float(both.sum()), 1.0)
            draws[k, 0] = 1.0 - s_observed / s_answers / expected if expected > 0.0 else 1.0
            draws[k, 1] = s_top / s_bottom if s_bottom > 0.0 else nan
        if d_e > 0.0:
            low, high = percentile_interval(draws[:, 0], level)
        f1_low, f1_high = percentile_interval(draws[:, 1], level)
    return RegionAgreement(
        Agreement(alpha, low, high, n_items, n_answers, metric, alpha_note),
        Agreement(f1, f1_low, f1_high, n_items, n_answers, f1_metric, f1_note),
        mean_iou,
        len(a),
        regions,
    )


def _paired_only(data: _Answers) -> _Answers:
    """Leave out items with a single answer."""
    paired = np.bincount(data.item, minlength=data.n_items) >= 2
    keep = paired[data.item]
    item = (np.cumsum(paired) - 1)[data.item[keep]].astype(np.int64)
    return _Answers(item, data.first[keep], data.size[keep], data.order, data.label, int(paired.sum()))
