"""Many items judged under a fit at once, each from its own answers alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.truth.results import tempered

Float64 = NDArray[np.float64]

LEAST_TOLD = 0.02  # how far above a guess an annotator counts at least
MOST_TOLD = 0.99


def judge_items(
    table: NDArray[np.floating],
    prior: ArrayLike,
    item: ArrayLike,
    annotator: ArrayLike,
    label: ArrayLike,
    n_items: int,
    *,
    subtypes: int = 1,
    vote_share: float = 0.0,
    correlation: float = 0.0,
) -> Float64:
    """The posterior of every item under ``table`` and ``prior`` as a `Fit` holds them; shape ``(n_items, n_labels)``.

    The same as `judge` for each item, without its Python. ``prior`` may also have a row an item. Every annotator must be in the
    table: give the average annotator a row of its own for those the fit has not met. No answer: the prior.
    """
    of, who, said = (np.asarray(column, dtype=np.int64).reshape(-1) for column in (item, annotator, label))
    start = np.log(np.asarray(prior, dtype=np.float64))
    score = np.empty((n_items, start.shape[-1]))
    score[:] = start
    np.add.at(score, of, np.log(table[who, said], dtype=np.float64))
    score -= score.max(axis=1, keepdims=True, initial=-np.inf)
    share = np.exp(score).reshape(n_items, -1, subtypes).sum(axis=2)
    share /= share.sum(axis=1, keepdims=True)
    if correlation:
        share = tempered(share, np.bincount(of, minlength=n_items), correlation)
    if vote_share and of.size:
        votes = vote_shares(of, said, n_items, share.shape[1])
        answered = votes.any(axis=1)
        share[answered] = (1.0 - vote_share) * share[answered] + vote_share * votes[answered]
    return share


def judge_by_accuracy(
    accuracy: ArrayLike, item: ArrayLike, label: ArrayLike, n_items: int, n_labels: int
) -> Float64:
    """The posterior of every item where of each answer only its giver's accuracy is known, ``accuracy[row]``.

    Annotators are right with their accuracy and wrong in all ways alike; labels are alike at first. So one answer is as sure as
    its giver, and needs no table: this serves thousands of labels, and the first answers of a project.
    """
    of, said = (np.asarray(column, dtype=np.int64).reshape(-1) for column in (item, label))
    others = max(n_labels - 1, 1)
    right = np.clip(np.asarray(accuracy, dtype=np.float64), 1.0 / max(n_labels, 2) + LEAST_TOLD, MOST_TOLD)
    score = np.zeros((n_items, n_labels))
    np.add.at(score, (of, said), np.log(right * others / (1.0 - right)))
    score -= score.max(axis=1, keepdims=True, initial=-np.inf)
    share = np.exp(score)
    return share / share.sum(axis=1, keepdims=True)


def vote_shares(item: ArrayLike, label: ArrayLike, n_items: int, n_labels: int) -> Float64:
    """The share of each item's answers that name each label; a row of zeros for an item without answers."""
    of, said = (np.asarray(column, dtype=np.int64).reshape(-1) for column in (item, label))
    votes = np.zeros((n_items, n_labels))
    np.add.at(votes, (of, said), 1.0)
    total = votes.sum(axis=1, keepdims=True)
    return np.divide(votes, total, out=votes, where=total > 0)
