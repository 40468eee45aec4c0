"""CROWDLAB: annotators and a classifier together."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.results import TruthResult, finish, no_labels

Float64 = NDArray[np.float64]


def crowdlab(responses: Responses, probabilities: ArrayLike, *, gold: ArrayLike | None = None) -> TruthResult:
    """A weighted mean of a classifier's probabilities and each answer's own.

    ``probabilities`` (``n_items × n_labels``, rows summing to one) are out of fold: the classifier never saw the item it
    judges. An answer ``k`` is read as the distribution with ``P`` on ``k`` and the rest spread evenly, ``P`` the mean
    agreement of answers with the item's consensus where an item has two or more. Weights:
    ``w_j = 1 - (1 - s_j) / (1 - A)``, ``s_j`` the agreement of annotator ``j`` with the other annotators of
    their items; ``w_model = (1 - (1 - A_model) / (1 - A)) sqrt(answers an item)``, ``A_model`` the
    classifier's agreement with consensus; ``A`` that of always naming the commonest label. Weights are held at
    1e-6 or above. ``posterior ∝ w_model p_model + sum_j w_j p_j``. Ties of the vote go to the classifier's likelier label.
    Items without answers take the classifier's word (their label is -1). ``annotators.weight`` is ``w_j``,
    ``details["model_weight"]`` the classifier's.

    Reference: H. W. Goh, U. Tkachenko and J. Mueller, CROWDLAB: Supervised Learning to Infer Consensus Labels
    and Quality Scores for Data with Multiple Annotators (2022).
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("crowdlab", responses)
    n_items, n_labels = responses.n_items, responses.n_labels
    model = _probabilities(probabilities, n_items, n_labels)
    clamp = gold_codes(gold, n_items, n_labels)
    count = responses.counts()
    share = em.majority_share(responses, clamp)
    consensus = (share + 1e-6 * model).argmax(axis=1)
    several = count > 1
    row_several = several[responses.item]
    agree = responses.label == consensus[responses.item]
    base = n_items if not several.any() else int(several.sum())
    scope = several if several.any() else np.ones(n_items, dtype=np.bool_)
    commonest = np.bincount(consensus[scope], minlength=n_labels).argmax() if n_items else 0
    chance = min(float((consensus[scope] == commonest).sum()) / max(base, 1), 1.0 - 1e-6)
    model_accuracy = float((model[scope].argmax(axis=1) == consensus[scope]).mean()) if base else 0.5
    if row_several.any():
        per_item = np.bincount(responses.item[row_several], weights=agree[row_several], minlength=n_items)
        trust = float((per_item[several] / count[several]).mean())
    else:
        trust = 0.8
    trust = float(np.clip(trust, 1.0 / n_labels + 1e-3, 1.0 - 1e-3)) if n_labels > 1 else 1.0
    votes = _kernels.votes(responses, np.ones(responses.n_annotators))
    same = votes[responses.item, responses.label] - 1.0
    others = count[responses.item] - 1.0
    met = np.bincount(responses.annotator, weights=others, minlength=responses.n_annotators)
    matched = np.bincount(responses.annotator, weights=same, minlength=responses.n_annotators)
    agreement = np.divide(matched, met, out=np.full(responses.n_annotators, trust), where=met > 0)
    weight = np.maximum(1.0 - (1.0 - agreement) / (1.0 - chance), 1e-6)
    average = float(count[count > 0].mean()) if len(responses) else 1.0
    model_weight = max((1.0 - (1.0 - model_accuracy) / (1.0 - chance)) * np.sqrt(average), 1e-6)
    posterior = _kernels.votes(responses, weight)
    total = posterior.sum(axis=1, keepdims=True)
    miss = (1.0 - trust) / max(n_labels - 1, 1)
    posterior *= trust - miss
    posterior += miss * total + model_weight * model
    posterior /= total + model_weight
    posterior /= posterior.sum(axis=1, keepdims=True)
    if clamp is not None:
        known = np.flatnonzero(clamp >= 0)
        posterior[known] = 0.0
        posterior[known, clamp[known]] = 1.0
    return finish(
        "crowdlab",
        responses,
        posterior.astype(np.float32),
        clamp,
        explanation=f"Answers and a classifier were averaged; the classifier weighs {model_weight:.2f}.",
        seconds=perf_counter() - began,
        weight=weight,
        details={"model_weight": np.array([model_weight])},
    )


def _probabilities(given: ArrayLike, n_items: int, n_labels: int) -> Float64:
    model = np.asarray(given, dtype=np.float64)
    if model.shape != (n_items, n_labels):
        raise ValueError(f"probabilities must be ({n_items}, {n_labels}); their shape is {model.shape}")
    if not np.isfinite(model).all() or (model < 0).any():
        raise ValueError("probabilities must be finite and not negative")
    total = model.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        raise ValueError(f"probabilities[{int(np.argmax(total[:, 0] <= 0))}] sum to zero")
    return model / total
