"""Report: how good the answers are, and where the doubt is."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from qistas.core.errors import Conflict, Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_place, page_of
from qistas.db import Tx
from qistas.jobs import defer
from qistas.ontology import load_ontology, load_project
from qistas.sources import present_item
from qistas.tasks import beginnings_of
from qistas.trust import Act, Permission, may, record, require

from . import store
from .types import AnnotatorRow, ListedConsensus


async def quality_report(tx: Tx, project_id: ProjectId) -> dict[str, Any]:
    """The quality page: each question's agreement, method, labels and doubt; each annotator's skill; what is still due."""
    require(tx.principal, Permission.QUALITY_VIEW, project_id)
    project = await load_project(tx, project_id)
    summaries = await store.load_summaries(tx, project_id)
    questions = (await load_ontology(tx, project_id)).ontology.questions if project.ontology_version else ()
    shown = [
        {
            "name": q.name,
            "kind": q.kind.name,
            **(summaries[q.name][0] if q.name in summaries else {"consensus": 0}),
        }
        for q in questions
    ]
    return {
        "questions": shown,
        "annotators": [_annotator(row) for row in await store.annotators(tx, project_id)],
        "redundancy": await store.load_redundancy_report(tx, project_id)
        if project.settings.redundancy.adaptive
        else None,
        "due": await store.count_due(tx, project_id),
        "computed_at": max((at for _, at in summaries.values()), default=None),
    }


def _annotator(row: AnnotatorRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "answers": row.answers,
        "skips": row.skips,
        "seconds_mean": row.seconds_mean,
        "skills": row.skills,
        "gold": {"right": row.gold_right, "total": row.gold_total},
        "flags": row.flags,
        "paused": row.paused,
    }


async def annotator_report(tx: Tx, project_id: ProjectId, annotator_id: UUID) -> dict[str, Any]:
    """One annotator of the project: skill label by label with intervals, gold, and all flags with what was decided."""
    require(tx.principal, Permission.QUALITY_VIEW, project_id)
    found = await store.annotator(tx, project_id, annotator_id)
    if found is None:
        raise Missing()
    return found


async def list_consensus(
    tx: Tx,
    project_id: ProjectId,
    question: str,
    *,
    min_doubt: float = 0.0,
    limit: int = 50,
    after: str | None = None,
) -> Page[ListedConsensus]:
    """Answers to one question, most doubtful first, those settled by an expert last. What it shows of items is recorded as a view of them."""
    require(tx.principal, Permission.QUALITY_VIEW, project_id)
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    start = decode_place(after)
    rows = await store.list_by_doubt(
        tx, project_id, question, min_doubt=min_doubt, after=start, limit=limit + 1
    )
    shown = [row.item_id for row in rows[:limit]]
    about = await beginnings_of(tx, project_id, shown)
    if shown:
        await record(tx, Act.ANNOTATION_VIEW, shown, what="consensus.list", question=question)
        await record(tx, Act.ITEM_VIEW, shown, what="consensus.list", question=question)
    last = rows[limit - 1] if len(rows) > limit else None
    listed = [ListedConsensus(row, *about.get(row.item_id, (None, ""))) for row in rows]
    return page_of(listed, limit, [store.place_of(last), last.item_id] if last else None)


async def item_history(tx: Tx, project_id: ProjectId, item_id: UUID) -> dict[str, Any]:
    """Everything said about one item: all revisions, reviews, decisions, and what was inferred.

    To one who may not see quality here the consensus is None; to one who may not see items, so are data and metadata.
    """
    who = tx.principal
    require(who, Permission.ANNOTATION_VIEW, project_id)
    history = await store.history_of(tx, project_id, item_id)
    item = history["item"]
    if item is None:
        raise Missing()
    if may(who, Permission.ITEM_VIEW, project_id):
        item["data"] = present_item(item["data"], project_id, item_id)
        await record(tx, Act.ITEM_VIEW, [item_id])
    else:
        item["data"] = item["metadata"] = None
        await record(tx, Act.ANNOTATION_VIEW, [item_id])
    history["consensus"] = None
    if may(who, Permission.QUALITY_VIEW, project_id):
        history["consensus"] = [asdict(row) for row in await store.consensus_of(tx, item_id)]
    return history


async def request_fit(tx: Tx, project_id: ProjectId, method: str | None = None) -> None:
    """Ask for a full run now."""
    require(tx.principal, Permission.QUALITY_RUN, project_id)
    if (await load_project(tx, project_id)).ontology_version == 0:
        raise Conflict("The project has no ontology yet, so there is nothing to infer. Publish one first.")
    await defer(
        tx,
        "quality.fit",
        key=f"fit-now:{project_id}",
        lock=f"fit:{project_id}",
        project_id=project_id,
        method=method,
    )
    await record(tx, Act.CONFIG_CHANGE, [project_id], what="quality.fit", method=method)
