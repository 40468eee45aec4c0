"""Who should answer what next.

Greedy: the pair of item and annotator with the highest expected information per unit of money first, subject to who
may see what (walls, answers already given), how much each may take, and fair shares of work. The greedy choice is
within 1 - 1/e of the best set for gains that shrink as answers to one item add up (Nemhauser, Wolsey & Fisher 1978).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.assign.gain import FloatArray, IntArray, check_posterior, expected_gains


@dataclass(frozen=True, slots=True)
class Offers:
    """Tasks to hand out, the most telling first: ``item``, ``annotator`` codes and ``gain``, nats per unit of money."""

    item: IntArray
    annotator: IntArray
    gain: FloatArray


def rank_items(
    posterior: ArrayLike,
    confusion: ArrayLike,
    *,
    allowed: ArrayLike | None = None,
    cost: ArrayLike | None = None,
) -> Offers:
    """Rank items for **one** annotator who asks for work.

    ``posterior``: (n_items, n_labels); ``confusion``: (n_labels, n_labels) of that annotator; ``allowed``: (n_items,)
    booleans, the open items the annotator may see and has not answered; ``cost``: (n_items,) or one number, the
    price of an answer (default 1). Equal gains keep the order of item codes. The annotator code is 0 throughout.
    """
    p = check_posterior(posterior)
    own = np.asarray(confusion, dtype=np.float64)[None]
    may = (
        np.ones(len(p), dtype=np.bool_)
        if allowed is None
        else np.asarray(allowed, dtype=np.bool_).reshape(-1)
    )
    if len(may) != len(p):
        raise ValueError(f"allowed must have one entry for each of {len(p)} items, but has {len(may)}")
    item = np.flatnonzero(may).astype(np.int64)
    gain = expected_gains(p, own, item, np.zeros(len(item), dtype=np.int64)).information
    gain = gain / _prices(cost, (len(p),))[item]
    order = np.argsort(-np.round(gain, 12), kind="stable")
    return Offers(item[order], np.zeros(len(item), dtype=np.int64), gain[order])


def offer_tasks(
    posterior: ArrayLike,
    confusion: ArrayLike,
    count: int,
    *,
    allowed: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    load: ArrayLike | None = None,
    cost: ArrayLike | None = None,
    fairness: float = 0.0,
    per_item: int = 1,
) -> Offers:
    """Choose up to ``count`` pairs of item and annotator.

    ``posterior``: (n_items, n_labels); ``confusion``: (n_annotators, n_labels, n_labels); ``allowed``: (n_items,
    n_annotators) booleans: the item is open, the annotator may see it (walls, qualification) and has not answered
    it. ``capacity``: (n_annotators,) tasks each can still take (default: no bound); ``load``: (n_annotators,) tasks
    each has had. ``cost``: (n_annotators,) or one number, the price of an answer. ``per_item``: most tasks on one item
    in this round; the second of an item counts as if the first's answer were not yet known.

    ``fairness`` in [0, 1]: a gain is multiplied by ``1 - fairness * load / largest load`` (loads growing as tasks are
    handed out), so that at 1 the one with the most work gets none while another can do it.

    Decided cases: nobody, nothing, or nothing allowed: no offers; offers without gain are not made unless the item
    would otherwise go unasked (then the most able get them). Memory n_items × n_annotators.
    """
    p = check_posterior(posterior)
    c = np.asarray(confusion, dtype=np.float64)
    n_items, n_people = len(p), len(c)
    if not 0.0 <= fairness <= 1.0:
        raise ValueError("fairness must lie between 0 and 1")
    if count < 0 or per_item < 1:
        raise ValueError("count must not be negative and per_item at least 1")
    may = (
        np.ones((n_items, n_people), dtype=np.bool_)
        if allowed is None
        else np.asarray(allowed, dtype=np.bool_)
    )
    if may.shape != (n_items, n_people):
        raise ValueError(f"allowed must have shape {(n_items, n_people)}, not {may.shape}")
    room = _whole(capacity, n_people, "capacity", count)
    had = _whole(load, n_people, "load", 0).astype(np.float64)
    price = _prices(cost, (n_people,))
    item, annotator = (v.astype(np.int64) for v in np.nonzero(may))
    gain = expected_gains(p, c, item, annotator).information / price[annotator]
    order = np.argsort(-np.round(gain, 12), kind="stable")
    item, annotator, gain = item[order], annotator[order], gain[order]
    taken = np.zeros(n_items, dtype=np.int64)
    chosen: list[int] = []
    if fairness == 0.0:
        for k, (i, a) in enumerate(zip(item.tolist(), annotator.tolist(), strict=True)):
            if len(chosen) >= count:
                break
            if taken[i] < per_item and room[a] > 0:
                taken[i] += 1
                room[a] -= 1
                chosen.append(k)
    else:
        alive = np.ones(len(item), dtype=np.bool_)
        while len(chosen) < count and bool(alive.any()):
            share = 1.0 - fairness * had / max(float(had.max(initial=0.0)), 1.0)
            k = int(np.argmax(np.where(alive, np.round((gain + 1e-12) * share[annotator], 15), -1.0)))
            i, a = int(item[k]), int(annotator[k])
            if room[a] <= 0:
                alive &= annotator != a
                continue
            chosen.append(k)
            alive[k] = False
            taken[i] += 1
            room[a] -= 1
            had[a] += 1.0
            if taken[i] >= per_item:
                alive &= item != i
    at = np.array(chosen, dtype=np.int64)
    return Offers(item[at], annotator[at], gain[at])


def _prices(cost: ArrayLike | None, shape: tuple[int, ...]) -> FloatArray:
    price = np.broadcast_to(np.asarray(1.0 if cost is None else cost, dtype=np.float64), shape)
    if not bool(np.isfinite(price).all()) or bool((price <= 0.0).any()):
        raise ValueError("costs must be finite and above zero")
    return price


def _whole(values: ArrayLike | None, n: int, name: str, default: int) -> NDArray[Any]:
    if values is None:
        return np.full(n, default, dtype=np.int64)
    array = np.asarray(values).astype(np.int64).reshape(-1)
    if len(array) != n or bool((array < 0).any()):
        raise ValueError(f"{name} must hold one whole number, not negative, for each of {n} annotators")
    return array.copy()
