"""Publish: a document becomes the next immutable version of its project, unless stored answers would break."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from qistas.core.errors import Conflict, Fault, Missing, OntologyBreaks
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Tx
from qistas.trust import Act, Permission, may, record, require

from . import store
from .compare import Difference, compare
from .define import parse_ontology, parse_yaml
from .kinds import Break, Value
from .project import Project, ProjectState
from .types import Ontology


@dataclass(frozen=True, slots=True)
class Published:
    """The version that holds now (or would, on a dry run), and what changed, in plain words."""

    version: int
    changes: tuple[str, ...]
    ontology: Ontology


async def publish_ontology(
    tx: Tx, project_id: ProjectId, document: Ontology | str | bytes | Any, *, dry_run: bool = False
) -> Published:
    """Make `document` (parsed, a mapping, or YAML text) the project's next version.

    Equal documents make no new version. Raises OntologyInvalid, and OntologyBreaks that names each question, label or
    field at fault with the number of stored answers or items that need it. `dry_run` checks the same and writes nothing.
    """
    require(tx.principal, Permission.ONTOLOGY_PUBLISH, project_id)
    new = await read_aside(document)
    # What is stored is counted before the project is locked, for that may take seconds; under the lock only what came meanwhile.
    snapshot = await store.snapshot(tx)
    project = await _open_project(tx, project_id)
    counted = await _compare(tx, project, new)
    if counted is not None:
        await _refuse_breaks(tx, project_id, counted.difference)
    if not dry_run:
        before = project.ontology_version
        project = await _open_project(tx, project_id, lock=True)
        if (
            project.ontology_version != before
        ):  # another has published meanwhile: what counts is what differs from theirs
            snapshot, counted = None, await _compare(tx, project, new)
        if counted is not None:
            await _refuse_breaks(tx, project_id, counted.difference, since=snapshot)
    changes: tuple[str, ...] = ("The first version.",)
    if counted is not None:
        if counted.old.hash == new.hash:
            return Published(project.ontology_version, (), counted.old)
        changes = tuple(counted.difference.changes)
    version = project.ontology_version + 1
    if not dry_run:
        await store.insert_version(tx, project_id, version, new.to_document(), new.hash, changes)
        await record(
            tx,
            Act.CONFIG_CHANGE,
            [project_id],
            what="ontology",
            version=version,
            hash=new.hash,
            changes=list(changes[:50]),
        )
    return Published(version, changes, new)


@dataclass(frozen=True, slots=True)
class _Compared:
    """The version that holds now, and how the new one differs."""

    old: Ontology
    difference: Difference


async def _open_project(tx: Tx, project_id: ProjectId, *, lock: bool = False) -> Project:
    project = await store.find_project(tx, project_id, lock=lock)
    if project is None:
        raise Missing()
    if project.state is ProjectState.ARCHIVED:
        raise Conflict("The project is archived. Make it active again to change its ontology.")
    return project


async def _compare(tx: Tx, project: Project, new: Ontology) -> _Compared | None:
    """How `new` differs from the version that holds, None where there is none yet."""
    if not project.ontology_version:
        return None
    stored = await store.find_version(tx, project.id, project.ontology_version)
    if stored is None:
        raise Missing("The project's ontology version is not there.")
    old = await read_aside(stored.document)
    return _Compared(old, compare(old, new))


def read_ontology_document(document: Ontology | str | bytes | Any) -> Ontology:
    """The ontology in `document`, whichever form it has. Raises OntologyInvalid."""
    if isinstance(document, Ontology):
        return document
    return parse_yaml(document) if isinstance(document, str | bytes) else parse_ontology(document)


async def read_aside(document: Ontology | str | bytes | Any) -> Ontology:
    """As read_ontology_document, in a thread: a large document must not hold up everybody else's requests."""
    if isinstance(document, Ontology):
        return document
    return await asyncio.to_thread(read_ontology_document, document)


def may_check(principal: Principal) -> bool:
    """Whether the principal has a use for checking a document: may begin a project, or publish in one at least."""
    return may(principal, Permission.PROJECT_CREATE) or any(
        may(principal, Permission.ONTOLOGY_PUBLISH, project) for project in (None, *principal.project_roles)
    )


async def check_ontology(principal: Principal, read: Callable[[], Any]) -> Ontology:
    """The ontology in the document that `read` gives, all of it in a thread; nothing is stored. Raises OntologyInvalid."""
    if not may_check(principal):
        require(principal, Permission.ONTOLOGY_PUBLISH)
    return await asyncio.to_thread(lambda: read_ontology_document(read()))


async def _refuse_breaks(
    tx: Tx, project_id: UUID, difference: Difference, *, since: str | None = None
) -> None:
    """Raise OntologyBreaks where stored answers or items need what the change takes; `since` a snapshot: those that came after it."""
    faults: list[Fault] = []
    if difference.breaks:
        hits = await _count_hits(tx, project_id, difference.breaks, since)
        faults += [
            Fault(
                one.where,
                f"{one.message}: {_count(n, 'stored answer')} {_agree(n)}",
                one.remedy,
                "stored_answers",
                {"n": n},
            )
            for one, n in zip(difference.breaks, hits, strict=True)
            if n
        ]
    for one in difference.item_breaks:
        holding, lacking = await store.count_items(tx, project_id, one.field, since)
        n = holding if one.holding else lacking
        if n:
            verb = (
                ("holds it" if n == 1 else "hold it")
                if one.holding
                else ("lacks it" if n == 1 else "lack it")
            )
            faults.append(
                Fault(
                    one.where,
                    f"{one.message}: {_count(n, 'item')} {verb}",
                    one.remedy,
                    "stored_items",
                    {"n": n},
                )
            )
    if faults:
        raise OntologyBreaks("The change would break what is stored. Nothing was changed.", faults)


async def _count_hits(tx: Tx, project_id: UUID, breaks: list[Break], since: str | None) -> list[int]:
    """How many stored answers each break hits; one pass over the values of the questions concerned."""
    names = sorted({name for one in breaks for name in one.needs})
    hits = [0] * len(breaks)
    async for rows in store.stream_answers(tx, project_id, names, since):
        for values, count in rows:
            for at, one in enumerate(breaks):
                if _is_hit(one, values):
                    hits[at] += count
    return hits


def _is_hit(one: Break, values: dict[str, Value]) -> bool:
    """A break about a value looks only at answers that have it; one given under an older version may have another shape."""
    try:
        return one.hits(values)
    except (KeyError, TypeError, AttributeError, IndexError):
        return False


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _agree(n: int) -> str:
    return "needs it" if n == 1 else "need it"
