r"""Cohen's κ of two annotators, plain or weighted.

.. math:: \kappa = \frac{p_o - p_e}{1 - p_e}, \quad p_o = \sum_{kl} w_{kl} p_{kl}, \quad
   p_e = \sum_{kl} w_{kl} p_{k\cdot} p_{\cdot l}

over the items both answered. J. Cohen, "A coefficient of agreement for nominal scales", Educational and
Psychological Measurement 20, 1960; weighted: Psychological Bulletin 70, 1968.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.agreement.answers import FloatArray, Table, read_answers
from qistas.engine.agreement.bootstrap import check_bootstrap, percentile_interval
from qistas.engine.agreement.result import Agreement
from qistas.engine.agreement.shares import Weights, label_space, weight_matrix


def cohen_kappa(
    item: Table,
    annotator: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    pair: tuple[Any, Any] | None = None,
    weights: Weights = "identity",
    n_labels: int | None = None,
    n_bootstrap: int = 1000,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> Agreement:
    """Return Cohen's κ of two annotators with a bootstrap interval over their common items.

    Inputs as in :func:`~qistas.engine.agreement.krippendorff_alpha`; ``pair``: which two annotators, needed
    when the table has more than two. ``weights``: identity, or linear, quadratic or ordinal by label rank;
    ``n_labels`` as in :func:`~qistas.engine.agreement.gwet_ac`.

    Decided cases: no common item: NaN with a warning; both say one and the same label throughout (0/0): NaN
    with a warning. Raises ``ValueError`` when it is not clear which two annotators are meant.
    """
    check_bootstrap(n_bootstrap, rng, level)
    answers = label_space(item, read_answers(item, annotator, value), n_labels)
    names = answers.annotators.tolist()
    if pair is None:
        if len(names) > 2:
            raise ValueError(f"the table has {len(names)} annotators; say which two with pair=(a, b)")
        chosen = list(range(len(names)))
    else:
        missing = [p for p in pair if p not in names]
        if missing or pair[0] == pair[1]:
            raise ValueError(f"pair must name two different annotators of the table, not {pair!r}")
        chosen = [names.index(pair[0]), names.index(pair[1])]
    nan, metric = float("nan"), "cohen" if weights == "identity" else f"cohen {weights}"
    q = answers.n_levels
    code = [np.full(answers.n_items, -1, dtype=np.int64) for _ in range(2)]
    for k, who in enumerate(chosen):
        rows = answers.annotator == who
        code[k][answers.item[rows]] = answers.code[rows]
    both = (code[0] >= 0) & (code[1] >= 0)
    n = int(both.sum())
    if n == 0:
        return Agreement(nan, nan, nan, 0, 0, metric, "the two annotators have no item in common")
    cells = np.bincount(code[0][both] * q + code[1][both], minlength=q * q).astype(np.float64) / n
    matrix = weight_matrix(weights, q)

    def kappa(tables: FloatArray) -> FloatArray:
        joint = tables.reshape(-1, q, q)
        seen = np.einsum("bkl,kl->b", joint, matrix)
        chance = np.einsum("bk,kl,bl->b", joint.sum(axis=2), matrix, joint.sum(axis=1), optimize=True)
        room = 1.0 - chance
        return np.where(room > 1e-12, (seen - chance) / np.where(room > 1e-12, room, 1.0), nan)

    value_of = float(kappa(cells)[0])
    note = None
    low = high = nan
    if np.isnan(value_of):
        note = "both annotators say one and the same label throughout, so κ is 0/0"
    elif n == 1:
        note = "one common item only: no interval can be given"
    elif n_bootstrap and rng is not None:
        used = np.flatnonzero(cells)
        draws = np.zeros((n_bootstrap, q * q))
        draws[:, used] = rng.multinomial(n, cells[used] / cells[used].sum(), size=n_bootstrap) / n
        low, high = percentile_interval(kappa(draws), level)
    return Agreement(value_of, low, high, n, 2 * n, metric, note)
