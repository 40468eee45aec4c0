r"""What one more answer is expected to tell about an item.

With the item's posterior :math:`p_k` and an annotator who answers ``y`` with probability :math:`C_{ky}` when the truth is
``k``, the next answer has :math:`P(y) = \sum_k p_k C_{ky}` and leaves the posterior :math:`p_k C_{ky} / P(y)`. Its worth is

* ``information``: the expected fall in entropy, the mutual information
  :math:`\sum_{ky} p_k C_{ky} \log \frac{C_{ky}}{P(y)}`, in nats (D. V. Lindley 1956);
* ``accuracy``: the expected rise in the chance that the likeliest label is right,
  :math:`\sum_y \max_k p_k C_{ky} - \max_k p_k` (the one-step value of information, R. A. Howard 1966).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CHUNK = 2_000_000
MOST_AHEAD = 25  # answers looked ahead at most


@dataclass(frozen=True, slots=True)
class Gains:
    """Expected worth of each asked (item, annotator): ``information`` in nats, ``accuracy`` as a probability; (n,)."""

    information: FloatArray
    accuracy: FloatArray


def check_posterior(posterior: ArrayLike) -> FloatArray:
    """Return the posterior as float64 (n_items, n_labels); raises ``ValueError`` unless rows are probabilities."""
    p = np.asarray(posterior, dtype=np.float64)
    if p.ndim != 2:
        raise ValueError(f"posterior must be items by labels, but has shape {p.shape}")
    if p.size and (not bool(np.isfinite(p).all()) or bool((p < -1e-6).any())):
        raise ValueError("posterior must be finite and not negative")
    total = p.sum(axis=1)
    if p.size and bool((np.abs(total - 1.0) > 1e-3).any()):
        raise ValueError("every row of the posterior must add up to one")
    return np.maximum(p, 0.0) / total[:, None] if p.size else p


def check_confusion(confusion: ArrayLike, n_labels: int) -> FloatArray:
    """Return (n_annotators, true, answered) as float64 with rows adding up to one; raises ``ValueError`` otherwise."""
    c = np.asarray(confusion, dtype=np.float64)
    if c.ndim != 3 or c.shape[1:] != (n_labels, n_labels):
        raise ValueError(f"confusion must be annotators by {n_labels} by {n_labels}, but has shape {c.shape}")
    if c.size and (not bool(np.isfinite(c).all()) or bool((c < 0.0).any())):
        raise ValueError("confusion must be finite and not negative")
    total = c.sum(axis=2, keepdims=True)
    if c.size and bool((np.abs(total - 1.0) > 1e-3).any()):
        raise ValueError("every row confusion[annotator, true] must add up to one")
    return c / total if c.size else c


def confusion_from_accuracy(accuracy: ArrayLike, n_labels: int) -> FloatArray:
    """Return one-coin confusion (n_annotators, n_labels, n_labels): right with ``accuracy``, wrong in all ways alike.

    A NaN accuracy (an annotator who has not answered yet) gets the mean of the others, or 0.7 without any.
    """
    a = np.asarray(accuracy, dtype=np.float64).reshape(-1)
    known = a[np.isfinite(a)]
    a = np.where(np.isfinite(a), a, float(known.mean()) if len(known) else 0.7)
    a = np.clip(a, 0.0, 1.0)
    wrong = (1.0 - a) / max(n_labels - 1, 1)
    out = np.repeat(wrong[:, None, None], n_labels, axis=1).repeat(n_labels, axis=2)
    out[:, np.arange(n_labels), np.arange(n_labels)] = (a if n_labels > 1 else np.ones(len(a)))[:, None]
    return out


def expected_gains(
    posterior: ArrayLike, confusion: ArrayLike, item: ArrayLike, annotator: ArrayLike
) -> Gains:
    """Return what an answer of ``annotator[r]`` to ``item[r]`` is expected to tell, for every row ``r``.

    ``posterior``: (n_items, n_labels); ``confusion``: (n_annotators, true, answered); ``item``, ``annotator``: aligned
    codes (n,). Memory is bounded: rows are worked off in chunks. Never negative; zero where the item is certain or
    the annotator answers alike whatever the truth.
    """
    p = check_posterior(posterior)
    c = check_confusion(confusion, p.shape[1])
    items, people = (
        np.asarray(item, dtype=np.int64).reshape(-1),
        np.asarray(annotator, dtype=np.int64).reshape(-1),
    )
    if len(items) != len(people):
        raise ValueError("item and annotator must be of one length")
    information, accuracy = np.zeros(len(items)), np.zeros(len(items))
    width = max(p.shape[1] ** 2, 1)
    step = max(1, _CHUNK // width)
    for low in range(0, len(items), step):
        at = slice(low, low + step)
        own = p[items[at]]
        joint = own[:, :, None] * c[people[at]]
        answer = joint.sum(axis=1)
        information[at] = _entropy(own) + _entropy(answer) - _entropy(joint.reshape(len(own), -1))
        accuracy[at] = joint.max(axis=1).sum(axis=1) - own.max(axis=1)
    return Gains(np.maximum(information, 0.0), np.maximum(accuracy, 0.0))


def gain_per_answer(
    posterior: ArrayLike, accuracy: ArrayLike, *, most: ArrayLike = 9, n_labels: int | None = None
) -> FloatArray:
    r"""Return how much accuracy each further answer is worth when up to ``most`` of them may follow: (n_items,).

    A single answer often cannot turn the likeliest label, so that its own expected rise in accuracy is zero although
    three together would be worth their price. So every number of answers ``m`` is tried and the best rate taken:
    :math:`\max_m (\mathrm{E}[\max_k p_k \mid m\ \text{answers}] - \max_k p_k) / m` (the "blinkered" value of information of
    N. Hay, S. Russell, D. Tolpin & S. E. Shimony, UAI 2012). Worked out between the two likeliest labels, for annotators
    who are right with ``accuracy`` (a number or (n_items,)) and otherwise wrong in all ways alike. ``most``: a number or
    (n_items,); the answers an item may still get. ``n_labels``: how many labels there are, where the posterior's columns are not one each.

    One label, no items, no answer to come, or an accuracy no better than a guess: zero. So is an item whose likeliest label ``most``
    answers could not turn, however they fell.
    """
    p = check_posterior(posterior)
    n, k = len(p), n_labels or p.shape[1]
    left: IntArray = np.broadcast_to(np.asarray(most, dtype=np.int64), (n,))
    if bool((left < 0).any()):
        raise ValueError("most must not be negative")
    skill = np.broadcast_to(np.asarray(accuracy, dtype=np.float64), (n,))
    if n == 0 or k < 2 or p.shape[1] < 2:
        return np.zeros(n)
    if not bool(((skill >= 0.0) & (skill <= 1.0)).all()):
        raise ValueError("accuracy must lie between 0 and 1")
    top = np.sort(p, axis=1)[:, -2:]
    both = top.sum(axis=1)
    q = top[:, 1] / np.where(both > 0.0, both, 1.0)
    wrong = (1.0 - skill) / (k - 1)
    a = np.clip(skill / np.maximum(skill + wrong, 1e-300), 0.5, 1.0 - 1e-9)
    best = np.zeros(n)
    for m in range(1, min(int(left.max()), MOST_AHEAD) + 1):
        expected = np.zeros(n)
        for j in range(m + 1):
            ways = comb(m, j)
            first, second = q * a**j * (1.0 - a) ** (m - j), (1.0 - q) * a ** (m - j) * (1.0 - a) ** j
            expected += ways * np.maximum(first, second)
        best = np.where(left >= m, np.maximum(best, (expected - q) / m), best)
    return np.where(best > 1e-12, best, 0.0) * both


def _entropy(p: FloatArray) -> FloatArray:
    return -(p * np.log(np.maximum(p, 1e-300))).sum(axis=1)
