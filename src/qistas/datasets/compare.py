"""Compare two sealed versions: what came, what went, whose answer changed."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import orjson

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.trust import Act, Permission, record, require

from . import store
from .seal import sealed_shards
from .shards import Shard, read_batches, verify_shards
from .types import Change, Comparison

TOLD = 200
_Line = tuple[str, str, str]


async def compare_versions(
    db: Database,
    blobs: BlobStore,
    who: Principal,
    project_id: ProjectId,
    dataset_id: UUID,
    old_id: UUID,
    new_id: UUID,
) -> Comparison:
    """How version `new_id` differs from `old_id`; both are of this project. Raises Missing, Conflict, FileDamaged."""
    require(who, Permission.DATASET_VIEW, project_id)
    async with db.tenant_tx(who) as tx:
        new = await store.find_version(tx, new_id, project_id, dataset_id)
        old = await store.find_version(tx, old_id, project_id)
        if old is None or new is None:
            raise Missing()
        await record(tx, Act.ITEM_VIEW, [old.id, new.id], what="version.compare")
    before, after = sealed_shards(who, old), sealed_shards(who, new)
    return await asyncio.to_thread(_compare, blobs, before, after)


def _lines(blobs: BlobStore, shards: list[Shard]) -> Iterator[_Line]:
    for batch in read_batches(blobs, shards, ("item_id", "split", "answer")):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _compare(blobs: BlobStore, before: list[Shard], after: list[Shard]) -> Comparison:
    """Walk both side by side; each is in the order of item ids."""
    verify_shards(blobs, [*before, *after])
    added = removed = changed = moved = same = 0
    new_items: list[UUID] = []
    old_items: list[UUID] = []
    changes: list[Change] = []
    olds, news = _lines(blobs, before), _lines(blobs, after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if old is None or (new is not None and new[0] < old[0]):
            assert new is not None
            added += 1
            if len(new_items) < TOLD:
                new_items.append(UUID(new[0]))
            new = next(news, None)
        elif new is None or old[0] < new[0]:
            removed += 1
            if len(old_items) < TOLD:
                old_items.append(UUID(old[0]))
            old = next(olds, None)
        else:
            moved += old[1] != new[1]
            if old[2] != new[2]:
                changed += 1
                if len(changes) < TOLD:
                    changes.append(Change(UUID(old[0]), orjson.loads(old[2]), orjson.loads(new[2])))
            elif old[1] == new[1]:
                same += 1
            old, new = next(olds, None), next(news, None)
    return Comparison(added, removed, changed, moved, same, new_items, old_items, changes)
