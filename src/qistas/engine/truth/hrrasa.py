"""Choosing among texts by their embeddings: who is reliable, and which answers have company."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.truth._special import chi_square_point

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChosenAnswers:
    """One answer an item: ``row[item]`` is its place in the arrays given (-1 for an item without answers).

    ``support[row]`` is each answer's share of its item's weight and ``distance[row]`` how far it lies from the item's weighed
    centre; ``reliability[annotator]`` is relative (mean 1 over those who answered, 0 for the others).
    """

    row: NDArray[np.int64]
    support: Float64
    distance: Float64
    reliability: Float64
    iterations: int
    converged: bool


def hrrasa(
    item: ArrayLike,
    annotator: ArrayLike,
    embedding: ArrayLike,
    *,
    tail: float = 0.025,
    max_iter: int = 100,
    tol: float = 1e-6,
) -> ChosenAnswers:
    """The answer nearest to its item's centre, where answers weigh by their annotator and by their company.

    ``embedding`` (answers × dimensions, finite) comes from any model of texts, images or sounds; ``item`` and ``annotator`` are codes, in any
    order. An answer's weight is ``reliability_j * company_r``. ``company_r`` is the mean of ``exp(-|e_r - e_q|^2 / s)`` over the item's other answers
    (1 where there is none), ``s`` the mean square distance of answers to one item. ``reliability_j = chi2(tail, n_j) / sum_r |e_r - centre_i|^2``
    is the lower bound of the annotator's precision, as in `catd`; centres and reliabilities are alternated from the plain means until no centre moves
    by ``tol`` of ``sqrt(s)``. At a tie the heavier answer, then the earlier. Cost: the square of an item's answers × dimensions.

    Reference, which also weighs text overlap: J. Li, Crowdsourced Text Sequence Aggregation Based on Hybrid Reliability and Representation, SIGIR 2020.
    """
    of, who = (np.asarray(codes, dtype=np.int64).reshape(-1) for codes in (item, annotator))
    given = np.asarray(embedding, dtype=np.float64)
    if given.ndim != 2 or not (len(of) == len(who) == len(given)):
        raise ValueError(
            f"item, annotator and embedding must have one row an answer; they have {len(of)}, {len(who)} and {given.shape}"
        )
    if not np.isfinite(given).all():
        raise ValueError("embedding must be finite")
    if len(of) and min(int(of.min()), int(who.min())) < 0:
        raise ValueError("item and annotator codes count from zero")
    n_items, n_annotators = (int(codes.max()) + 1 if len(codes) else 0 for codes in (of, who))
    order = np.argsort(of, kind="stable")
    bounds = np.concatenate(([0], np.cumsum(np.bincount(of, minlength=n_items))))
    groups = [order[a:b] for a, b in pairwise(bounds)]
    company, scale = _company(groups, given)
    count = np.bincount(who, minlength=n_annotators).astype(np.float64)
    point = chi_square_point(tail, np.maximum(count, 1.0)) if count.size else count
    reliability = (count > 0).astype(np.float64)
    centre = np.zeros((n_items, given.shape[1]))
    distance = np.zeros(len(of))
    moved, iterations = np.inf, 0
    while moved > tol and iterations < max_iter and len(of):
        iterations += 1
        weight = reliability[who] * company
        before = centre
        centre = np.zeros_like(before)
        np.add.at(centre, of, weight[:, None] * given)
        total = np.bincount(of, weights=weight, minlength=n_items)
        np.divide(centre, total[:, None], out=centre, where=total[:, None] > 0)
        moved = float(np.sqrt(((centre - before) ** 2).sum(axis=1).max(initial=0.0) / scale))
        distance = ((given - centre[of]) ** 2).sum(axis=1)
        error = np.bincount(who, weights=distance, minlength=n_annotators)
        reliability = np.where(
            count > 0, point / np.maximum(error, 1e-6 * scale * np.maximum(count, 1.0)), 0.0
        )
        reliability /= reliability[count > 0].mean()
    weight = reliability[who] * company
    total = np.bincount(of, weights=weight, minlength=n_items)
    row = np.full(n_items, -1, dtype=np.int64)
    for i, rows in enumerate(groups):
        if rows.size:
            row[i] = rows[np.lexsort((rows, -weight[rows], distance[rows]))[0]]
    return ChosenAnswers(
        row=row,
        support=weight / total[of] if len(of) else weight,
        distance=np.sqrt(distance),
        reliability=reliability,
        iterations=iterations,
        converged=moved <= tol or not len(of),
    )


def _company(groups: list[NDArray[np.int64]], given: Float64) -> tuple[Float64, float]:
    """How alike each answer is to the others of its item, and the mean square distance that says what alike means."""
    apart: list[Float64] = []
    for rows in groups:
        length = (given[rows] ** 2).sum(axis=1)
        square = length[:, None] + length[None, :] - 2.0 * given[rows] @ given[rows].T
        apart.append(np.maximum(square, 0.0))
    pairs = sum(rows.size * (rows.size - 1) for rows in groups)
    scale = sum(float(square.sum()) for square in apart) / pairs if pairs else 1.0
    scale = scale if scale > 0.0 else 1.0
    company = np.ones(len(given))
    for rows, square in zip(groups, apart, strict=True):
        if rows.size > 1:
            company[rows] = (np.exp(-square / scale).sum(axis=1) - 1.0) / (rows.size - 1)
    return np.maximum(company, 1e-12), scale
