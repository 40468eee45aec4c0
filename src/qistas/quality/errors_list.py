"""List label errors, ask for a search, and send an item back to the queue or take that back."""

from dataclasses import replace
from uuid import UUID

from qistas.core.errors import Conflict, Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_place, page_of
from qistas.db import Tx
from qistas.jobs import defer
from qistas.ontology import load_ontology, load_project
from qistas.sources import present_item
from qistas.trust import Act, Permission, record, require

from . import errors_store as store
from .errors_find import can_be_checked
from .errors_types import ErrorSearch, LabelError


async def request_errors(tx: Tx, project_id: ProjectId, question: str | None = None) -> list[ErrorSearch]:
    """Ask for a search of one question, or of all whose labels can be checked; how their searches stand."""
    require(tx.principal, Permission.QUALITY_RUN, project_id)
    names = await _checked(tx, project_id)
    if question is not None:
        if question not in names:
            raise Missing("There is no question by that name whose labels can be checked.")
        names = [question]
    if not names:
        raise Conflict(
            "This project asks nothing that is answered by labels alone, so there is nothing to check."
        )
    for name in names:
        await store.queue_search(tx, project_id, name)
        key = f"errors:{project_id}:{name}"
        await defer(
            tx, "quality.find_errors", key=key, lock=key, priority=-5, project_id=project_id, question=name
        )
    await record(tx, Act.CONFIG_CHANGE, [project_id], what="quality.find_errors", questions=names)
    return [search for search in await store.load_searches(tx, project_id) if search.question in names]


async def list_searches(tx: Tx, project_id: ProjectId) -> tuple[list[str], list[ErrorSearch]]:
    """The questions whose labels can be checked, and the last search of each that had one."""
    require(tx.principal, Permission.QUALITY_VIEW, project_id)
    names = await _checked(tx, project_id)
    return names, [search for search in await store.load_searches(tx, project_id) if search.question in names]


async def list_errors(
    tx: Tx, project_id: ProjectId, question: str, *, limit: int = 50, after: str | None = None
) -> Page[LabelError]:
    """Labels that are likely wrong and still stand, the likeliest first, with their items; the view is recorded."""
    require(tx.principal, Permission.QUALITY_VIEW, project_id)
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    await load_project(tx, project_id)
    start = decode_place(after)
    rows = await store.list_errors(tx, project_id, question, start, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    page = page_of(rows, limit, [last.likelihood, last.item_id] if last else None)
    if page.rows:
        await record(tx, Act.ITEM_VIEW, [row.item_id for row in page.rows], why="label errors")
    return Page(
        [replace(row, data=present_item(row.data, project_id, row.item_id)) for row in page.rows], page.next
    )


async def requeue_item(tx: Tx, project_id: ProjectId, question: str, item_id: UUID) -> None:
    """Ask for one answer more to a suspected item, before others. Twice is once. Raises Missing, Conflict."""
    require(tx.principal, Permission.REVIEW, project_id)
    task = await store.requeue(tx, project_id, question, item_id)
    if task is not None:
        await record(tx, Act.ANNOTATION_REVIEW, [item_id, task], verdict="requeue", question=question)
        return
    queued = await store.queued_of(tx, project_id, question, item_id)
    if queued is None:
        raise Missing()
    if not queued:
        raise Conflict("The item's task is not work any more: it is gold, or was withdrawn.")


async def undo_requeue(tx: Tx, project_id: ProjectId, question: str, item_id: UUID) -> None:
    """Take a wish for one more answer back; an answer that came meanwhile stays. Raises Missing."""
    require(tx.principal, Permission.REVIEW, project_id)
    task = await store.undo_requeue(tx, project_id, question, item_id)
    if task is not None:
        await record(tx, Act.ANNOTATION_REVIEW, [item_id, task], verdict="undo requeue", question=question)
    elif await store.queued_of(tx, project_id, question, item_id) is None:
        raise Missing()


async def _checked(tx: Tx, project_id: ProjectId) -> list[str]:
    project = await load_project(tx, project_id)
    if project.ontology_version == 0:
        return []
    ontology = (await load_ontology(tx, project_id)).ontology
    return [question.name for question in ontology.questions if can_be_checked(question)]
