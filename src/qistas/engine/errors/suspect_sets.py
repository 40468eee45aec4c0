"""Which of the sets of labels that items carry are likely wrong, and in which label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.agreement.breakdown import wilson_interval
from qistas.engine.errors.combine import combine_likelihoods
from qistas.engine.errors.confident_learning import confident_learning
from qistas.engine.errors.neighbours import neighbour_disagreement
from qistas.engine.errors.out_of_fold import out_of_fold_sets
from qistas.engine.errors.suspects import NEIGHBOURS, WEIGHTS, voters_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LEAST_ORDER = 0.6  # the area under the curve from which a model is heard, where items are many


@dataclass(frozen=True, slots=True)
class SuspectSets:
    """Arrays of shape (n,) unless said; NaN or -1 where there is nothing to say.

    ``likelihood``, ``order``: as in `Suspects`, of an item by its most suspicious label, which is ``label``. ``suggested``: (n, n_labels)
    booleans: the set with that label and all flagged ones turned. ``model_given``, ``model_suggested``: what the quick model gives
    to that label being as it is, and being turned. ``answers_against``, ``neighbours_against``, ``neighbour``: as in `Suspects`, of that
    label.

    ``flagged``: items with a label that the joints point at. ``estimated``: how many items have one that is wrong, by the joints
    of all labels, taken to overlap as the flagged ones do; ``low``, ``high`` its 90 % interval for sampling alone. ``model_right``: the share
    of labels, chosen and not, that the quick model gives too; ``most_common`` that share for the commoner of the two.
    """

    likelihood: FloatArray
    order: IntArray
    label: IntArray
    suggested: BoolArray
    flagged: BoolArray
    model_given: FloatArray
    model_suggested: FloatArray
    answers_against: FloatArray
    neighbours_against: FloatArray
    neighbour: IntArray
    estimated: float
    low: float
    high: float
    model_right: float
    most_common: float
    warning: str | None = None


def suspect_sets_by_content(
    chosen: ArrayLike,
    *,
    rng: np.random.Generator,
    posterior: ArrayLike | None = None,
    texts: Sequence[str] | None = None,
    pixels: ArrayLike | None = None,
    progress: Callable[[float], None] | None = None,
) -> SuspectSets:
    """`suspect_by_content` for items with any number of labels: each label by itself, has it or has it not.

    Confident learning over one label against the rest, as A. Thyagarajan, E. Snorrason, C. Northcutt & J. Mueller, "Identifying
    Incorrect Annotations in Multi-Label Classification Data", 2022; an item is as suspicious as its worst label.

    ``chosen``: (n, n_labels) booleans; ``posterior``: (n, n_labels) the chance of each label by the answers, a row of NaN where one answer
    stands alone. A label whose model does not put the items that have it before the others, clearly better than by chance, is
    judged by the answers alone. Raises as `out_of_fold_sets`.
    """
    y = np.asarray(chosen, dtype=np.bool_)
    tell = progress or _silence
    model = out_of_fold_sets(y, rng=rng, texts=texts, pixels=pixels, progress=lambda share: tell(0.8 * share))
    n, k = y.shape
    answers = np.full((n, k), np.nan) if posterior is None else np.asarray(posterior, dtype=np.float64)
    if answers.shape != (n, k):
        raise ValueError(f"posterior must have shape {(n, k)}, not {answers.shape}")
    voters = voters_of(model.fitted, rng)
    near = neighbour_disagreement(np.zeros(n, dtype=np.int64), model.vectors, k=NEIGHBOURS, voters=voters)
    vote = _vote(y, near.neighbour, near.distance)
    tell(0.9)
    likelihood, apart = np.full((n, k), np.nan), np.full((n, k), np.nan)
    flagged = np.zeros((n, k), dtype=np.bool_)
    heard = np.zeros(k, dtype=np.bool_)
    wrong, right, common = 0.0, [], []
    against = np.clip(np.where(y, 1.0 - answers, answers), 0.0, 1.0)
    for at in np.flatnonzero(model.judged):
        yes = np.clip(model.probabilities[:, at].astype(np.float64), 0.0, 1.0)
        given = y[:, at].astype(np.int64)
        right.append(float(((yes > 0.5) == y[:, at]).mean()))
        common.append(float(max(given.mean(), 1.0 - given.mean())))
        heard[at] = _tells(yes, y[:, at])
        by_model = np.full(n, np.nan)
        if heard[at]:
            found = confident_learning(given, np.stack([1.0 - yes, yes], axis=1))
            by_model, flagged[:, at] = found.likelihood, found.flagged
            apart[:, at] = np.where(y[:, at], 1.0 - vote[:, at], vote[:, at])
            wrong += found.noise * n
        likelihood[:, at] = combine_likelihoods([by_model, against[:, at], apart[:, at]], weights=WEIGHTS)
    rows = np.arange(n)
    known = np.isfinite(likelihood)
    label = np.where(known.any(axis=1), np.where(known, likelihood, -1.0).argmax(axis=1), -1)
    worst = np.maximum(label, 0)
    suggested = y ^ flagged
    suggested[rows, worst] = ~y[rows, worst]
    chance = np.where(y, model.probabilities, 1.0 - model.probabilities).astype(np.float64)
    chance[:, ~heard] = np.nan
    most = likelihood[rows, worst]
    judged = np.flatnonzero(np.isfinite(most))
    order = judged[np.lexsort((judged, -np.round(most[judged], 9)))].astype(np.int64)
    items = np.asarray(flagged.any(axis=1), dtype=np.bool_)
    # An item may have several wrong labels: as many of them share an item as do among those flagged.
    estimated = min(float(n), wrong * float(items.sum()) / float(flagged.sum()) if flagged.any() else wrong)
    if not heard.any():
        estimated = float("nan")
    low, high = wilson_interval(np.array([estimated]), np.array([float(n)]), 0.9)
    silent = "the content does not tell the labels: only the annotators' answers are heard"
    tell(1.0)
    return SuspectSets(
        most,
        order,
        label.astype(np.int64),
        suggested,
        items,
        chance[rows, worst],
        1.0 - chance[rows, worst],
        against[rows, worst],
        apart[rows, worst],
        near.neighbour,
        estimated,
        float(low[0]) * n,
        float(high[0]) * n,
        float(np.mean(right)),
        float(np.mean(common)),
        None if heard.any() else silent,
    )


def _vote(y: BoolArray, neighbour: IntArray, distance: FloatArray) -> FloatArray:
    """(n, n_labels) share of the near items' vote for having each label, the nearer the more; NaN without near items."""
    if not neighbour.shape[1]:
        return np.full(y.shape, np.nan)
    middle = np.median(distance, axis=1, keepdims=True)
    weight = 1.0 / (1.0 + (distance / np.where(middle > 0.0, middle, 1.0)) ** 2)
    weight /= weight.sum(axis=1, keepdims=True)
    vote = np.zeros(y.shape)
    for place in range(neighbour.shape[1]):
        vote += weight[:, place, None] * y[neighbour[:, place]]
    return np.clip(vote, 0.0, 1.0)


def _tells(yes: FloatArray, given: BoolArray) -> bool:
    """Whether items that have the label stand before those that do not, by more than chance (Mann and Whitney)."""
    have = int(given.sum())
    others = len(given) - have
    _, inverse, counts = np.unique(yes, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    area = (float(rank[given].sum()) - have * (have + 1) / 2.0) / (have * others)
    return area >= max(LEAST_ORDER, 0.5 + 3.0 * np.sqrt((len(given) + 1) / (12.0 * have * others)))


def _silence(share: float) -> None:
    return None
