"""ROVER: several transcripts aligned word by word, and a vote at each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class TextResult:
    """One text from many: the ``words`` chosen, the weight share behind each (``support``), and ``text``.

    ``confidence`` is the mean support over all places, those where the vote was for no word included; ``doubt`` one minus it.
    """

    text: str
    words: tuple[str, ...]
    support: tuple[float, ...]
    confidence: float
    doubt: float


def rover(
    texts: Sequence[str | Sequence[str]], *, weights: Sequence[float] | None = None, joint: str = " "
) -> TextResult:
    """Align the texts into one network of places, then take the heaviest word (or none) at each place.

    Each text (split at white space unless given as a sequence of tokens) is aligned to the network so far by least edit distance,
    where a place costs the weight share that disagrees; insertions open a place where all earlier texts said nothing. The first
    text gives the order, so the heaviest goes first (the earlier at a tie). ``weights`` (one a text, positive) are annotators' skills or log odds; one each by default.
    Ties go to the word heard first. Cost: places × words × texts. No text: an empty result of confidence zero. Case and spelling are
    taken as they are: normalise first what should not count.

    Reference: J. G. Fiscus, A Post-Processing System to Yield Reduced Word Error Rates: Recognizer Output
    Voting Error Reduction (ROVER), ASRU 1997.
    """
    heard = [tuple(text.split()) if isinstance(text, str) else tuple(text) for text in texts]
    share = [1.0] * len(heard) if weights is None else [float(weight) for weight in weights]
    if len(share) != len(heard):
        raise ValueError(f"there are {len(heard)} texts and {len(share)} weights")
    if any(not weight > 0 or not np.isfinite(weight) for weight in share):
        raise ValueError("weights must be positive and finite")
    if not heard:
        return TextResult("", (), (), 0.0, 1.0)
    network: list[dict[str, float]] = []
    total = 0.0
    for index in sorted(range(len(heard)), key=lambda i: (-share[i], i)):
        network = _align(network, heard[index], share[index], total)
        total += share[index]
    words: list[str] = []
    support: list[float] = []
    every: list[float] = []
    for place in network:
        word, weight = max(place.items(), key=lambda entry: entry[1])
        every.append(weight / total)
        if word:
            words.append(word)
            support.append(weight / total)
    confidence = float(np.mean(every)) if every else 1.0
    return TextResult(joint.join(words), tuple(words), tuple(support), confidence, 1.0 - confidence)


def _align(
    network: list[dict[str, float]], words: tuple[str, ...], weight: float, total: float
) -> list[dict[str, float]]:
    """The network with ``words`` added; an empty word stands for nothing said at a place."""
    n, m = len(network), len(words)
    cost = np.zeros((n + 1, m + 1))
    skip = np.array([1.0 - place.get("", 0.0) / total for place in network]) if n else np.zeros(0)
    cost[1:, 0] = np.cumsum(skip)
    cost[0, :] = np.arange(m + 1)
    for i in range(1, n + 1):
        place = network[i - 1]
        for j in range(1, m + 1):
            match = cost[i - 1, j - 1] + 1.0 - place.get(words[j - 1], 0.0) / total
            cost[i, j] = min(match, cost[i - 1, j] + skip[i - 1], cost[i, j - 1] + 1.0)
    merged: list[dict[str, float]] = []
    i, j = n, m
    while i or j:
        here = cost[i, j]
        if i and j and here == cost[i - 1, j - 1] + 1.0 - network[i - 1].get(words[j - 1], 0.0) / total:
            i, j, place, word = i - 1, j - 1, network[i - 1], words[j - 1]
        elif i and here == cost[i - 1, j] + skip[i - 1]:
            i, place, word = i - 1, network[i - 1], ""
        else:
            j, place, word = j - 1, ({"": total} if total else {}), words[j - 1]
        grown = dict(place)
        grown[word] = grown.get(word, 0.0) + weight
        merged.append(grown)
    merged.reverse()
    return merged
