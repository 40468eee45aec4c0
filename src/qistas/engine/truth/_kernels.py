"""The one seam between the methods and the machine: compiled kernels, or plain numpy that gives the same.

Every method of `qistas.engine.truth` is a small piece of algebra around four passes over the answers. Those
passes live here, once: `estep` for models with a table of likelihoods, `log_scores` and `tally` where a step
must come between the two halves of `estep`, `votes` and `matches` for models with one weight an annotator.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import Responses

Backend = Literal["auto", "numba", "numpy"]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

_backend: ContextVar[Backend] = ContextVar("qistas_engine_backend", default="auto")


@contextmanager
def backend(name: Backend) -> Generator[None]:
    """Compute with ``name`` inside the block; ``auto`` takes numba where it is installed.

    >>> with backend("numpy"):
    ...     pass
    """
    if name not in ("auto", "numba", "numpy"):
        raise ValueError(f"backend must be auto, numba or numpy; it is {name!r}")
    if name == "numba" and not _numba_here():
        raise ValueError("numba is not installed")
    token = _backend.set(name)
    try:
        yield
    finally:
        _backend.reset(token)


@cache
def _numba_here() -> bool:
    return find_spec("numba") is not None


@cache
def _module(compiled: bool) -> ModuleType:
    if compiled:
        from qistas.engine.truth import _kernels_numba

        return _kernels_numba
    from qistas.engine.truth import _kernels_numpy

    return _kernels_numpy


def _kernels() -> ModuleType:
    name = _backend.get()
    return _module(name == "numba" or (name == "auto" and _numba_here()))


def table_rows(responses: Responses) -> NDArray[np.signedinteger]:
    """``annotator * n_labels + label``: the row of a likelihood table each answer reads. Shape ``(answers,)``."""
    if responses.n_annotators * max(responses.n_labels, 1) < np.iinfo(np.int32).max:
        return responses.annotator * np.int32(responses.n_labels) + responses.label
    return responses.annotator.astype(np.int64) * responses.n_labels + responses.label


def estep(
    responses: Responses,
    rows: NDArray[np.signedinteger],
    table: Float64,
    prior: Float64,
    clamp: Int32 | None,
    subtypes: int = 1,
    posterior: Float32 | None = None,
    hard: bool = False,
) -> tuple[Float64, Float64, float]:
    """One pass: posteriors of the latent classes and the statistics the M-step needs.

    ``table[row, latent]`` (positive) is the likelihood of the answer coded ``row``; ``prior`` the weight of
    each latent class; latent classes ``k * subtypes`` to ``(k + 1) * subtypes - 1`` stand for label ``k``.
    ``clamp`` holds known labels or -1. Items with neither an answer nor a known label have the prior for
    posterior and count for nothing. ``hard`` gives each item whole to its likeliest class. Returns expected
    counts (rows of the table × latent), expected class totals and the log likelihood
    ``sum_i log sum_k prior_k prod_r table[r, k]``; fills ``posterior`` (items × latent) where one is given.
    """
    return _kernels().estep(
        responses.offsets,
        rows,
        np.ascontiguousarray(table),
        prior,
        clamp if clamp is not None else np.empty(0, dtype=np.int32),
        subtypes,
        posterior,
        hard,
    )


def vote_stats(
    responses: Responses, rows: NDArray[np.signedinteger], clamp: Int32 | None
) -> tuple[Float64, Float64]:
    """The statistics `estep` gives, with each item's share of votes (or its known label) for posterior: counts and totals."""
    return _kernels().vote_stats(
        responses.offsets,
        rows,
        responses.label,
        clamp if clamp is not None else np.empty(0, dtype=np.int32),
        responses.n_annotators * responses.n_labels,
        responses.n_labels,
    )


def vote_step(
    responses: Responses,
    weight: Float64,
    log_prior: Float64,
    clamp: Int32 | None,
    posterior: Float32 | None = None,
) -> tuple[Float64, Float64, float]:
    """The `estep` of models with one log odds an annotator: no table, so any number of labels.

    ``score[i, k] = log_prior[k] + sum_r weight[annotator[r]] [label[r] = k]``; the posterior is its softmax.
    Returns expected right answers by annotator, expected class totals and ``sum_i logsumexp_k score[i, k]``
    (the known label's score alone where one is clamped); fills ``posterior`` (items × labels) where given.
    """
    return _kernels().vote_step(
        responses.offsets,
        responses.annotator,
        responses.label,
        weight,
        log_prior,
        clamp if clamp is not None else np.empty(0, dtype=np.int32),
        posterior,
    )


def log_scores(responses: Responses, rows: NDArray[np.signedinteger], log_table: Float64) -> Float64:
    """``sum_r log_table[row[r]]`` over the answers of each item; shape ``(n_items, latent)``."""
    return _kernels().log_scores(responses.offsets, rows, np.ascontiguousarray(log_table))


def tally(responses: Responses, rows: NDArray[np.signedinteger], posterior: Float64, n_rows: int) -> Float64:
    """Expected counts ``sum_r posterior[item[r]]`` by row of the table; shape ``(n_rows, latent)``."""
    return _kernels().tally(responses.item, rows, np.ascontiguousarray(posterior), n_rows)


def votes(responses: Responses, weight: Float64) -> Float64:
    """``sum_r weight[annotator[r]]`` by item and label; shape ``(n_items, n_labels)``, float64."""
    return _kernels().votes(
        responses.item, responses.annotator, responses.label, weight, responses.n_items, responses.n_labels
    )


def matches(responses: Responses, posterior: NDArray[np.floating]) -> tuple[Float64, Float64, Float64]:
    """By annotator: answers, expected right answers, and the variance of that from the items' own doubt."""
    return _kernels().matches(
        responses.item, responses.annotator, responses.label, posterior, responses.n_annotators
    )


def dirichlet_step(
    counts: Float64, starts: NDArray[np.int64], label: Int32, base: Float64, evidence: bool
) -> tuple[Float64, float]:
    """The variational M-step of rows of answers under Dirichlet priors: ``exp E log`` of the likelihoods.

    ``counts[row, latent]`` are expected counts; rows ``starts[j]:starts[j + 1]`` are the answers annotator ``j`` has given
    at all (at least one an annotator), ``label[row]`` which answers these are, ``base[label, latent]`` the prior counts. With
    ``evidence`` the KL divergence of the factors from their priors comes with it; labels an annotator never gave add nothing to it.
    """
    return _kernels().dirichlet_step(
        np.ascontiguousarray(counts), starts, label, np.ascontiguousarray(base), evidence
    )


def census(responses: Responses) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    """Answers by annotator, which labels are used, and how many answers repeat an annotator on one item."""
    return _kernels().census(
        responses.offsets, responses.annotator, responses.label, responses.n_annotators, responses.n_labels
    )


def likeliest(posterior: Float32) -> tuple[Int32, Float32]:
    """The likeliest label of each row (of equals the lowest) and its probability; ``posterior`` has at least one column."""
    return _kernels().likeliest(posterior)


def groups(responses: Responses, present: int) -> int:
    """How many groups of annotators share no item with another group, of the ``present`` who have answered at all."""
    return int(
        _kernels().groups(
            responses.offsets, responses.item, responses.annotator, responses.n_annotators, present
        )
    )


def logit_terms(
    responses: Responses, posterior: Float64, ability: Float64, ease: Float64, by_item: bool
) -> tuple[Float64, Float64, Float64]:
    """Expected log probability of GLAD's answers, its slope and its (positive) bend, by annotator or by item.

    With ``x = ability * ease`` and ``q`` the posterior of the answer's label: ``q log s(x) + (1 - q) log s(-x)``; slope
    ``d (q - s(x))`` and bend ``d^2 s(x) s(-x)`` in ability (``d = ease``) or in log ease (``d = x``).
    """
    return _kernels().logit_terms(
        responses.item, responses.annotator, responses.label, posterior, ability, ease, by_item
    )
