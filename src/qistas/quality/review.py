"""Review: a second person looks at what is doubtful, and accepts, corrects or returns an annotation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from qistas.annotations import annotations_of_item
from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.jobs import defer
from qistas.ontology import load_ontology, load_project, validate_answer
from qistas.sources import present_item
from qistas.trust import Act, Permission, record, require

from . import store
from .plan_fit import plan_fit
from .types import ReviewOffer, Verdict

MAX_REASON = 4000


async def claim_review(tx: Tx, project_id: ProjectId, passed: Sequence[UUID] = ()) -> ReviewOffer | None:
    """The most doubtful item that no expert has seen as it stands, leased for half an hour; None when there is none.

    `passed`: items the reviewer wants to leave for now. Where the project reviews everything, agreed items come too,
    after the doubtful ones.
    """
    require(tx.principal, Permission.REVIEW, project_id)
    project = await load_project(tx, project_id)
    if project.ontology_version == 0:
        return None
    version = await load_ontology(tx, project_id)
    questions = [question.name for question in version.ontology.questions]
    undisputed = project.settings.review == "all"
    while True:
        taken = await store.claim_review(tx, project_id, questions, undisputed=undisputed, passed=passed)
        if taken is None:
            return None
        item_id, expires_at = taken
        if expires_at is not None:
            break  # else another reviewer took it at this moment: look again
    found = await store.item_for_expert(tx, project_id, item_id)
    assert found is not None
    names = await store.names_of(tx)
    annotations = [
        {
            "id": a.id,
            "annotator_id": a.annotator_id,
            "annotator": names.get(a.annotator_id, ""),
            "answer": a.answer,
            "seconds": a.seconds,
            "created_at": a.created_at,
        }
        for a in await annotations_of_item(tx, project_id, item_id)
    ]
    await record(tx, Act.ITEM_VIEW, [item_id], why="review")
    return ReviewOffer(
        item_id,
        present_item(found[0], project_id, item_id),
        found[1],
        version.version,
        tuple(annotations),
        tuple(await store.consensus_of(tx, item_id)),
        expires_at,
    )


async def review_annotation(
    tx: Tx,
    project_id: ProjectId,
    annotation_id: UUID,
    verdict: Verdict,
    *,
    answer: dict[str, Any] | None = None,
    reason: str = "",
) -> UUID:
    """Keep a verdict on a current annotation; its id.

    accept: this answer becomes the expert's answer of the item. correct: the reviewer's `answer` does.
    return: the annotator gets the task again, with the reason, their answer as the draft; until then it does not count.
    """
    require(tx.principal, Permission.REVIEW, project_id)
    reason = _reason(reason, verdict)
    found = await store.annotation_for_review(tx, project_id, annotation_id)
    if found is None:
        raise Missing()
    item_id, _, lease_id, _, version, given = found
    clean = await _corrected(tx, project_id, item_id, version, answer) if verdict is Verdict.CORRECT else None
    review_id = await store.insert_review(tx, project_id, item_id, annotation_id, verdict, clean, reason)
    if verdict is Verdict.RETURN:
        await store.return_task(tx, project_id, item_id, lease_id, given)
        await defer(
            tx,
            "quality.infer_consensus",
            key=f"consensus:{project_id}",
            lock=f"consensus:{project_id}",
            project_id=project_id,
        )
    else:
        await store.insert_adjudication(
            tx, project_id, item_id, version, given if clean is None else clean, reason
        )
        await store.settle(tx, item_id)
        await plan_fit(tx, project_id)
    await record(tx, Act.ANNOTATION_REVIEW, [item_id, annotation_id], verdict=verdict.value)
    return review_id


async def _corrected(
    tx: Tx, project_id: ProjectId, item_id: UUID, version: int, answer: dict[str, Any] | None
) -> dict[str, Any]:
    if answer is None:
        raise Invalid(
            "A correction needs the corrected answer.",
            [Fault("answer", "missing", "Send the answer as it should be.")],
        )
    found = await store.item_for_expert(tx, project_id, item_id)
    assert found is not None
    return validate_answer((await load_ontology(tx, project_id, version)).ontology, answer, found[0])


def _reason(reason: str, verdict: Verdict) -> str:
    clean = reason.strip().replace("\0", "")
    if verdict is Verdict.RETURN and not clean:
        raise Invalid(
            "Say why you send it back.",
            [Fault("reason", "missing", "The annotator reads it above the task.")],
        )
    if len(clean) > MAX_REASON:
        raise Invalid(
            "The reason is too long.",
            [Fault("reason", f"{len(clean)} characters", f"Write at most {MAX_REASON}.")],
        )
    return clean
