r"""Gwet's AC1 and AC2: agreement beyond chance that does not collapse when one label is very common.

.. math:: AC = \frac{p_a - p_e}{1 - p_e}, \qquad p_e = \frac{\sum_{kl} w_{kl}}{q (q - 1)} \sum_k \pi_k (1 - \pi_k)

with :math:`p_a`, :math:`\pi` of :mod:`qistas.engine.agreement.shares` and ``q`` labels; AC1 has identity weights.
K. L. Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement", British
Journal of Mathematical and Statistical Psychology 61, 2008; AC2: the Handbook, 4th ed., 2014.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.agreement.answers import FloatArray, Table, read_answers
from qistas.engine.agreement.bootstrap import check_bootstrap
from qistas.engine.agreement.result import Agreement
from qistas.engine.agreement.shares import Weights, chance_corrected, label_space, weight_matrix


def gwet_ac(
    item: Table,
    annotator: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    weights: Weights = "identity",
    n_labels: int | None = None,
    n_bootstrap: int = 1000,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> Agreement:
    """Return AC1 (``weights="identity"``) or AC2 (``linear``, ``quadratic``, ``ordinal``) with an interval.

    Inputs as in :func:`~qistas.engine.agreement.krippendorff_alpha`. ``n_labels``: how many labels could be
    given; labels that were never used lower the chance agreement. Default: that of a ``Responses``, else the
    labels that occur. Weights go by the rank of the label, so labels must be in their order.

    Decided cases: no item with two answers: NaN with a warning; only one label possible (q = 1): NaN with a
    warning; one label said by all of several possible: 1.0.
    """
    check_bootstrap(n_bootstrap, rng, level)
    answers = label_space(item, read_answers(item, annotator, value), n_labels)
    q = answers.n_levels
    matrix = weight_matrix(weights, q)
    scale = float(matrix.sum()) / (q * (q - 1)) if q > 1 else 0.0

    def coefficient(p_a: FloatArray, share: FloatArray) -> FloatArray:
        if q < 2:
            return np.full(len(p_a), np.nan)
        chance = scale * np.einsum("bk,bk->b", share, 1.0 - share)
        return (p_a - chance) / (1.0 - chance)

    alike = "only one label can be given, so agreement beyond chance cannot be told"
    name = "AC1" if weights == "identity" else f"AC2 {weights}"
    used = None if weights == "identity" else matrix
    return chance_corrected(answers, used, coefficient, name, alike, n_bootstrap, rng, level)
