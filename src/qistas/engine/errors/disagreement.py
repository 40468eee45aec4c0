"""Labels and single answers that the annotators' answers taken together speak against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.assign.gain import check_posterior
from qistas.engine.responses import Responses

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """``likelihood``: (n,) how likely each label (or answer) is wrong, by the posterior; ``order``: the likeliest first;
    ``suggested``: (n,) the likeliest label instead.
    """

    likelihood: FloatArray
    order: IntArray
    suggested: IntArray


def suspect_labels(labels: ArrayLike, posterior: ArrayLike) -> Suspicion:
    """Judge one stored label an item by the posterior of the answers: the chance of all other labels.

    ``labels``: (n_items,) codes, -1 for none (likelihood 0); ``posterior``: (n_items, n_labels), as from any method of
    `truth`. Of equals the item with the more even posterior comes first, then the smaller code.
    """
    p = check_posterior(posterior)
    y = np.asarray(labels, dtype=np.int64).reshape(-1)
    if len(y) != len(p):
        raise ValueError(f"labels must have one entry for each of {len(p)} items, but have {len(y)}")
    if y.size and (int(y.max()) >= p.shape[1] or int(y.min()) < -1):
        raise ValueError(f"labels must be codes from 0 to {p.shape[1] - 1}, or -1 for none")
    return _judged(p, np.arange(len(p)), y)


def suspect_answers(responses: Responses, posterior: ArrayLike) -> Suspicion:
    """Judge every single answer by the posterior of its item; rows as in ``responses``.

    An answer takes part in its own posterior, which speaks in its favour: with two or three answers an item the
    likelihoods are too small, while their order holds.
    """
    p = check_posterior(posterior)
    if p.shape != (responses.n_items, responses.n_labels):
        raise ValueError(
            f"posterior must have shape {(responses.n_items, responses.n_labels)}, not {p.shape}"
        )
    return _judged(p, responses.item.astype(np.int64), responses.label.astype(np.int64))


def _judged(p: FloatArray, item: IntArray, label: IntArray) -> Suspicion:
    has = label >= 0
    own = p[item]
    chance = (
        np.where(has, own[np.arange(len(item)), np.where(has, label, 0)], 1.0) if len(item) else np.zeros(0)
    )
    likelihood = np.clip(1.0 - chance, 0.0, 1.0)
    evenness = -(p * np.log(np.maximum(p, 1e-300))).sum(axis=1)[item] if len(item) else np.zeros(0)
    order = np.lexsort((np.arange(len(item)), -np.round(evenness, 9), -np.round(likelihood, 9))).astype(
        np.int64
    )
    suggested = own.argmax(axis=1).astype(np.int64) if p.shape[1] else np.zeros(len(item), dtype=np.int64)
    return Suspicion(likelihood, order, suggested)
