"""Create and update: a project from a template, from an ontology, or bare; and changes of its rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.jobs import defer
from qistas.trust import Act, Permission, record, require

from . import store
from .load import load_project
from .project import Project, ProjectState, Settings, check_description, check_project_name
from .publish import publish_ontology, read_aside
from .templates import find_template
from .types import Ontology


async def create_project(
    tx: Tx,
    name: str,
    *,
    template: str | None = None,
    ontology: Ontology | str | Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    description: str = "",
) -> Project:
    """A new project. `ontology` is a parsed one, a document, or YAML text. Raises Invalid, OntologyInvalid."""
    require(tx.principal, Permission.PROJECT_CREATE)
    if template is not None and ontology is not None:
        fault = Fault("template", "is given together with `ontology`", "Give one of them.")
        raise Invalid("A project begins from a template or from an ontology, not both.", [fault])
    if template is not None:
        ontology = find_template(template).ontology
    parsed = await read_aside(ontology) if ontology is not None else None
    rules = Settings().changed(settings or {})
    project_id = await store.insert_project(
        tx, check_project_name(name), check_description(description), rules
    )
    await record(tx, Act.CONFIG_CHANGE, [project_id], what="project", settings=rules.to_document())
    if parsed is not None:
        await publish_ontology(tx, project_id, parsed)
    return await load_project(tx, project_id)


async def update_project(
    tx: Tx,
    project_id: ProjectId,
    *,
    name: str | None = None,
    description: str | None = None,
    state: ProjectState | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Project:
    """Change what is given, and nothing else. A new overlap or redundancy plans the tasks anew by a job. Raises Missing, Invalid."""
    require(tx.principal, Permission.PROJECT_MANAGE, project_id)
    before = await store.find_project(tx, project_id, lock=True)
    if before is None:
        raise Missing()
    after = replace(
        before,
        name=before.name if name is None else check_project_name(name),
        description=before.description if description is None else check_description(description),
        state=before.state if state is None else state,
        settings=before.settings if settings is None else before.settings.changed(settings),
    )
    if after == before:
        return before
    await store.update_project(tx, after)
    planned = before.settings.overlap, before.settings.redundancy
    if (after.settings.overlap, after.settings.redundancy) != planned:
        await defer(
            tx, "tasks.replan", key=f"replan:{project_id}", lock=f"replan:{project_id}", project_id=project_id
        )
    was, now = before.settings.to_document(), after.settings.to_document()
    changed = {key: [was[key], now[key]] for key in now if was[key] != now[key]}
    await record(tx, Act.CONFIG_CHANGE, [project_id], what="project", state=after.state, settings=changed)
    return after
