"""What every method of truth inference returns, and the parts all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import Responses
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.diagnosis import diagnose

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

LEVEL = 0.9
_Z = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Annotators:
    """What was learnt about each annotator; arrays of shape ``(n_annotators,)`` unless said.

    ``accuracy`` is the expected share of right answers among those given, with a Wilson interval at ``level``
    whose width counts both the number of answers and the doubt about the items themselves; NaN, 0 and 1 for
    an annotator without answers. ``confusion[j, true, answered]`` (float32) where the method has one,
    ``weight`` where it has one number an annotator (its meaning is in the method's docstring).
    """

    count: Int64
    accuracy: Float64
    low: Float64
    high: Float64
    confusion: Float32 | None = None
    weight: Float64 | None = None
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted table model: enough to judge one item, or to go on fitting, without the answers.

    ``table[annotator, label, latent]`` is the likelihood of an answer and ``prior[latent]`` the weight of a
    latent class; latent classes ``k * subtypes`` onwards stand for label ``k``. ``vote_share`` of the posterior is
    the plain vote, and ``correlation`` makes what is left as doubtful as `tempered` says. ``model`` and ``stats``, where the method has them, let `update` go on from here.
    """

    table: Float64
    prior: Float64
    subtypes: int = 1
    vote_share: float = 0.0
    correlation: float = 0.0
    model: em.TableModel | None = field(default=None, repr=False)
    stats: em.Stats | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TruthResult:
    """The inferred labels with their doubt.

    ``posterior`` (float32, ``n_items × n_labels``, rows sum to one); ``label`` (int32, the likeliest, the
    lowest code at a tie, -1 for an item with neither an answer nor a known label); ``confidence`` the largest
    probability; ``doubt`` one minus that; ``entropy`` in nats. ``prior`` the share of each label.
    ``log_likelihood`` of the answers under the model, or None where the method has no likelihood; ``history``
    the objective the iterations raise (log likelihood plus log prior, or its variational bound).
    ``converged`` is false where the iterations ran out first. ``warnings`` say in words where the data cannot
    carry the model, ``explanation`` what was done. ``details`` holds what only this method has.
    """

    method: str
    posterior: Float32
    label: Int32
    confidence: Float32
    doubt: Float32
    entropy: Float32
    annotators: Annotators
    prior: Float64
    log_likelihood: float | None
    iterations: int
    converged: bool
    seconds: float
    warnings: tuple[str, ...]
    explanation: str
    history: tuple[float, ...] = field(default=(), repr=False)
    fit: Fit | None = field(default=None, repr=False)
    details: Mapping[str, NDArray[np.floating]] = field(
        default_factory=lambda: MappingProxyType({}), repr=False
    )


@dataclass(frozen=True, slots=True)
class NumericResult:
    """The inferred numbers with their doubt; arrays of shape ``(n_items,)`` unless said.

    ``value`` (NaN for an item without answers), ``spread`` the standard deviation of the item's answers about
    it, ``low`` and ``high`` the bounds of an interval for the value at ``level``, ``count`` the answers.
    ``weight``, ``bias`` and ``variance`` (``n_annotators``) where the method estimates them.
    """

    method: str
    value: Float64
    spread: Float64
    low: Float64
    high: Float64
    count: Int64
    weight: Float64 | None
    bias: Float64 | None
    variance: Float64 | None
    log_likelihood: float | None
    iterations: int
    converged: bool
    seconds: float
    warnings: tuple[str, ...]
    explanation: str
    level: float = LEVEL
    history: tuple[float, ...] = field(default=(), repr=False)


def skill(
    responses: Responses,
    posterior: NDArray[np.floating],
    *,
    confusion: Float32 | None = None,
    weight: Float64 | None = None,
) -> Annotators:
    """Accuracy of each annotator against ``posterior``, with its interval.

    Were the truth known, ``n`` answers of accuracy ``m`` would tell ``n / (m (1 - m))`` about it; not knowing it costs
    ``sum q (1 - q) / (m (1 - m))^2`` of that (T. A. Louis, 1982). The interval is Wilson's with the number of answers cut to the share that is
    left, a twentieth at least, so that an annotator judged against unsure items gets a wider interval.
    """
    return skill_of(*_kernels.matches(responses, posterior), confusion=confusion, weight=weight)


def skill_of(
    count: Float64,
    right: Float64,
    doubt: Float64,
    *,
    confusion: Float32 | None = None,
    weight: Float64 | None = None,
) -> Annotators:
    """`skill` from its sums by annotator: answers, expected right ones, and their variance from the items' doubt."""
    with np.errstate(invalid="ignore", divide="ignore"):
        accuracy = right / count
        middle = (right + 1.0) / (count + 2.0)
        missing = np.minimum(doubt / (count * middle * (1.0 - middle)), 0.95)
        effective = count * (1.0 - missing)
        square = _Z * _Z / effective
        centre = (accuracy + square / 2.0) / (1.0 + square)
        half = (
            _Z
            * np.sqrt(accuracy * (1.0 - accuracy) / effective + square / (4.0 * effective))
            / (1.0 + square)
        )
    silent = count == 0
    low = np.where(silent, 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(silent, 1.0, np.clip(centre + half, 0.0, 1.0))
    return Annotators(
        count=count.astype(np.int64),
        accuracy=accuracy,
        low=low,
        high=high,
        confusion=confusion,
        weight=weight,
    )


@dataclass(frozen=True, slots=True)
class LabelTallies:
    """What an annotator said and what was true, label by label; arrays of shape ``(n_annotators, n_labels)``.

    ``said`` counts answers of the label; ``true`` the expected number of their items it is true of, ``hit`` of those they said it of;
    ``true_doubt`` and ``doubt`` the variances of these two from the items' own doubt.
    """

    said: Float64
    true: Float64
    hit: Float64
    true_doubt: Float64
    doubt: Float64


def tally_labels(responses: Responses, posterior: NDArray[np.floating]) -> LabelTallies:
    """The tallies of all annotators under ``posterior``."""
    n, k = responses.n_annotators, responses.n_labels
    true, true_doubt = np.zeros((n, k)), np.zeros((n, k))
    for code in range(k):
        share = posterior[responses.item, code].astype(np.float64)
        true[:, code] = np.bincount(responses.annotator, weights=share, minlength=n)
        true_doubt[:, code] = np.bincount(responses.annotator, weights=share * (1.0 - share), minlength=n)
    at = responses.annotator.astype(np.int64) * k + responses.label
    own = posterior[responses.item, responses.label].astype(np.float64)
    said, hit, doubt = (
        np.bincount(at, weights=weights, minlength=n * k).reshape(n, k).astype(np.float64)
        for weights in (np.ones_like(own), own, own * (1.0 - own))
    )
    return LabelTallies(said, true, hit, true_doubt, doubt)


def finish(
    method: str,
    responses: Responses,
    posterior: Float32,
    clamp: Int32 | None,
    *,
    explanation: str,
    seconds: float,
    prior: Float64 | None = None,
    log_likelihood: float | None = None,
    iterations: int = 1,
    converged: bool = True,
    warnings: tuple[str, ...] = (),
    history: tuple[float, ...] = (),
    confusion: Float32 | None = None,
    weight: Float64 | None = None,
    fit: Fit | None = None,
    details: Mapping[str, NDArray[np.floating]] | None = None,
    annotators: Annotators | None = None,
) -> TruthResult:
    """A `TruthResult` from a posterior: the likeliest labels, doubt, skill and the warnings all share."""
    n_items, n_labels = posterior.shape
    answered = responses.counts() > 0
    if clamp is not None:
        answered = answered | (clamp >= 0)
    if n_labels:
        label, confidence = _kernels.likeliest(posterior)
        label[~answered] = -1
        entropy = _entropy(posterior)
    else:
        label = np.full(n_items, -1, dtype=np.int32)
        confidence = np.zeros(n_items, dtype=np.float32)
        entropy = np.zeros(n_items, dtype=np.float32)
    said = list(diagnose(responses, clamp))
    if not converged:
        said.append(f"{method} had not converged after {iterations} iterations; raise max_iter")
    return TruthResult(
        method=method,
        posterior=posterior,
        label=label,
        confidence=confidence,
        doubt=np.float32(1.0) - confidence,
        entropy=entropy,
        annotators=annotators
        if annotators is not None
        else skill(responses, posterior, confusion=confusion, weight=weight),
        prior=prior if prior is not None else shares(posterior, answered),
        log_likelihood=log_likelihood,
        iterations=iterations,
        converged=converged,
        seconds=seconds,
        warnings=(*said, *warnings),
        explanation=explanation,
        history=history,
        fit=fit,
        details=MappingProxyType(dict(details or {})),
    )


def tempered(posterior: Float64, count: NDArray[np.integer], correlation: float) -> Float64:
    """Rows as doubtful as ``count`` answers that are correlated leave them; shape as ``posterior``.

    ``n`` answers correlated by ``r`` tell as much as ``n / (1 + (n - 1) r)`` independent ones: each row is raised to
    ``1 / (1 + (n - 1) r)`` and normalised. ``r = correlation * min(sqrt(n_labels - 1), 2)``: the more labels, the more ways
    to be wrong together, as far as sets of up to five labels have shown it.
    """
    rate = correlation * min(np.sqrt(max(posterior.shape[1] - 1, 0)), 2.0)
    if rate == 0.0:
        return posterior
    power = 1.0 / (1.0 + np.maximum(count - 1, 0) * rate)
    raised = np.maximum(posterior, 1e-300) ** power[:, None]
    raised /= raised.sum(axis=1, keepdims=True)
    return raised


def _entropy(posterior: Float32) -> Float32:
    """Entropy of each row in nats, a block of rows at a time so that no second table is made."""
    entropy = np.empty(posterior.shape[0], dtype=np.float32)
    step = max(1, 200_000 // posterior.shape[1])
    for low in range(0, posterior.shape[0], step):
        part = posterior[low : low + step]
        logs = np.log(np.maximum(part, np.float32(1e-38)))
        entropy[low : low + step] = -np.einsum("ik,ik->i", part, logs)
    return np.maximum(entropy, np.float32(0.0), out=entropy)


def no_labels(method: str, responses: Responses) -> TruthResult:
    """The result where there is no label to choose from: label -1 everywhere, a posterior of no columns."""
    return finish(
        method,
        responses,
        np.empty((responses.n_items, 0), dtype=np.float32),
        None,
        explanation="There are no labels, so there is nothing to infer.",
        seconds=0.0,
    )


def shares(posterior: NDArray[np.floating], answered: NDArray[np.bool_]) -> Float64:
    """Share of each label over the answered items; uniform where there are none."""
    n_labels = posterior.shape[1]
    if not answered.any():
        return np.full(n_labels, 1.0 / max(n_labels, 1))
    counted = posterior if answered.all() else posterior[answered]
    return np.asarray(counted.mean(axis=0, dtype=np.float64))
