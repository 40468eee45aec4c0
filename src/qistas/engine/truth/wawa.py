"""Worker agreement with aggregate: votes weighed by agreement with the majority."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.results import TruthResult, finish

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]


def wawa(responses: Responses, *, gold: ArrayLike | None = None) -> TruthResult:
    """One round of votes weighed by how often an annotator sides with the majority.

    ``weight[j]`` is the share of annotator ``j``'s answers that equal the item's most voted label (the lowest
    code at a tie, or the gold label); ``posterior[i, k]`` the share of weight on ``k``. No likelihood. Where
    all of an item's annotators weigh nothing, its posterior is the vote shares.

    Reference: the scheme as published by Appen and in crowd-kit's documentation; no paper of its own.
    """
    began = perf_counter()
    clamp = gold_codes(gold, responses.n_items, responses.n_labels)
    count, agreed = agreement(responses, clamp)
    weight = agreed / np.maximum(count, 1.0)
    return finish(
        "wawa",
        responses,
        by_agreement(responses, clamp, weight),
        clamp,
        explanation="Each answer weighs as much as its annotator agrees with the majority.",
        seconds=perf_counter() - began,
        weight=weight,
    )


def agreement(responses: Responses, clamp: Int32 | None) -> tuple[Float64, Float64]:
    """By annotator: answers, and those that equal the item's most voted label."""
    count, agreed, _ = _kernels.matches(responses, _voted(em.majority_share(responses, clamp)))
    return count, agreed


def by_agreement(responses: Responses, clamp: Int32 | None, weight: Float64) -> NDArray[np.float32]:
    """The posterior under the annotators' weights."""
    share = em.majority_share(responses, clamp)
    best = _voted(share)
    weighed = _kernels.votes(responses, weight)
    total = weighed.sum(axis=1, keepdims=True)
    np.divide(weighed, total, out=share, where=total > 0)
    if clamp is not None:
        known = clamp >= 0
        share[known] = best[known]
    return share.astype(np.float32)


def _voted(share: Float64) -> Float64:
    best = np.zeros_like(share)
    if share.shape[1]:
        best[np.arange(share.shape[0]), share.argmax(axis=1)] = 1.0
    return best
