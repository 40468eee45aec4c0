"""Which of the labels an item carries now are likely wrong, by all the evidence there is, and how many there may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.agreement.breakdown import wilson_interval
from qistas.engine.errors.combine import combine_likelihoods
from qistas.engine.errors.confident_learning import confident_learning
from qistas.engine.errors.neighbours import neighbour_disagreement
from qistas.engine.errors.out_of_fold import out_of_fold

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NEIGHBOURS = 10
MOST_VOTERS = 10_000
# How much each account weighs: the model has read the content, the annotators have too, neighbours say it more coarsely.
WEIGHTS = (1.0, 1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Suspects:
    """Arrays of shape (n,) unless said; NaN or -1 where there is nothing to say.

    ``likelihood``: how likely the label is wrong, for ordering: it is no measured probability. ``order``: those judged, the
    likeliest first. ``suggested``: the code that the evidence speaks for most, never the given one. ``model_given``,
    ``model_suggested``: what the quick model, which had not seen the item, gives these two. ``answers_against``: the chance by
    the answers alone. ``neighbours_against``: share of the near items' vote. ``neighbour``: (n, k) the nearest.

    ``estimated``: how many labels are wrong, by the confident joint; ``low``, ``high`` its 90 % interval for sampling alone.
    ``flagged``: as many of them as the joint can point at. ``model_right``: the share of labels the quick model agrees with, and
    ``most_common`` the share of the commonest label, which it must beat to be heard. ``warning``: in words, or None.
    """

    likelihood: FloatArray
    order: IntArray
    suggested: IntArray
    flagged: NDArray[np.bool_]
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


def suspect_by_content(
    labels: ArrayLike,
    *,
    rng: np.random.Generator,
    posterior: ArrayLike | None = None,
    texts: Sequence[str] | None = None,
    pixels: ArrayLike | None = None,
    progress: Callable[[float], None] | None = None,
) -> Suspects:
    """Pool what a quick model, the annotators among themselves and the nearest items say of each label.

    ``labels``: (n,) codes; ``posterior``: (n, n_labels) by the answers, a row of NaN where one answer stands alone and so
    says nothing of itself; ``texts``, ``pixels``: as in `out_of_fold`, which says what is refused.

    Where the model does no better than the commonest label, the content does not tell the labels: then the model and the
    neighbours are not heard, nothing is flagged and ``estimated`` is NaN.
    """
    y = np.asarray(labels, dtype=np.int64).reshape(-1)
    tell = progress or _silence
    model = out_of_fold(y, rng=rng, texts=texts, pixels=pixels, progress=lambda share: tell(0.8 * share))
    n, k = model.probabilities.shape
    known = np.where(model.judged, y, -1)
    found = confident_learning(known, model.probabilities)
    voters = voters_of(model.fitted, rng)
    near = neighbour_disagreement(known, model.vectors, k=NEIGHBOURS, voters=voters)
    tell(0.95)
    rows = np.arange(n)
    own = np.maximum(known, 0)
    answers = np.full((n, k), np.nan) if posterior is None else np.asarray(posterior, dtype=np.float64)
    if answers.shape != (n, k):
        raise ValueError(f"posterior must have shape {(n, k)}, not {answers.shape}")
    against = np.clip(1.0 - answers[rows, own], 0.0, 1.0) if n else np.zeros(0)
    apart = near.likelihood if near.neighbour.shape[1] else np.full(n, np.nan)
    judged = np.flatnonzero(model.judged)
    right = float((model.probabilities.argmax(axis=1)[judged] == y[judged]).mean())
    common = float(np.bincount(y[judged]).max()) / len(judged)
    deaf = right < common + max(0.02, 2.0 * np.sqrt(common * (1.0 - common) / len(judged)))
    by_model = np.full(n, np.nan) if deaf else found.likelihood
    if deaf:
        apart = np.full(n, np.nan)
    likelihood = combine_likelihoods([by_model, against, apart], weights=WEIGHTS)
    likelihood = np.where(model.judged, likelihood, np.nan)

    p = np.full((n, k), 1.0 / max(k, 1)) if deaf else model.probabilities.astype(np.float64)
    weight = np.log(p + 0.01) + np.log(np.where(np.isnan(answers), 1.0 / max(k, 1), answers) + 0.05)
    weight[rows, own] = -np.inf
    suggested = np.where(model.judged, weight.argmax(axis=1), -1).astype(np.int64)
    judged = judged[np.isfinite(likelihood[judged])]
    order = judged[np.lexsort((judged, -np.round(likelihood[judged], 9)))].astype(np.int64)
    of = int(model.judged.sum())
    share = float("nan") if deaf else found.noise
    low, high = wilson_interval(np.array([share * of]), np.array([float(of)]), 0.9)
    silent = "the content does not tell the labels: only the annotators' answers are heard"
    tell(1.0)
    return Suspects(
        likelihood,
        order,
        suggested,
        found.flagged & model.judged & (not deaf),
        np.where(model.judged, model.probabilities[rows, own], np.nan),
        np.where(model.judged, model.probabilities[rows, np.maximum(suggested, 0)], np.nan),
        np.where(model.judged, against, np.nan),
        np.where(model.judged, apart, np.nan),
        near.neighbour,
        share * of,
        float(low[0]) * of,
        float(high[0]) * of,
        right,
        common,
        silent if deaf else found.warning,
    )


def voters_of(fitted: IntArray, rng: np.random.Generator) -> IntArray:
    """The items whose labels count among neighbours: all that were learnt from, or so many drawn of them."""
    return fitted if len(fitted) <= MOST_VOTERS else np.sort(rng.choice(fitted, MOST_VOTERS, replace=False))


def _silence(share: float) -> None:
    return None
