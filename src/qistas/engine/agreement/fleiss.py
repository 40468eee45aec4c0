r"""Fleiss' κ for any number of annotators, not all of whom need to answer every item.

.. math:: \kappa = \frac{p_a - p_e}{1 - p_e}, \qquad p_e = \sum_k \pi_k^2

with :math:`p_a` and :math:`\pi` of :mod:`qistas.engine.agreement.shares`. J. L. Fleiss, "Measuring nominal scale
agreement among many raters", Psychological Bulletin 76, 1971; items with unequal numbers of answers as in
Gwet 2014.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.agreement.answers import FloatArray, Table, read_answers
from qistas.engine.agreement.bootstrap import check_bootstrap
from qistas.engine.agreement.result import Agreement
from qistas.engine.agreement.shares import chance_corrected


def fleiss_kappa(
    item: Table,
    annotator: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    n_bootstrap: int = 1000,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> Agreement:
    """Return Fleiss' κ with a bootstrap interval over items.

    Inputs as in :func:`~qistas.engine.agreement.krippendorff_alpha`. Decided cases: no item with two answers,
    or one label said by all (``p_e = 1``, 0/0): NaN with a warning.
    """
    check_bootstrap(n_bootstrap, rng, level)
    answers = read_answers(item, annotator, value)

    def coefficient(p_a: FloatArray, share: FloatArray) -> FloatArray:
        chance = np.einsum("bk,bk->b", share, share)
        room = 1.0 - chance
        return np.where(room > 1e-12, (p_a - chance) / np.where(room > 1e-12, room, 1.0), np.nan)

    alike = "all answers are the same, so κ is 0/0: agreement beyond chance cannot be told"
    return chance_corrected(answers, None, coefficient, "fleiss", alike, n_bootstrap, rng, level)
