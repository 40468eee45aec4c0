"""What the data cannot carry, said in words before anybody trusts a number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import NumericResponses, Responses
from qistas.engine.truth import _kernels

FEW_ANSWERS = 4


def diagnose(responses: Responses, clamp: NDArray[np.int32] | None = None) -> tuple[str, ...]:
    """Sentences about empty items, thin annotators, unused labels, repeats and separate groups."""
    said: list[str] = []
    if not len(responses):
        said.append("there are no answers; every posterior is the prior")
        return tuple(said)
    per_item = responses.counts()
    bare = per_item == 0
    if clamp is not None:
        bare = bare & (clamp < 0)
    if bare.any():
        said.append(
            f"{_of(int(bare.sum()), responses.n_items, 'item')} without an answer: label -1, posterior the prior"
        )
    if int(per_item.max()) == 1:
        said.append("no item has two answers: nothing can be learnt about the annotators from agreement")
    per_annotator, used, repeats = _kernels.census(responses)
    present = int((per_annotator > 0).sum())
    thin = int(((per_annotator > 0) & (per_annotator < FEW_ANSWERS)).sum())
    if thin:
        said.append(
            f"{_of(thin, present, 'annotator')} with fewer than {FEW_ANSWERS} answers: "
            "their skill is little more than the prior"
        )
    unused = np.flatnonzero(~used)
    if unused.size:
        named = ", ".join(str(code) for code in unused[:5]) + (" …" if unused.size > 5 else "")
        said.append(f"{_of(int(unused.size), responses.n_labels, 'label')} never used: {named}")
    if repeats:
        said.append(
            f"{_of(repeats, len(responses), 'answer')} repeat an annotator on one item; each counts as evidence of its own"
        )
    groups = _kernels.groups(responses, present)
    if groups > 1:
        said.append(
            f"the annotators fall into {groups} groups that share no item: skills are not comparable between groups"
        )
    return tuple(said)


def diagnose_numeric(responses: NumericResponses) -> tuple[str, ...]:
    """The same for numbers: empty items and annotators with few answers."""
    said: list[str] = []
    if not len(responses):
        return ("there are no answers; every value is NaN",)
    bare = int((responses.counts() == 0).sum())
    if bare:
        said.append(f"{_of(bare, responses.n_items, 'item')} without an answer: value NaN")
    per_annotator = np.bincount(responses.annotator, minlength=responses.n_annotators)
    thin = int(((per_annotator > 0) & (per_annotator < FEW_ANSWERS)).sum())
    if thin:
        said.append(
            f"{_of(thin, int((per_annotator > 0).sum()), 'annotator')} with fewer than {FEW_ANSWERS} answers"
        )
    return tuple(said)


def _of(part: int, whole: int, noun: str) -> str:
    return f"{part} of {whole} {noun}{'' if whole == 1 else 's'}"
