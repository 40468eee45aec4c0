"""Majority vote: the share of an item's answers that name each label."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import em
from qistas.engine.truth.results import TruthResult, finish


def majority(responses: Responses, *, gold: ArrayLike | None = None) -> TruthResult:
    """Vote shares: ``posterior[i, k]`` is the share of item ``i``'s answers that say ``k``.

    No model of the annotators, so no likelihood; the baseline every other method must not fall below.
    ``gold`` (``n_items`` codes, -1 where unknown) overrules the votes. A tie goes to the lowest code and
    shows as a confidence of one half or less. Repeated answers count as votes of their own. An item without
    answers has a uniform posterior and label -1.
    """
    began = perf_counter()
    clamp = gold_codes(gold, responses.n_items, responses.n_labels)
    posterior = em.majority_share(responses, clamp).astype(np.float32)
    return finish(
        "majority",
        responses,
        posterior,
        clamp,
        explanation="Each answer counts one vote; the posterior is the share of votes.",
        seconds=perf_counter() - began,
    )
