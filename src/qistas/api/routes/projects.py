"""Projects and templates."""

from uuid import UUID

from fastapi import APIRouter, Depends, Query

from qistas.api.deps import Actor, PartsDep
from qistas.api.keys_once import keys_once
from qistas.api.wire.projects import (
    ProgressSent,
    ProjectAsked,
    ProjectChange,
    ProjectPage,
    ProjectSent,
    State,
    TemplateSent,
    progress_sent,
    project_sent,
    row_sent,
    settings_changes,
    template_sent,
)
from qistas.core.ids import ProjectId
from qistas.ontology import (
    ProjectState,
    create_project,
    list_projects,
    list_templates,
    read_progress,
    read_project,
    update_project,
)

router = APIRouter(tags=["projects"])


@router.get("/projects", summary="List projects", response_model=ProjectPage)
async def projects(
    parts: PartsDep,
    who: Actor,
    state: State | None = None,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> ProjectPage:
    """Projects you may see, the newest first, with their counts."""
    wanted = ProjectState(state) if state else None
    async with parts.db.tenant_tx(who) as tx:
        page = await list_projects(tx, state=wanted, limit=limit, after=after)
    return ProjectPage(rows=[row_sent(row) for row in page.rows], next=page.next)


@router.post(
    "/projects",
    summary="Make a project",
    response_model=ProjectSent,
    status_code=201,
    dependencies=[Depends(keys_once)],
)
async def make_project(parts: PartsDep, who: Actor, asked: ProjectAsked) -> ProjectSent:
    """Make a project from a template, from an ontology (a document, or its YAML), or for an ontology to come."""
    async with parts.db.tenant_tx(who) as tx:
        project = await create_project(
            tx,
            asked.name,
            template=asked.template,
            ontology=asked.ontology,
            settings=settings_changes(asked.settings),
            description=asked.description,
        )
        return project_sent(await read_project(tx, project.id))


@router.get("/projects/{project_id}", summary="A project", response_model=ProjectSent)
async def project(parts: PartsDep, who: Actor, project_id: UUID) -> ProjectSent:
    """The project with its settings and counts."""
    async with parts.db.tenant_tx(who) as tx:
        return project_sent(await read_project(tx, ProjectId(project_id)))


@router.patch("/projects/{project_id}", summary="Change a project", response_model=ProjectSent)
async def change_project(parts: PartsDep, who: Actor, project_id: UUID, asked: ProjectChange) -> ProjectSent:
    """Change what is given. A new overlap opens or closes tasks within moments."""
    async with parts.db.tenant_tx(who) as tx:
        await update_project(
            tx,
            ProjectId(project_id),
            name=asked.name,
            description=asked.description,
            state=ProjectState(asked.state) if asked.state else None,
            settings=settings_changes(asked.settings),
        )
        return project_sent(await read_project(tx, ProjectId(project_id)))


@router.get("/projects/{project_id}/progress", summary="How far a project is", response_model=ProgressSent)
async def progress(
    parts: PartsDep, who: Actor, project_id: UUID, days: int = Query(90, ge=1, le=366)
) -> ProgressSent:
    """Counts at each station, answers per day and per annotator."""
    async with parts.db.tenant_tx(who) as tx:
        return progress_sent(await read_progress(tx, ProjectId(project_id), days=days))


@router.get("/templates", summary="Ontologies to begin from", response_model=list[TemplateSent])
async def templates(who: Actor) -> list[TemplateSent]:
    """Every template with its ontology and item data to try it on."""
    return [template_sent(template) for template in list_templates()]
