"""Percent agreement: how often two answers to one item are the same, with no correction for chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.agreement.answers import FloatArray, Table, read_answers
from qistas.engine.agreement.bootstrap import check_bootstrap
from qistas.engine.agreement.result import Agreement
from qistas.engine.agreement.shares import chance_corrected


def percent_agreement(
    item: Table,
    annotator: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    n_bootstrap: int = 1000,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> Agreement:
    """Return the mean over items of the share of pairs of answers that are the same, from 0 to 1.

    Inputs as in :func:`~qistas.engine.agreement.krippendorff_alpha`. Items count alike. NaN with a warning
    when no item has two answers.
    """
    check_bootstrap(n_bootstrap, rng, level)
    answers = read_answers(item, annotator, value)

    def coefficient(p_a: FloatArray, _: FloatArray) -> FloatArray:
        return p_a

    return chance_corrected(answers, None, coefficient, "percent", "", n_bootstrap, rng, level)
