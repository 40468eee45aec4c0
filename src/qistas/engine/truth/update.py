"""Consensus after one more answer, for the price of its neighbourhood."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import em
from qistas.engine.truth.results import Fit, TruthResult, finish, tempered

Float64 = NDArray[np.float64]


def judge(fit: Fit, annotator: ArrayLike, label: ArrayLike) -> Float64:
    """The posterior of one item from its answers and a fit; shape ``(n_labels,)``, float64.

    Microseconds, and nothing but the item's own answers is read. An annotator the fit has not met answers
    like the average of those it has. No answer: the prior.
    """
    who = np.asarray(annotator, dtype=np.int64).reshape(-1)
    said = np.asarray(label, dtype=np.int64).reshape(-1)
    if who.shape != said.shape:
        raise ValueError(f"annotator has {who.size} entries and label {said.size}")
    known, n_labels = fit.table.shape[:2]
    if said.size and (said.min() < 0 or said.max() >= n_labels):
        raise ValueError(f"labels must be 0 to {n_labels - 1}")
    rows = (
        fit.table[np.minimum(who, max(known - 1, 0)), said] if known else np.ones((who.size, fit.prior.size))
    )
    new = who >= known
    if new.any() and known:
        rows[new] = fit.table.mean(axis=0)[said[new]]
    score = np.log(fit.prior) + np.log(rows).sum(axis=0)
    share = np.exp(score - score.max())
    posterior = share.reshape(-1, fit.subtypes).sum(axis=1)
    posterior /= posterior.sum()
    posterior = tempered(posterior[None], np.array([said.size]), fit.correlation)[0]
    if fit.vote_share and said.size:
        vote = np.bincount(said, minlength=n_labels) / said.size
        posterior = (1.0 - fit.vote_share) * posterior + fit.vote_share * vote
    return posterior


def update(
    result: TruthResult,
    responses: Responses,
    new: Responses,
    *,
    gold: ArrayLike | None = None,
    reach: float = 1e-3,
    max_rounds: int = 100,
) -> tuple[TruthResult, Responses]:
    """``result`` of ``responses`` brought up to date with the answers ``new``; returns it with all answers together.

    Items touched by ``new`` are judged again, their old share of the sufficient statistics is taken out and the new one put
    in, and the parameters renewed. Where an annotator's table (or the prior) has thereby moved by more than
    ``reach`` since an item was last judged, the item is judged again too, and so on until nothing moves that far. With ``reach``
    towards zero this is EM from where ``result`` stood, and agrees with a full run that ends at the same
    optimum; at the default only the touched items and close neighbours are read. The answers are copied once into the longer
    table (a memory copy, no arithmetic).

    Needs the model and statistics that `dawid_skene`, `ibcc` and `ordinal_ds` keep in ``result.fit``. A result of
    `auto` is brought up to date for the touched items alone, under its pooled confusion. Other methods raise
    ``ValueError``: run them again. ``gold`` must be the labels known now, as for a full run. New items and
    annotators are welcome; a new label means a full run.
    """
    began = perf_counter()
    fit = result.fit
    if fit is None or fit.subtypes != 1 or (fit.model is None and result.method != "auto"):
        raise ValueError(f"{result.method} cannot be brought up to date in part; run it again on all answers")
    if new.n_labels > responses.n_labels:
        raise ValueError(
            "new answers name a label the result does not know; run the method again on all answers"
        )
    merged = _append(responses, new)
    clamp = gold_codes(gold, merged.n_items, merged.n_labels)
    touched = np.zeros(merged.n_items, dtype=np.bool_)
    touched[new.item] = True
    if fit.model is None or fit.stats is None:
        posterior = _grown(result.posterior, merged.n_items, fit.prior)
        for i in np.flatnonzero(touched):
            rows = slice(merged.offsets[i], merged.offsets[i + 1])
            posterior[i] = judge(fit, merged.annotator[rows], merged.label[rows])
            if clamp is not None and clamp[i] >= 0:
                posterior[i] = np.arange(merged.n_labels) == clamp[i]
        return _finish(result, merged, posterior, clamp, fit, 1, True, began), merged
    stats = _grown_stats(fit.stats, merged.n_annotators)
    params = fit.model.m_step(stats, None)
    posterior = _grown(result.posterior, merged.n_items, fit.prior)
    counted = np.zeros(merged.n_items, dtype=np.bool_)
    counted[: responses.n_items] = responses.counts() > 0
    if clamp is not None:
        counted |= (clamp >= 0) & (np.arange(merged.n_items) < responses.n_items)
    judged_table, judged_prior = params.table.copy(), params.prior.copy()
    active, before, rounds = touched, responses, 0
    while active.any() and rounds < max_rounds:
        rounds += 1
        old, fresh = (
            _of_items(before, active, merged.n_annotators),
            _of_items(merged, active, merged.n_annotators),
        )
        held = np.flatnonzero(active)
        share = posterior[held]
        stats = stats + _scaled(_counted(old, share, counted[held]), -1.0)
        part = np.empty(share.shape, dtype=np.float32)
        em.e_step(fresh, params, None if clamp is None else clamp[held], posterior=part)
        posterior[held] = part
        counted[held] |= fresh.counts() > 0
        stats = stats + _counted(fresh, part, counted[held])
        stats = em.Stats(np.maximum(stats.counts, 0.0), np.maximum(stats.totals, 0.0), stats.log_likelihood)
        params = fit.model.m_step(stats, params)
        before = merged
        drift = np.abs(params.table - judged_table).max(axis=(1, 2), initial=0.0)
        moved = drift > reach
        active = np.zeros(merged.n_items, dtype=np.bool_)
        if np.abs(params.prior - judged_prior).max(initial=0.0) > reach:
            active[:] = merged.counts() > 0
            moved[:] = True
            judged_prior = params.prior.copy()
        elif moved.any():
            active[merged.item[moved[merged.annotator]]] = True
        judged_table = np.where(moved[:, None, None], params.table, judged_table)
    fit = replace(fit, table=params.table, prior=params.prior, stats=stats)
    return _finish(result, merged, posterior, clamp, fit, rounds, not active.any(), began), merged


def _append(responses: Responses, new: Responses) -> Responses:
    """Both tables as one, each new answer after the old ones of its item."""
    n_items = max(responses.n_items, new.n_items)
    place = responses.offsets[np.minimum(new.item.astype(np.int64) + 1, responses.n_items)]
    return Responses.from_arrays(
        np.insert(responses.item, place, new.item),
        np.insert(responses.annotator, place, new.annotator),
        np.insert(responses.label, place, new.label),
        n_items=n_items,
        n_annotators=max(responses.n_annotators, new.n_annotators),
        n_labels=responses.n_labels,
    )


def _of_items(responses: Responses, chosen: NDArray[np.bool_], n_annotators: int) -> Responses:
    """The answers of the chosen items, renumbered from zero in their order."""
    code = np.cumsum(chosen) - 1
    held = np.flatnonzero(chosen)
    present = held[held < responses.n_items]
    starts, sizes = responses.offsets[present], responses.offsets[present + 1] - responses.offsets[present]
    total = int(sizes.sum())
    rows = np.repeat(starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) + np.arange(total)
    return Responses.from_arrays(
        code[responses.item[rows]],
        responses.annotator[rows],
        responses.label[rows],
        n_items=held.size,
        n_annotators=n_annotators,
        n_labels=responses.n_labels,
    )


def _counted(part: Responses, share: NDArray[np.float32], counted: NDArray[np.bool_]) -> em.Stats:
    stats = em.start_stats(part, None, share.astype(np.float64))
    return em.Stats(stats.counts, share[counted].sum(axis=0, dtype=np.float64), 0.0)


def _scaled(stats: em.Stats, by: float) -> em.Stats:
    return em.Stats(stats.counts * by, stats.totals * by, stats.log_likelihood * by)


def _grown(posterior: NDArray[np.float32], n_items: int, prior: Float64) -> NDArray[np.float32]:
    grown = np.empty((n_items, posterior.shape[1]), dtype=np.float32)
    grown[: posterior.shape[0]] = posterior
    grown[posterior.shape[0] :] = prior
    return grown


def _grown_stats(stats: em.Stats, n_annotators: int) -> em.Stats:
    extra = n_annotators - stats.counts.shape[0]
    counts = np.pad(stats.counts, ((0, extra), (0, 0), (0, 0)))
    return em.Stats(counts, stats.totals.copy(), stats.log_likelihood)


def _finish(
    result: TruthResult,
    merged: Responses,
    posterior: NDArray[np.float32],
    clamp: NDArray[np.int32] | None,
    fit: Fit,
    rounds: int,
    converged: bool,
    began: float,
) -> TruthResult:
    said = () if converged else (f"update stopped after {rounds} rounds; a full run is due",)
    return replace(
        finish(
            result.method,
            merged,
            posterior,
            clamp,
            explanation=f"{result.explanation} Brought up to date in {rounds} rounds over the items concerned.",
            seconds=perf_counter() - began,
            prior=fit.prior,
            iterations=rounds,
            warnings=said,
            confusion=np.ascontiguousarray(fit.table.transpose(0, 2, 1), dtype=np.float32),
            fit=fit,
            details=result.details,
        ),
        converged=converged,
    )
