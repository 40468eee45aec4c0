"""Learnt: what the last full run found out about annotators, kept in the database and remembered by each worker."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import numpy as np

from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.ontology import NOTHING_LEARNT, Learnt

from . import store

MOST_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Known:
    """What was learnt of one question, and the code of each annotator in it."""

    learnt: Learnt
    code: Mapping[UUID, int]

    def codes(self, annotators: Sequence[UUID]) -> list[int]:
        """The annotators' codes; the stranger's for those the run has not met."""
        stranger = self.learnt.stranger
        return [self.code.get(one, stranger) for one in annotators]


NOBODY_KNOWN = Known(NOTHING_LEARNT, {})
# A version never changes, so what was read once holds as long as its version is the one in the database.
_remembered: OrderedDict[UUID, Known] = OrderedDict()


async def keep_learnt(
    tx: Tx, project_id: ProjectId, question: str, method: str, learnt: Learnt, annotators: Sequence[UUID]
) -> None:
    """Put what a run learnt in the place of what the last one did."""
    await store.save_fit(
        tx, project_id, question, method, b"".join(one.bytes for one in annotators), pack(learnt)
    )


async def load_learnt(tx: Tx, project_id: ProjectId) -> dict[str, Known]:
    """What is known of each question that a run has been made of. Arrays are read only when their version is new."""
    versions = await store.fit_versions(tx, project_id)
    missing = [version for version in versions.values() if version not in _remembered]
    if missing:
        for version, annotators, packed in await store.load_fits(tx, project_id, missing):
            ids = [UUID(bytes=annotators[at : at + 16]) for at in range(0, len(annotators), 16)]
            _remembered[version] = Known(unpack(packed), {one: code for code, one in enumerate(ids)})
    found: dict[str, Known] = {}
    for question, version in versions.items():
        if version in _remembered:
            found[question] = _remembered[version]
            _remembered.move_to_end(version)
    while len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return found


def pack(learnt: Learnt) -> bytes:
    """The arrays as one npz file."""
    parts = {
        "trust": learnt.trust.astype(np.float32),
        "names": np.array(learnt.names, dtype=np.str_),
        "shape": np.array([learnt.subtypes, learnt.vote_share, learnt.correlation], dtype=np.float64),
    }
    if learnt.tables is not None and learnt.prior is not None:
        parts |= {"tables": learnt.tables, "prior": learnt.prior}
    into = BytesIO()
    np.savez(into, allow_pickle=False, **parts)
    return into.getvalue()


def unpack(packed: bytes) -> Learnt:
    """The reverse of `pack`."""
    with np.load(BytesIO(packed), allow_pickle=False) as found:
        parts = {name: found[name] for name in found.files}
    subtypes, vote_share, *more = parts["shape"].tolist()  # a run of before correlation was known has two
    return Learnt(
        parts["trust"].astype(np.float64),
        tuple(str(name) for name in parts["names"]),
        parts.get("tables"),
        parts.get("prior"),
        int(subtypes),
        float(vote_share),
        float(more[0]) if more else 0.0,
    )
