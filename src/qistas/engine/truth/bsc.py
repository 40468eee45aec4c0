"""Bayesian sequence combination: tags of tokens, with transitions and BIO rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth._special import digamma, dirichlet_kl
from qistas.engine.truth.results import TruthResult, finish, no_labels

Float64 = NDArray[np.float64]
_NEVER = -1e9


def bio_rules(tags: Sequence[str]) -> NDArray[np.bool_]:
    """Which tag may follow which: shape ``(n_tags + 1, n_tags)``, the last row for the start of a sequence.

    ``I-X`` may follow ``B-X`` and ``I-X`` alone; every other tag (``O``, ``B-X``, anything else) may follow all.
    """
    allowed = np.ones((len(tags) + 1, len(tags)), dtype=np.bool_)
    for k, tag in enumerate(tags):
        if tag.startswith("I-"):
            allowed[:, k] = [before in (f"B-{tag[2:]}", tag) for before in tags] + [False]
    return allowed


def bsc(
    responses: Responses,
    sequences: ArrayLike,
    *,
    allowed: NDArray[np.bool_] | None = None,
    annotator_model: Literal["confusion", "sequential"] = "sequential",
    gold: ArrayLike | None = None,
    diagonal: float = 4.0,
    off_diagonal: float = 1.0,
    transition_base: float = 1.0,
    max_iter: int = 100,
    tol: float = 1e-5,
) -> TruthResult:
    """Tags of tokens in sequence; items are tokens in reading order, and neighbours inform one another.

    ``sequences`` are offsets: sequence ``s`` holds tokens ``sequences[s]`` to ``sequences[s + 1] - 1``; the last offset is ``n_items``.
    Model: true tags form a Markov chain (a Dirichlet row for each tag before, and one for the start); annotator ``j`` tags a token by a
    Dirichlet row for the true tag (``confusion``) or for the true tag and their own tag of the token before (``sequential``, as
    the paper's *seq*). Mean-field variational: forward–backward over each sequence with ``exp E log`` tables, then
    counts; ``history`` is the evidence lower bound. ``allowed`` (see `bio_rules`) forbids transitions outright. ``label`` is
    the best path under the rules (Viterbi over the fitted chain), so it is always a legal sequence; ``posterior`` is token-wise.

    Degenerate: sequences of one token are plain `ibcc`; a token without answers is read from its neighbours (its label is kept
    and not -1). An annotator answers a token once; of repeats the last counts for what follows.

    Reference: E. Simpson and I. Gurevych, A Bayesian Approach for Sequence Tagging with Crowds, EMNLP 2019.
    """
    began = perf_counter()
    n_tags, n_annotators = responses.n_labels, responses.n_annotators
    if not n_tags:
        return no_labels("bsc", responses)
    bounds = np.asarray(sequences, dtype=np.int64)
    if bounds.ndim != 1 or bounds.size < 1 or bounds[0] != 0 or bounds[-1] != responses.n_items:
        raise ValueError("sequences must be offsets from 0 to n_items")
    if (np.diff(bounds) < 0).any():
        raise ValueError("sequences must not fall")
    rules = (
        np.ones((n_tags + 1, n_tags), dtype=np.bool_)
        if allowed is None
        else np.asarray(allowed, dtype=np.bool_)
    )
    if rules.shape != (n_tags + 1, n_tags) or not rules.any(axis=1).all():
        raise ValueError(f"allowed must be ({n_tags + 1}, {n_tags}) with a way out of every row")
    clamp = gold_codes(gold, responses.n_items, n_tags)
    places = _padded(bounds)
    contexts = n_tags + 1 if annotator_model == "sequential" else 1
    before = _own_tag_before(responses, bounds) if contexts > 1 else np.zeros(len(responses), dtype=np.int64)
    rows = (responses.annotator.astype(np.int64) * contexts + before) * n_tags + responses.label
    n_rows = n_annotators * contexts * n_tags
    base = np.full((n_tags, n_tags), off_diagonal)
    np.fill_diagonal(base, diagonal)
    chain_base = np.where(rules, transition_base, 0.0)
    share = em.majority_share(responses, clamp)
    pair = np.zeros((n_tags + 1, n_tags))
    pair[n_tags] = share[bounds[:-1][np.diff(bounds) > 0]].sum(axis=0)
    follows = np.ones(responses.n_items, dtype=np.bool_)
    follows[bounds[:-1][bounds[:-1] < responses.n_items]] = False
    after = np.flatnonzero(follows)
    pair[:n_tags] += share[after - 1].T @ share[after]
    pair = np.where(rules, pair, 0.0)
    history: list[float] = []
    converged = False
    log_table = np.zeros((n_rows, n_tags))
    chain = np.zeros_like(pair)
    while not converged and len(history) < max_iter:
        counts = _kernels.tally(responses, rows, share, n_rows)
        alpha = counts.reshape(n_annotators * contexts, n_tags, n_tags) + base
        alpha = np.ascontiguousarray(alpha.transpose(0, 2, 1))
        used = counts.reshape(n_annotators * contexts, n_tags * n_tags).sum(axis=1) > 0
        penalty = -float(dirichlet_kl(alpha[used], base).sum())
        expected = digamma(alpha) - digamma(alpha.sum(axis=2, keepdims=True))
        log_table = np.ascontiguousarray(expected.transpose(0, 2, 1)).reshape(n_rows, n_tags)
        chain = np.full_like(pair, _NEVER)
        for row in range(n_tags + 1):
            open_to = rules[row]
            strength = (pair[row] + chain_base[row])[open_to]
            chain[row, open_to] = digamma(strength) - digamma(np.array([strength.sum()]))
            penalty -= float(dirichlet_kl(strength, chain_base[row][open_to]))
        emission = _kernels.log_scores(responses, rows, log_table)
        emission = _held(emission, clamp)
        share, pair, evidence = _forward_backward(emission, chain, places, rules)
        history.append(evidence + penalty)
        converged = len(history) > 1 and abs(history[-1] - history[-2]) <= tol * max(len(responses), 1)
    path = _best_path(_kernels.log_scores(responses, rows, log_table), chain, places, clamp)
    result = finish(
        "bsc",
        responses,
        share.astype(np.float32),
        clamp,
        explanation=(
            "Tags were combined as sequences: transitions between tags and each annotator's habits were estimated "
            f"with the truth ({len(history)} iterations); the label is the best legal path."
        ),
        seconds=perf_counter() - began,
        log_likelihood=history[-1] if history else None,
        iterations=len(history),
        converged=converged,
        history=tuple(history),
        details={"transitions": np.exp(chain)},
    )
    return replace(result, label=path, seconds=perf_counter() - began)


def _padded(bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Token numbers by sequence and position, -1 beyond the end; sequences from long to short."""
    sizes = np.diff(bounds)
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    longest = int(sizes.max(initial=0))
    places = bounds[:-1][order][:, None] + np.arange(longest)
    return np.where(np.arange(longest) < sizes[order][:, None], places, -1)


def _own_tag_before(responses: Responses, bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each answer its annotator's tag of the token before in the sequence; ``n_tags`` where there is none."""
    n = responses.n_annotators
    key = responses.item.astype(np.int64) * n + responses.annotator
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    starts = np.zeros(responses.n_items + 1, dtype=np.bool_)
    starts[bounds] = True
    wanted = key - n
    place = np.searchsorted(ranked, wanted, side="right") - 1
    found = (place >= 0) & ~starts[responses.item]
    found[found] = ranked[place[found]] == wanted[found]
    before = np.full(len(responses), responses.n_labels, dtype=np.int64)
    before[found] = responses.label[order[place[found]]]
    return before


def _held(emission: Float64, clamp: NDArray[np.int32] | None) -> Float64:
    """Known tags leave no other way."""
    if clamp is None:
        return emission
    known = np.flatnonzero(clamp >= 0)
    held = np.array(emission)
    held[known] = _NEVER
    held[known, clamp[known]] = emission[known, clamp[known]]
    return held


def _forward_backward(
    emission: Float64, chain: Float64, places: NDArray[np.int64], rules: NDArray[np.bool_]
) -> tuple[Float64, Float64, float]:
    """Token posteriors, expected transitions (last row: starts) and log evidence; all sequences at once by position."""
    n_tags = emission.shape[1]
    step, first = np.exp(chain[:n_tags]), np.exp(chain[n_tags])
    top = emission.max(axis=1, keepdims=True, initial=-np.inf)
    local = np.exp(emission - top)
    evidence = float(top.sum())
    forward = np.zeros_like(local)
    scale = np.ones(emission.shape[0])
    live = (places >= 0).sum(axis=0)
    for t in range(places.shape[1]):
        here = places[: live[t], t]
        arrive = (
            np.broadcast_to(first, (here.size, n_tags))
            if t == 0
            else forward[places[: live[t], t - 1]] @ step
        )
        made = arrive * local[here] + 1e-300
        scale[here] = made.sum(axis=1)
        forward[here] = made / scale[here][:, None]
    evidence += float(np.log(scale).sum())
    backward = np.ones_like(local)
    pair = np.zeros_like(chain)
    for t in range(places.shape[1] - 2, -1, -1):
        here, then = places[: live[t + 1], t], places[: live[t + 1], t + 1]
        onward = local[then] * backward[then] / scale[then][:, None]
        pair[:n_tags] += (forward[here].T @ onward) * step
        backward[here] = onward @ step.T
    share = forward * backward
    share /= share.sum(axis=1, keepdims=True)
    if places.size:
        pair[n_tags] = share[places[:, 0]].sum(axis=0)
    return share, np.where(rules, pair, 0.0), evidence


def _best_path(
    emission: Float64, chain: Float64, places: NDArray[np.int64], clamp: NDArray[np.int32] | None
) -> NDArray[np.int32]:
    """The likeliest tag sequence of each sequence (Viterbi), all sequences at once by position."""
    n_items, n_tags = emission.shape
    emission = _held(emission, clamp)
    best = np.zeros_like(emission)
    origin = np.zeros((n_items, n_tags), dtype=np.int32)
    live = (places >= 0).sum(axis=0)
    for t in range(places.shape[1]):
        here = places[: live[t], t]
        if t == 0:
            best[here] = chain[n_tags] + emission[here]
            continue
        ways = best[places[: live[t], t - 1]][:, :, None] + chain[:n_tags]
        origin[here] = ways.argmax(axis=1)
        best[here] = ways.max(axis=1) + emission[here]
    path = np.full(n_items, -1, dtype=np.int32)
    for t in range(places.shape[1] - 1, -1, -1):
        ends = live[t] - (live[t + 1] if t + 1 < places.shape[1] else 0)
        last = places[live[t] - ends : live[t], t]
        path[last] = best[last].argmax(axis=1)
        if t:
            here = places[: live[t], t]
            path[places[: live[t], t - 1]] = origin[here, path[here]]
    return path
