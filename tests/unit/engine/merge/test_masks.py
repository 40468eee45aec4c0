# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.merge import merge_masks


def disc(size=96, radius=28, cx=48, cy=44):
    y, x = np.mgrid[:size, :size]
    return (x - cx) ** 2 + (y - cy) ** 2 <= radius**2


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def noisy_crowd(seed=0):
    rng = np.random.default_rng(seed)
    truth = disc()
    quality = [(0.97, 0.98), (0.95, 0.97), (0.96, 0.96), (0.6, 0.7), (0.55, 0.75)]
    masks = np.stack(
        [np.where(truth, rng.random(truth.shape) < p, rng.random(truth.shape) > q) for p, q in quality]
    )
    return truth, np.array(quality), masks


def test_staple_finds_the_object_and_who_is_good():
    truth, quality, masks = noisy_crowd()
    got = merge_masks(masks)
    voted = merge_masks(masks, method="vote")
    assert got.converged
    assert dice(got.mask, truth) > dice(voted.mask, truth)
    assert dice(got.mask, truth) > 0.98
    assert got.sensitivity == pytest.approx(quality[:, 0], abs=0.03)
    assert got.specificity == pytest.approx(quality[:, 1], abs=0.03)


def test_em_equals_a_pixel_by_pixel_run():
    _, _, masks = noisy_crowd(1)
    got = merge_masks(masks, tol=1e-10)
    d = masks.reshape(5, -1).astype(float)
    w = np.clip(d.mean(axis=0), 0.01, 0.99)
    for _ in range(300):
        p = np.clip(d @ w / w.sum(), 1e-4, 1 - 1e-4)
        q = np.clip((1 - d) @ (1 - w) / (1 - w).sum(), 1e-4, 1 - 1e-4)
        f = w.mean()
        a = f * np.prod(np.where(d == 1, p[:, None], 1 - p[:, None]), axis=0)
        b = (1 - f) * np.prod(np.where(d == 1, 1 - q[:, None], q[:, None]), axis=0)
        w = a / (a + b)
    assert got.probability.ravel() == pytest.approx(w, abs=1e-4)


def test_a_weighted_vote():
    masks = np.zeros((3, 4, 4), dtype=bool)
    masks[0, :2], masks[1, :2], masks[2, 2:] = True, True, True
    assert merge_masks(masks, method="vote").mask[:2].all()
    heavy = merge_masks(masks, method="vote", weights=[1, 1, 5])
    assert heavy.mask[2:].all()
    assert not heavy.mask[:2].any()
    assert heavy.probability[0, 0] == pytest.approx(2 / 7)


def test_equal_weights_change_nothing_and_rows_of_zeros_far_away_do_neither():
    _, _, masks = noisy_crowd(2)
    clean = np.where(disc(96, 40), masks, False)
    small = merge_masks(np.pad(clean, ((0, 0), (100, 100), (100, 100))))
    wide = merge_masks(np.pad(clean, ((0, 0), (400, 400), (400, 400))))
    assert (wide.mask[300:-300, 300:-300] == small.mask).all()
    assert (merge_masks(clean, weights=[2] * 5).mask == merge_masks(clean).mask).all()


def test_degenerate_and_errors():
    assert not merge_masks(np.zeros((0, 3, 3))).mask.any()
    assert not merge_masks(np.zeros((3, 3, 3))).mask.any()
    one = merge_masks(disc()[None])
    assert (one.mask == disc()).all()
    assert "three annotators" in str(one.warning)
    same = merge_masks(np.stack([disc()] * 3))
    assert (same.mask == disc()).all()
    two = merge_masks(np.stack([disc(), disc(radius=20)]))
    assert (two.mask == disc(radius=20)).all()
    for bad, words in ((np.zeros((3, 3)), "shape"), (np.full((1, 2, 2), 7), "0 and 1")):
        with pytest.raises(ValueError, match=words):
            merge_masks(bad)
    with pytest.raises(ValueError, match="method"):
        merge_masks(np.zeros((1, 2, 2)), method="x")
