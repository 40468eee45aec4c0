"""Datasets and their versions: make a dataset, list, look."""

from uuid import UUID

from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_id, decode_numbers, page_of
from qistas.db import Tx
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Dataset, Version

MAX_NAME = 200


async def make_dataset(tx: Tx, project_id: ProjectId, name: str) -> Dataset:
    """A new, empty dataset. Raises Missing, Invalid, Conflict (the name is taken)."""
    require(tx.principal, Permission.DATASET_SEAL, project_id)
    plain = name.strip()
    if not 1 <= len(plain) <= MAX_NAME:
        raise Invalid(
            "The name is not valid.",
            [
                Fault(
                    "name",
                    "is empty or too long",
                    f"Give 1 to {MAX_NAME} characters.",
                    "name_length",
                    {"most": MAX_NAME},
                )
            ],
        )
    if not await store.project_exists(tx, project_id):
        raise Missing()
    made = await store.insert_dataset(tx, project_id, plain)
    await record(tx, Act.CONFIG_CHANGE, [made.id], what="dataset.create", project=str(project_id))
    return made


async def list_datasets(
    tx: Tx, project_id: ProjectId, *, limit: int = 50, after: str | None = None
) -> Page[Dataset]:
    """Datasets of a project, newest first."""
    require(tx.principal, Permission.DATASET_VIEW, project_id)
    rows = await store.list_datasets(tx, project_id, decode_id(after), limit + 1)
    if not rows and not await store.project_exists(tx, project_id):
        raise Missing()
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def get_dataset(tx: Tx, project_id: ProjectId, dataset_id: UUID) -> Dataset:
    """One dataset. Raises Missing."""
    require(tx.principal, Permission.DATASET_VIEW, project_id)
    found = await store.find_dataset(tx, project_id, dataset_id)
    if found is None:
        raise Missing()
    return found


async def list_versions(
    tx: Tx, project_id: ProjectId, dataset_id: UUID, *, limit: int = 50, after: str | None = None
) -> Page[Version]:
    """Versions of a dataset, newest first, without their manifests."""
    dataset = await get_dataset(tx, project_id, dataset_id)
    key = decode_numbers(after, 1)
    rows = await store.list_versions(tx, dataset.id, key[0] if key else None, limit + 1)
    return page_of(rows, limit, [rows[limit - 1].number] if len(rows) > limit else None)


async def get_version(tx: Tx, project_id: ProjectId, dataset_id: UUID, version_id: UUID) -> Version:
    """One version with its manifest. Raises Missing."""
    require(tx.principal, Permission.DATASET_VIEW, project_id)
    found = await store.find_version(tx, version_id, project_id, dataset_id)
    if found is None:
        raise Missing()
    return found
