"""Worker agreement with aggregate: votes weighed by agreement with the majority."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.results import TruthResult, finish


def wawa(responses: Responses, *, gold: ArrayLike | None = None) -> TruthResult:
    """One round of votes weighed by how often an annotator sides with the majority.

    ``weight[j]`` is the share of annotator ``j``'s answers that equal the item's most voted label (the lowest
    code at a tie, or the gold label); ``posterior[i, k]`` the share of weight on ``k``. No likelihood. Where
    all of an item's annotators weigh nothing, its posterior is the vote shares.

    Reference: the scheme as published by Appen and in crowd-kit's documentation; no paper of its own.
    """
    began = perf_counter()
    clamp = gold_codes(gold, responses.n_items, responses.n_labels)
    share = em.majority_share(responses, clamp)
    best = np.zeros_like(share)
    if responses.n_labels:
        best[np.arange(responses.n_items), share.argmax(axis=1)] = 1.0
    count, agreed, _ = _kernels.matches(responses, best)
    weight = agreed / np.maximum(count, 1.0)
    weighed = _kernels.votes(responses, weight)
    total = weighed.sum(axis=1, keepdims=True)
    np.divide(weighed, total, out=share, where=total > 0)
    if clamp is not None:
        known = clamp >= 0
        share[known] = best[known]
    return finish(
        "wawa",
        responses,
        share.astype(np.float32),
        clamp,
        explanation="Each answer weighs as much as its annotator agrees with the majority.",
        seconds=perf_counter() - began,
        weight=weight,
    )
