"""Read: projects and versions as people ask for them, with their permissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qistas.core.ids import ProjectId
from qistas.core.page import DEFAULT_LIMIT, Page, decode_id, decode_numbers, page_of
from qistas.db import Tx
from qistas.trust import Permission, may, projects_seen, require

from . import store
from .load import load_ontology, load_project
from .project import Counts, Progress, ProjectRow, ProjectState
from .types import OntologyVersion, VersionRow

MOST_DAYS = 366


LEAST_STEP = 50  # tasks by which the counts move that annotators see
MOST_COUNTED = 2000  # items of a project up to which an annotator's own answers are counted; beyond, the step tells as much


async def list_projects(
    tx: Tx, *, state: ProjectState | None = None, limit: int = DEFAULT_LIMIT, after: str | None = None
) -> Page[ProjectRow]:
    """The projects the principal may see, newest first, with counts."""
    who = tx.principal
    seen = projects_seen(who)
    only = None if seen is None else sorted(seen)
    rows = await store.list_projects(tx, after=decode_id(after), state=state, only=only, limit=limit + 1)
    shown = await _for_eyes(tx, rows)
    return page_of(shown, limit, [rows[limit - 1].project.id] if len(rows) > limit else None)


async def read_project(tx: Tx, project_id: ProjectId) -> ProjectRow:
    """One project with its counts. Raises Missing."""
    require(tx.principal, Permission.PROJECT_VIEW, project_id)
    project = await load_project(tx, project_id)
    (shown,) = await _for_eyes(tx, [ProjectRow(project, await store.count_project(tx, project_id))])
    return shown


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


async def _for_eyes(tx: Tx, rows: Sequence[ProjectRow]) -> list[ProjectRow]:
    """Annotators do not learn what all others cost, nor how dense gold is planted, nor from the counts which task was gold."""
    who = tx.principal
    hidden = [row for row in rows if not may(who, Permission.QUALITY_VIEW, row.project.id)]
    small = [row.project.id for row in hidden if 0 < row.counts.items <= MOST_COUNTED]
    had = await store.count_had(tx, small, who.member_id) if small else {}
    held = await store.count_held(tx, [row.project.id for row in hidden], who.member_id) if hidden else {}
    kept = {
        row.project.id: _hide(row, had.get(row.project.id, 0), held.get(row.project.id, 0)) for row in hidden
    }
    return [kept.get(row.project.id, row) for row in rows]


def _hide(row: ProjectRow, had: int, held: int) -> ProjectRow:
    settings = replace(row.project.settings, gold_rate=0.0)
    return ProjectRow(replace(row.project, settings=settings), _bounds(row.counts, had, held))


def _bounds(counts: Counts, had: int, held: int) -> Counts:
    """How much can still come, at most, to somebody who has had `had` of the items and holds `held`.

    What all do together moves in steps of many tasks: a count that moved with each answer to work would tell the answers to gold.
    What they did themselves they know, gold or not, so that it moves with each of their own answers betrays nothing. Nor is what
    they hold ever more than what is left: gold, which is no part of `open`, would stand out once all work is done.
    """
    step = max(LEAST_STEP, -(-counts.tasks // 20))
    left = max(0, min(counts.items - had, max(held, -(-counts.open // step) * step)))
    return replace(
        counts,
        tasks=counts.items,
        open=left,
        done=had,
        consensus=0,
        reviewed=0,
        cost_minor=0,
        doubt=0,
    )
