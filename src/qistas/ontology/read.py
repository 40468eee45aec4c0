"""Read: projects and versions as people ask for them, with their permissions."""

from __future__ import annotations

from dataclasses import replace

from qistas.core.ids import ProjectId
from qistas.core.page import DEFAULT_LIMIT, Page, decode_id, decode_numbers, page_of
from qistas.core.principal import Principal
from qistas.db import Tx
from qistas.trust import Permission, may, projects_seen, require

from . import store
from .load import load_ontology, load_project
from .project import Counts, Progress, ProjectRow, ProjectState
from .types import OntologyVersion, VersionRow

MOST_DAYS = 366


LEAST_STEP = 50  # tasks by which the counts move that annotators see


async def list_projects(
    tx: Tx, *, state: ProjectState | None = None, limit: int = DEFAULT_LIMIT, after: str | None = None
) -> Page[ProjectRow]:
    """The projects the principal may see, newest first, with counts."""
    who = tx.principal
    seen = projects_seen(who)
    only = None if seen is None else sorted(seen)
    rows = await store.list_projects(tx, after=decode_id(after), state=state, only=only, limit=limit + 1)
    shown = [_for_eyes(who, row) for row in rows]
    return page_of(shown, limit, [rows[limit - 1].project.id] if len(rows) > limit else None)


async def read_project(tx: Tx, project_id: ProjectId) -> ProjectRow:
    """One project with its counts. Raises Missing."""
    require(tx.principal, Permission.PROJECT_VIEW, project_id)
    project = await load_project(tx, project_id)
    return _for_eyes(tx.principal, ProjectRow(project, await store.count_project(tx, project_id)))


async def read_progress(tx: Tx, project_id: ProjectId, *, days: int = 90) -> Progress:
    """Counts at each station, answers per day, and per annotator."""
    require(tx.principal, Permission.QUALITY_VIEW, project_id)
    await load_project(tx, project_id)
    return Progress(
        await store.count_project(tx, project_id),
        tuple(await store.list_days(tx, project_id, min(max(days, 1), MOST_DAYS))),
        tuple(await store.list_annotators(tx, project_id)),
    )


async def read_ontology(tx: Tx, project_id: ProjectId, version: int | None = None) -> OntologyVersion:
    """A version of the project's ontology, by default the one that holds now. Raises Missing."""
    require(tx.principal, Permission.PROJECT_VIEW, project_id)
    return await load_ontology(tx, project_id, version)


async def list_versions(
    tx: Tx, project_id: ProjectId, *, limit: int = DEFAULT_LIMIT, after: str | None = None
) -> Page[VersionRow]:
    """The project's versions without their documents, newest first. Raises Missing."""
    require(tx.principal, Permission.PROJECT_VIEW, project_id)
    await load_project(tx, project_id)
    key = decode_numbers(after, 1)
    rows = await store.list_versions(tx, project_id, key[0] if key else None, limit + 1)
    return page_of(rows, limit, [rows[limit - 1].version] if len(rows) > limit else None)


def _for_eyes(who: Principal, row: ProjectRow) -> ProjectRow:
    """Annotators do not learn what all others cost, nor how dense gold is planted, nor from the counts which task was gold."""
    if may(who, Permission.QUALITY_VIEW, row.project.id):
        return row
    settings = replace(row.project.settings, gold_rate=0.0)
    return ProjectRow(replace(row.project, settings=settings), _in_steps(row.counts))


def _in_steps(counts: Counts) -> Counts:
    """Counts that move in steps of many tasks: one that moved with each answer to work would tell the answers to gold."""
    step = max(LEAST_STEP, -(-counts.tasks // 20))
    left = min(counts.items, -(-counts.open // step) * step)
    return replace(
        counts,
        tasks=counts.items,
        open=left,
        done=counts.items - left,
        consensus=0,
        reviewed=0,
        cost_minor=0,
        doubt=0,
    )
