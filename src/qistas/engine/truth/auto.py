"""The default: Bayesian candidates weighed by the evidence the answers give for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import em, evidence
from qistas.engine.truth.bwa import bwa
from qistas.engine.truth.evidence import Candidate, Crowd, Found
from qistas.engine.truth.one_coin import one_coin
from qistas.engine.truth.results import Fit, TruthResult, finish, no_labels, skill, tempered
from qistas.engine.truth.wawa import wawa

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

VOTE_SHARE = 0.1
CORRELATION = 0.25
POOLING = 3.0
AGREEMENT = 0.3  # nats an answer that full agreement with the votes is worth
SHARPNESS = 5000.0  # answers' worth of evidence that tell two candidates apart, however many there are
SUBTYPES = (1, 2, 5, 10)
RIGHT, WRONG = 4.0, 1.0  # answers that one_coin starts an annotator with
BY_WEIGHTS = "Labels or annotators are too many for tables of confusion: wawa, bwa and one_coin weigh alike."
ITEMS_A_CLASS = 10
CELLS_AN_ANSWER = 4
TOLERANCE = 1e-5
FIRST_ROUNDS = 25
MOST_ROUNDS = 100
FAR_BEHIND = 0.015  # of score after the first rounds: no candidate has caught up from there
SAMPLE_ANSWERS = 100_000
_MOST_WORK = 25_000_000
_LAST_WORK = 300_000_000
_LEAST_WEIGHT = 0.05
_MOST_CELLS = 20_000_000
_MOST_SPLIT_CELLS = 4_000_000
MOST_TABLE = 10_000_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """Candidates, what was found for each, and their weights."""

    candidates: list[Candidate]
    found: list[Found]
    weight: Float64

    @property
    def best(self) -> int:
        """The likeliest."""
        return int(self.weight.argmax())

    def kept(self) -> list[int]:
        """Those that go on from a sample to all answers."""
        return [m for m in np.argsort(-self.weight)[:2].tolist() if self.weight[m] > _LEAST_WEIGHT]

    def details(self) -> dict[str, Float64]:
        """As the result holds them."""
        return {
            "weight": self.weight,
            "evidence": np.array([one.evidence for one in self.found]),
            "agreement": np.array([one.agreement for one in self.found]),
        }

    def explain(self) -> str:
        """In words."""
        shown = [m for m in np.argsort(-self.weight).tolist() if self.weight[m] >= 0.005][:4]
        parts = "; ".join(
            f"{self.candidates[m].name} {self.weight[m]:.0%} (evidence {self.found[m].evidence:.4f} an answer, "
            f"agreement with the votes {self.found[m].agreement:.1%})"
            for m in shown
        )
        return f"{len(self.candidates)} models were weighed by the evidence of the answers for each: {parts}."


def auto(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
    vote_share: float = VOTE_SHARE,
    correlation: float = CORRELATION,
) -> TruthResult:
    """Fit several Bayesian models of the crowd, and weigh them by the evidence of the answers for each.

    Candidates: Dawid and Skene's model with Dirichlet priors, with 1, 2, 5 and 10 subtypes of each label on which annotators err
    together (`ibcc` and `ebcc`), each under two priors: that people mostly answer what is true, and that annotators resemble the
    crowd. Subtypes that would leave fewer than ten items to a class, or more than
    four cells of the tables to an answer, are left out. A candidate's score is its lower bound of the log
    probability of the answers, an answer, plus 0.3 times its agreement with the votes: evidence can show that a model describes
    the annotators, not that it means the same by a label as they do. Weights are the softmax of 5,000 × score.

    The weighed posterior ``p`` is made as doubtful as answers that are not independent leave it: with ``n`` answers to the item,
    ``p ** (1 / (1 + (n - 1) r))``, ``r = correlation * min(sqrt(K - 1), 2)``, the design effect of answers correlated by ``r``; and
    ``vote_share`` of the posterior is the plain vote. ``correlation=0, vote_share=0`` gives ``p`` itself.

    Candidates far behind after 25 rounds go no further. Beyond 100,000 answers the candidates are tried on a sample of the items, and those that weigh more than 0.05 (two at most) go on from there
    over all answers. Where tables would be too large (labels or annotators in great number), `wawa`, `bwa` and `one_coin`
    weigh alike. ``rng`` draws sample and subtypes (by default a generator seeded with 0). ``details`` holds ``weight``, ``evidence`` and
    ``agreement`` of the candidates tried; ``log_likelihood`` is the bound of the likeliest one. ``annotators`` are judged under ``p``; ``annotators.confusion``
    and ``fit`` are expected counts under ``p``, pulled to the average annotator by three answers, and `judge` applies the same correlation
    and vote to them.

    References: `ibcc` and `ebcc`; J. A. Hoeting, D. Madigan, A. E. Raftery and C. T. Volinsky, Bayesian Model Averaging,
    Statistical Science 14 (1999); L. Kish, Survey Sampling (1965), for the design effect.
    """
    began = perf_counter()
    n_items, n_labels = responses.n_items, responses.n_labels
    if not n_labels:
        return no_labels("auto", responses)
    clamp = gold_codes(gold, n_items, n_labels)
    source = rng if rng is not None else np.random.default_rng(0)
    seed = int(source.integers(2**62))
    share = em.majority_share(responses, clamp)
    tried = _tried(responses, clamp, seed, source)
    log_likelihood, said, details = None, (), {}
    if tried is None:
        posterior = _by_weights(responses, clamp)
        explanation = BY_WEIGHTS
        iterations, converged = 1, True
    else:
        weighed, posterior, last = tried
        iterations, converged = last.iterations, last.converged
        log_likelihood = last.evidence * len(responses)
        details, explanation = weighed.details(), weighed.explain()
    fit, confusion = None, None
    if responses.n_annotators * n_labels**2 <= MOST_TABLE:
        fit = replace(pooled_fit(responses, posterior), vote_share=vote_share, correlation=correlation)
        confusion = np.ascontiguousarray(fit.table.transpose(0, 2, 1), dtype=np.float32)
    annotators = skill(responses, posterior, confusion=confusion)
    doubtful = doubted(posterior, share, responses.counts(), clamp, vote_share, correlation)
    del posterior, share
    result = finish(
        "auto",
        responses,
        doubtful,
        clamp,
        explanation=explanation + doubt_in_words(vote_share, correlation),
        seconds=0.0,
        log_likelihood=log_likelihood,
        iterations=iterations,
        converged=converged,
        warnings=said,
        fit=fit,
        details=details,
        annotators=annotators,
    )
    return replace(result, seconds=perf_counter() - began)


def doubted(
    posterior: Float64,
    share: Float64,
    count: Int64,
    clamp: Int32 | None,
    vote_share: float,
    correlation: float,
) -> NDArray[np.float32]:
    """The weighed ``posterior`` made as doubtful as its answers leave it, mixed with the vote shares; gold is certain. Both are used up."""
    posterior = tempered(posterior, count, correlation)
    posterior *= 1.0 - vote_share
    share *= vote_share
    posterior += share
    if clamp is not None:
        known = np.flatnonzero(clamp >= 0)
        posterior[known] = 0.0
        posterior[known, clamp[known]] = 1.0
    return posterior.astype(np.float32)


def doubt_in_words(vote_share: float, correlation: float) -> str:
    """What `doubted` did."""
    return (
        f" Answers to one item count as correlated ({correlation:g}), "
        f"and {vote_share:.0%} of the posterior stays with the plain vote."
    )


def pooled_fit(responses: Responses, posterior: NDArray[np.floating], strength: float = POOLING) -> Fit:
    """Confusion from expected counts, each annotator pulled to the average one by ``strength`` answers a row."""
    start = em.start_stats(responses, None, np.ascontiguousarray(posterior, dtype=np.float64))
    return pooled(start, strength)


def pooled(stats: em.Stats, strength: float = POOLING) -> Fit:
    """`pooled_fit` from the expected counts, which become the table."""
    table = stats.counts
    crowd = table.sum(axis=0) + 0.1
    crowd /= crowd.sum(axis=0, keepdims=True)
    table += strength * crowd
    table /= table.sum(axis=1, keepdims=True)
    prior = stats.totals + 1.0
    return Fit(table, prior / prior.sum())


def weigh(part: Crowd, pairs: int, answers: int, seed: int) -> Weighed | None:
    """Candidates for ``answers`` answers with tables of ``pairs`` rows, tried on ``part`` of the items; None where there can be none."""
    candidates = _candidates(part, pairs, answers)
    if not candidates:
        return None
    found = [evidence.fit(part, one, seed, max_iter=FIRST_ROUNDS, tol=TOLERANCE) for one in candidates]
    ahead = _scores(found) > _scores(found).max() - FAR_BEHIND
    for m in np.flatnonzero(ahead).tolist():
        if not found[m].converged:
            rounds = MOST_ROUNDS - FIRST_ROUNDS
            found[m] = evidence.resume(part, candidates[m], part, found[m], max_iter=rounds, tol=TOLERANCE)
    score = _scores(found)
    weight = np.exp(SHARPNESS * (score - score.max()))
    return Weighed(candidates, found, weight / weight.sum())


def last_rounds(answers: int, latent: int) -> int:
    """How many rounds a candidate gets over all answers."""
    return int(np.clip(_LAST_WORK // (answers * latent), 10, MOST_ROUNDS))


def _tried(
    responses: Responses, clamp: Int32 | None, seed: int, source: np.random.Generator
) -> tuple[Weighed, Float64, Found] | None:
    """The candidates, their weighed posterior of all items and the likeliest's last state."""
    whole = evidence.ready(responses, clamp)
    part = whole
    if len(responses) > SAMPLE_ANSWERS:
        order = source.permutation(responses.n_items)
        part = evidence.ready(*only(responses, clamp, drawn(order, responses.counts()[order])))
    weighed = weigh(part, whole.pairs.pair.size, len(responses), seed)
    if weighed is None:
        return None
    found, weight, best = weighed.found, weighed.weight, weighed.best
    posterior = np.zeros((responses.n_items, responses.n_labels))
    if part is whole:
        for one, its in zip(found, weight, strict=True):
            posterior += its * one.posterior
        return weighed, posterior, found[best]
    kept, last = weighed.kept(), found[best]
    for m in kept:
        one = weighed.candidates[m]
        rounds = last_rounds(len(responses), responses.n_labels * one.subtypes)
        state = evidence.resume(whole, one, part, found[m], max_iter=rounds, tol=TOLERANCE)
        posterior += weight[m] / weight[kept].sum() * state.posterior
        last = state if m == best else last
    return weighed, posterior, last


def _scores(found: list[Found]) -> Float64:
    return np.array([one.evidence + AGREEMENT * one.agreement for one in found])


def _candidates(part: Crowd, pairs: int, answers: int) -> list[Candidate]:
    n_labels = part.responses.n_labels
    if not tables_fit(pairs, n_labels):
        return []
    answered = int((part.responses.counts() > 0).sum())
    made: list[Candidate] = []
    for subtypes in SUBTYPES:
        latent = n_labels * subtypes
        if subtypes > 1 and (
            answered < ITEMS_A_CLASS * latent
            or answers * latent > _MOST_WORK
            or pairs * latent > min(CELLS_AN_ANSWER * answers, _MOST_SPLIT_CELLS)
        ):
            break
        split = f", {subtypes} subtypes a label" if subtypes > 1 else ""
        made.append(Candidate(f"people mostly right{split}", evidence.anchored(n_labels), subtypes))
        made.append(Candidate(f"people like the crowd{split}", evidence.crowd_like(part), subtypes))
    return made


def tables_fit(pairs: int, n_labels: int) -> bool:
    """Whether candidates may keep tables of so many pairs of annotator and label."""
    return pairs * n_labels <= _MOST_CELLS and n_labels**2 <= MOST_TABLE


def drawn(order: Int64, count: Int64) -> Int64:
    """Items drawn at random, rising: the first of ``order`` until they hold the answers wanted; ``count``: the answers of the first
    of ``order``, as far as matters.
    """
    held = np.cumsum(count)
    return np.sort(order[: max(1, int(np.searchsorted(held, SAMPLE_ANSWERS, side="right")))])


def only(responses: Responses, clamp: Int32 | None, items: Int64) -> tuple[Responses, Int32 | None]:
    """The answers to some items (rising), renumbered."""
    code = np.full(responses.n_items, -1, dtype=np.int32)
    code[items] = np.arange(items.size, dtype=np.int32)
    kept = code[responses.item] >= 0
    part = Responses.from_arrays(
        code[responses.item[kept]],
        responses.annotator[kept],
        responses.label[kept],
        n_items=items.size,
        n_annotators=responses.n_annotators,
        n_labels=responses.n_labels,
    )
    return part, None if clamp is None else clamp[items]


def _by_weights(responses: Responses, clamp: Int32 | None) -> Float64:
    """The mean of the methods that keep one number an annotator."""
    posterior = wawa(responses, gold=clamp).posterior.astype(np.float64)
    posterior += bwa(responses, gold=clamp).posterior
    posterior += one_coin(responses, gold=clamp, right=RIGHT, wrong=WRONG).posterior
    posterior /= posterior.sum(axis=1, keepdims=True)
    return posterior
