"""Load: a project, or one of its ontology versions, for use by the stations along the road."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId, TenantId
from qistas.db import Tx

from . import store
from .define import parse_ontology
from .project import Project
from .types import OntologyVersion

MOST_CACHED = 256
# Versions are immutable, so what was parsed once holds for the life of the process.
_parsed: OrderedDict[tuple[TenantId, UUID, int], OntologyVersion] = OrderedDict()


async def load_ontology(tx: Tx, project_id: ProjectId, version: int | None = None) -> OntologyVersion:
    """A version of the project's ontology, by default the one that holds now. Raises Missing.

    Permission is the caller's to ask; the tenant's wall stands by itself.
    """
    if version is None:
        version = await store.current_version(tx, project_id)
        if version is None:
            raise Missing()
        if version == 0:
            raise Missing("The project has no ontology yet. Publish one first.")
    key = (tx.tenant_id, project_id, version)
    known = _parsed.get(key)
    if known is not None:
        _parsed.move_to_end(key)
        return known
    stored = await store.find_version(tx, project_id, version)
    if stored is None:
        raise Missing("There is no such ontology version.")
    loaded = OntologyVersion(
        project_id,
        stored.version,
        parse_ontology(stored.document),
        stored.published_at,
        stored.published_by,
        tuple(stored.changes),
    )
    _parsed[key] = loaded
    while len(_parsed) > MOST_CACHED:
        _parsed.popitem(last=False)
    return loaded


async def load_project(tx: Tx, project_id: ProjectId) -> Project:
    """The project with its settings. Raises Missing. Permission is the caller's to ask."""
    project = await store.find_project(tx, project_id)
    if project is None:
        raise Missing()
    return project
