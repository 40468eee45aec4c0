"""The default: candidates weighed by how well each foretells answers it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import em
from qistas.engine.truth.bwa import bwa
from qistas.engine.truth.ibcc import ebcc
from qistas.engine.truth.one_coin import one_coin
from qistas.engine.truth.results import Fit, TruthResult, finish, no_labels
from qistas.engine.truth.wawa import wawa

Float64 = NDArray[np.float64]
Method = Callable[..., TruthResult]

VOTE_SHARE = 0.3
POOLING = 10.0
_MANY_ANSWERS = 30_000
_MOST_ITEMS = 50_000
_MOST_CELLS = 20_000_000
_MOST_TABLE = 10_000_000


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    method: Method


def auto(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
    vote_share: float = VOTE_SHARE,
) -> TruthResult:
    """Weigh the candidates by the held-out likelihood of the answers themselves.

    Some answers are hidden, every candidate is fitted to the rest, and each hidden answer gets the probability
    ``p_m(l) = sum_k posterior_m[i, k] confusion_m[j, k, l]``. Weights ``w`` maximise ``sum log sum_m w_m p_m`` (stacking, by EM), so a method
    counts as far as the answers bear it out. The result is
    ``posterior = (1 - vote_share) sum_m w_m posterior_m + vote_share majority``: a fixed part stays with the plain vote, because a
    model that gives the labels another meaning can foretell answers well and still be wrong about the truth,
    which no held-out answer can show.

    Candidates: `wawa`, and `ebcc` with two strengths of its prior (`ibcc` is its case of one subtype); where the tables would be too large
    (labels or annotators in great number), `wawa`, `bwa` and `one_coin`. Up to 30,000 answers are hidden by
    quarters in turn, above that one quarter once, on at most 50,000 items. ``rng`` draws the quarters and
    the subtypes (by default a generator seeded with 0). ``details["weight"]`` and ``details["held_out"]`` are the
    weights and mean held-out log likelihood of the candidates in that order; ``log_likelihood`` is that of the weighted mixture
    over the hidden answers, scaled to all. ``annotators.confusion`` and ``fit`` are expected counts under the posterior,
    pulled to the average annotator by ten answers. Fewer than two answers an item: every candidate weighs alike.

    References: D. H. Wolpert, Stacked Generalization, Neural Networks 5 (1992); P. Smyth and D. Wolpert,
    Linearly Combining Density Estimators via Stacking, Machine Learning 36 (1999).
    """
    began = perf_counter()
    n_items, n_labels = responses.n_items, responses.n_labels
    if not n_labels:
        return no_labels("auto", responses)
    clamp = gold_codes(gold, n_items, n_labels)
    source = rng if rng is not None else np.random.default_rng(0)
    seed = int(source.integers(2**62))
    candidates = _candidates(responses, seed)
    weight, held_out, mixture = _weigh(responses, clamp, candidates, source)
    share = em.majority_share(responses, clamp)
    posterior = vote_share * share
    del share
    converged, said = True, []
    for candidate, part in zip(candidates, weight, strict=True):
        if part < 1e-3:
            continue
        result = candidate.method(responses, gold=clamp)
        posterior += (1.0 - vote_share) * part * result.posterior
        if not result.converged:
            converged = False
            said.append(f"{candidate.name} (weight {part:.2f}) stopped at its limit of iterations")
    posterior /= posterior.sum(axis=1, keepdims=True)
    fit, confusion = None, None
    if _cells(responses) <= _MOST_TABLE:
        fit = replace(pooled_fit(responses, posterior), vote_share=vote_share)
        confusion = np.ascontiguousarray(fit.table.transpose(0, 2, 1), dtype=np.float32)
    result = finish(
        "auto",
        responses,
        posterior.astype(np.float32),
        clamp,
        explanation=_explain(candidates, weight, held_out, vote_share),
        seconds=perf_counter() - began,
        log_likelihood=None if np.isnan(mixture) else mixture * len(responses),
        converged=converged,
        warnings=tuple(said),
        confusion=confusion,
        fit=fit,
        details={"weight": weight, "held_out": held_out},
    )
    return replace(result, seconds=perf_counter() - began)


def pooled_fit(responses: Responses, posterior: NDArray[np.floating], strength: float = POOLING) -> Fit:
    """Confusion from expected counts, each annotator pulled to the average one by ``strength`` answers a row."""
    start = em.start_stats(responses, None, np.ascontiguousarray(posterior, dtype=np.float64))
    crowd = start.counts.sum(axis=0) + 0.1
    crowd /= crowd.sum(axis=0, keepdims=True)
    table = start.counts + strength * crowd
    table /= table.sum(axis=1, keepdims=True)
    prior = start.totals + 1.0
    return Fit(table, prior / prior.sum())


def _cells(responses: Responses) -> int:
    return responses.n_annotators * responses.n_labels**2


def _candidates(responses: Responses, seed: int) -> tuple[_Candidate, ...]:
    room = _MOST_CELLS // max(1, responses.n_items * responses.n_labels)
    subtypes = int(np.clip(room, 2, 10))
    if _cells(responses) * subtypes > _MOST_TABLE:
        return (
            _Candidate("wawa", wawa),
            _Candidate("bwa", bwa),
            _Candidate("one_coin", partial(one_coin, right=4.0, wrong=1.0)),
        )
    split = partial(_seeded_ebcc, seed=seed, subtypes=subtypes, max_iter=150, tol=1e-5)
    return (
        _Candidate("wawa", wawa),
        _Candidate("ebcc", partial(split, diagonal=4.0)),
        _Candidate("ebcc with a firmer prior", partial(split, diagonal=8.0)),
    )


def _seeded_ebcc(
    responses: Responses,
    *,
    gold: NDArray[np.int32] | None,
    seed: int,
    subtypes: int,
    max_iter: int,
    tol: float,
    diagonal: float,
) -> TruthResult:
    return ebcc(
        responses,
        gold=gold,
        subtypes=subtypes,
        rng=np.random.default_rng(seed),
        diagonal=diagonal,
        max_iter=max_iter,
        tol=tol,
    )


def _weigh(
    responses: Responses,
    clamp: NDArray[np.int32] | None,
    candidates: tuple[_Candidate, ...],
    source: np.random.Generator,
) -> tuple[Float64, Float64, float]:
    """Stacking weights, the candidates' mean held-out log likelihood and the mixture's."""
    n = len(candidates)
    alike = np.full(n, 1.0 / n)
    if len(responses) < 8 or int(responses.counts().max()) < 2:
        return alike, np.full(n, np.nan), float("nan")
    sample, known = _some_items(responses, clamp, source)
    quarter = source.permutation(len(sample)) % 4
    seen: list[Float64] = []
    for turn in range(4 if len(sample) <= _MANY_ANSWERS else 1):
        hidden = quarter == turn
        rest, asked = sample.rows(~hidden), sample.rows(hidden)
        seen.append(np.stack([_foretell(candidate, rest, asked, known) for candidate in candidates]))
    chance = np.concatenate(seen, axis=1) + 1e-9
    weight = stacking(chance)
    return weight, np.log(chance).mean(axis=1), float(np.log(weight @ chance).mean())


def stacking(chance: Float64, rounds: int = 200) -> Float64:
    """Weights on the simplex that maximise ``sum_r log(weight @ chance)[r]``; each candidate starts with one answer's worth."""
    weight = np.full(chance.shape[0], 1.0 / chance.shape[0])
    for _ in range(rounds):
        part = weight[:, None] * chance
        part /= part.sum(axis=0)
        weight = (part.sum(axis=1) + 1.0) / (chance.shape[1] + chance.shape[0])
    return weight


def _some_items(
    responses: Responses, clamp: NDArray[np.int32] | None, source: np.random.Generator
) -> tuple[Responses, NDArray[np.int32] | None]:
    if responses.n_items <= _MOST_ITEMS:
        return responses, clamp
    chosen = np.sort(source.choice(responses.n_items, _MOST_ITEMS, replace=False))
    code = np.full(responses.n_items, -1, dtype=np.int32)
    code[chosen] = np.arange(_MOST_ITEMS, dtype=np.int32)
    kept = code[responses.item] >= 0
    part = Responses.from_arrays(
        code[responses.item[kept]],
        responses.annotator[kept],
        responses.label[kept],
        n_items=_MOST_ITEMS,
        n_annotators=responses.n_annotators,
        n_labels=responses.n_labels,
    )
    return part, None if clamp is None else clamp[chosen]


def _foretell(
    candidate: _Candidate, rest: Responses, asked: Responses, clamp: NDArray[np.int32] | None
) -> Float64:
    """The probability the candidate, fitted to ``rest``, gives to each answer of ``asked``."""
    result = candidate.method(rest, gold=clamp)
    fit = result.fit
    if fit is None and _cells(rest) > _MOST_TABLE:
        accuracy = (result.annotators.accuracy * result.annotators.count + 8.0) / (
            result.annotators.count + 10.0
        )
        accuracy = np.where(np.isnan(accuracy), 0.8, accuracy)[asked.annotator]
        right = result.posterior[asked.item, asked.label].astype(np.float64)
        return right * accuracy + (1.0 - right) * (1.0 - accuracy) / max(rest.n_labels - 1, 1)
    if fit is None:
        fit, share = pooled_fit(rest, result.posterior), result.posterior
    else:
        share = np.empty((rest.n_items, fit.prior.shape[0]), dtype=np.float32)
        em.e_step(rest, em.Params(fit.table, fit.prior, 0.0, fit.subtypes), clamp, posterior=share)
    table = fit.table / fit.table.sum(axis=1, keepdims=True)
    found = np.empty(len(asked))
    for low in range(0, len(asked), 100_000):
        part = slice(low, low + 100_000)
        rows = table[asked.annotator[part], asked.label[part]]
        held = share[asked.item[part]]
        found[part] = np.einsum("rk,rk->r", rows, held) / held.sum(axis=1)
    return found


def _explain(
    candidates: tuple[_Candidate, ...], weight: Float64, held_out: Float64, vote_share: float
) -> str:
    if np.isnan(held_out).all():
        return (
            "Too few answers meet on one item to tell the candidates apart: "
            + ", ".join(candidate.name for candidate in candidates)
            + " weigh alike."
        )
    order = np.argsort(-weight)
    parts = ", ".join(
        f"{candidates[m].name} {weight[m]:.0%} (held-out log likelihood {held_out[m]:.4f} an answer)"
        for m in order
    )
    return (
        f"Candidates were weighed by how well they foretold hidden answers: {parts}. "
        f"{vote_share:.0%} of the posterior stays with the plain vote."
    )
