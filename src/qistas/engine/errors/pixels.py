"""Numbers that say what a small picture looks like, for a quick model: brightness, colour, and which way edges run."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float32 = NDArray[np.float32]

SIDE = 32
_CELLS, _WAYS = 4, 8
FEATURES = (SIDE // 2) ** 2 + _CELLS * _CELLS * 3 + _CELLS * _CELLS * _WAYS


def pixel_features(pictures: ArrayLike) -> Float32:
    """(n, `FEATURES`) numbers of about one size from (n, 32, 32, 3) pixels of 0 to 255.

    The picture in grey at half its side, its mean colour in 4 × 4 cells, and in each cell how strong edges are in 8 directions,
    each cell's put to length one (as in histograms of oriented gradients: N. Dalal & B. Triggs, CVPR 2005).
    Raises ``ValueError`` for another shape.
    """
    given = np.asarray(pictures)
    if given.ndim != 4 or given.shape[1:] != (SIDE, SIDE, 3):
        raise ValueError(f"pictures must have shape (n, {SIDE}, {SIDE}, 3), not {given.shape}")
    n = len(given)
    pixels = given.astype(np.float32) / 255.0
    grey = pixels.mean(axis=3)
    half = grey.reshape(n, SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4))
    cell = SIDE // _CELLS
    colour = pixels.reshape(n, _CELLS, cell, _CELLS, cell, 3).mean(axis=(2, 4))
    down, along = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, along)
    way = np.floor(np.mod(np.arctan2(down, along), np.pi) / np.pi * _WAYS).astype(np.int64) % _WAYS
    edges = np.zeros((n, _CELLS, _CELLS, _WAYS), dtype=np.float32)
    for direction in range(_WAYS):
        part = np.where(way == direction, strength, 0.0)
        edges[..., direction] = part.reshape(n, _CELLS, cell, _CELLS, cell).sum(axis=(2, 4))
    edges /= np.linalg.norm(edges, axis=3, keepdims=True) + 0.1
    parts = [half.reshape(n, -1), colour.reshape(n, -1), edges.reshape(n, -1)]
    return np.concatenate(parts, axis=1).astype(np.float32)
