"""Seal: freeze what a selection gives now into a version that never changes, with a hash that says so.

The job writes shard after shard and notes each in the version, so a killed worker goes on after the last. The hash of a
version is the SHA-256 of its manifest's canonical JSON; the manifest holds the hash of the ontology, of every shard, and of
all row hashes one after another.
"""

import asyncio
import hashlib
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

import orjson

from qistas.connectors.blobs import BlobStore
from qistas.core.canonical import canonical_json
from qistas.core.errors import Conflict, Invalid, Missing, SelectionEmpty
from qistas.core.ids import ProjectId, VersionId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.jobs import defer
from qistas.ontology import Ontology, OntologyVersion, load_ontology
from qistas.trust import Act, Permission, record, require

from . import store
from .select import check_selection, count_labels, select_rows
from .shards import Shard, ShardBuilder, read_batches, verify_shards
from .split import Splitter, check_splits
from .types import Row, Selection, Splits, Version, VersionState

MANIFEST_FORMAT = 1


async def start_seal(
    tx: Tx, project_id: ProjectId, dataset_id: UUID, selection: Selection, splits: Splits, note: str
) -> Version:
    """Enter the next version of a dataset and defer its sealing. Raises Missing, SelectionInvalid."""
    require(tx.principal, Permission.DATASET_SEAL, project_id)
    dataset = await store.find_dataset(tx, project_id, dataset_id, lock=True)
    if dataset is None:
        raise Missing()
    ontology = await load_ontology(tx, project_id)
    check_selection(selection, ontology.ontology)
    check_splits(splits)
    asked = {
        "selection": selection.as_json(),
        "splits": {"shares": splits.shares, "group_by": splits.group_by, "keep": splits.keep},
        "seed": splits.seed,
        "note": note,
    }
    version = await store.insert_version(tx, dataset, asked)
    await record(
        tx,
        Act.CONFIG_CHANGE,
        [version.id],
        what="version.start",
        dataset=str(dataset_id),
        number=version.number,
    )
    await defer(
        tx, "datasets.seal", key=f"seal:{version.id}", lock=f"seal:{version.id}", version_id=version.id
    )
    return version


async def seal(db: Database, blobs: BlobStore, who: Principal, version_id: VersionId) -> None:
    """Run the sealing of one version to its end; one that can never be sealed ends as failed."""
    async with db.tenant_tx(who) as tx:
        version = await store.find_version(tx, version_id)
        if version is None or version.state != VersionState.SEALING:
            return
        dataset = await store.find_dataset(tx, version.project_id, version.dataset_id)
        try:
            ontology = await load_ontology(
                tx, version.project_id, (version.manifest or {}).get("ontology_version")
            )
        except Missing:
            ontology = None
    if dataset is None or ontology is None:
        async with db.tenant_tx(who) as tx:
            await store.fail_version(tx, version_id, "The project has no ontology any more.", Missing.code)
        return
    run = _Sealing(db, blobs, who, version, ontology)
    try:
        await run.write_shards()
        manifest = run.manifest(dataset.name)
    except Invalid as error:
        async with db.tenant_tx(who) as tx:
            await store.fail_version(tx, version_id, str(error), error.code)
        return
    digest = hashlib.sha256(canonical_json(manifest)).digest()
    async with db.tenant_tx(who) as tx:
        if await store.seal_version(tx, version_id, run.items, digest, manifest):
            await record(
                tx,
                Act.VERSION_SEAL,
                [version_id],
                hash=digest.hex(),
                items=run.items,
                project=str(version.project_id),
            )


class _Sealing:
    """One version on its way to being sealed."""

    def __init__(
        self, db: Database, blobs: BlobStore, who: Principal, version: Version, ontology: OntologyVersion
    ) -> None:
        self._db, self._blobs, self._who = db, blobs, who
        self._version = version
        self._ontology: Ontology = ontology.ontology
        self._ontology_version = ontology.version
        splits = version.splits or {}
        self._splitter = Splitter(
            Splits(splits.get("shares") or {}, version.seed, splits.get("group_by"), bool(splits.get("keep")))
        )
        begun = version.manifest or {}
        self._shards: list[dict[str, Any]] = list(begun.get("shards", []))
        self._last: UUID | None = UUID(begun["last"]) if begun.get("last") else None
        self._rows_hash = hashlib.sha256()
        self._by_split: Counter[str] = Counter()
        self._by_label: dict[str, Counter[str]] = defaultdict(Counter)
        self._answers = 0
        self.items = 0

    async def write_shards(self) -> None:
        """Write what is not written yet, after reading back what a run before this one wrote."""
        await asyncio.to_thread(self._read_back)
        selection = Selection.from_json(self._version.selection)
        builder = ShardBuilder()
        pages = select_rows(
            self._db, self._who, self._version.project_id, self._ontology, selection, self._last
        )
        async for rows, last in pages:
            await asyncio.to_thread(self._take, builder, rows)
            self._last = last
            if builder.full:
                await self._write(builder)
                builder = ShardBuilder()
        if builder.rows:
            await self._write(builder)
        if not self.items:
            raise SelectionEmpty(
                "No item fits the selection: nothing was sealed. Loosen it, or wait for answers."
            )

    def _read_back(self) -> None:
        """Bring the running hash and the counts to where the shards end."""
        shards = [Shard(shard["path"], shard["sha256"]) for shard in self._shards]
        verify_shards(self._blobs, shards)
        for batch in read_batches(self._blobs, shards, ("split", "answer", "row_hash")):
            for split, answer, digest in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                self._count(split, orjson.loads(answer), digest)

    def _take(self, builder: ShardBuilder, rows: list[Row]) -> None:
        for row in rows:
            split = self._splitter.part_of(row.content_hash, row.split, row.metadata)
            digest = builder.add(row, split)
            self._count(split, {name: one.value for name, one in row.answer.items()}, digest)

    def _count(self, split: str, answer: dict[str, Any], digest: bytes) -> None:
        self.items += 1
        self._answers += len(answer)
        self._by_split[split] += 1
        self._rows_hash.update(digest)
        count_labels(self._ontology, answer, self._by_label)

    async def _write(self, builder: ShardBuilder) -> None:
        number = len(self._shards)
        data = await asyncio.to_thread(builder.write)
        # Named by its content: of two workers on one version, neither writes over what the other has noted.
        name = f"rows-{number:05d}-{hashlib.sha256(data).hexdigest()[:16]}.parquet"
        path = self._blobs.path(self._who.tenant_id, "versions", str(self._version.id), name)
        stored = await self._blobs.put(path, data)
        self._shards.append(
            {
                "name": name,
                "path": path,
                "rows": builder.rows,
                "bytes": stored.size,
                "sha256": stored.sha256.hex(),
            }
        )
        begun = {"shards": self._shards, "last": str(self._last), "ontology_version": self._ontology_version}
        async with self._db.tenant_tx(self._who) as tx:
            if not await store.keep_progress(tx, self._version.id, self.items, begun):
                raise Conflict("The version is not being sealed any more.")

    def manifest(self, dataset_name: str) -> dict[str, Any]:
        """Everything that the version's hash stands for."""
        version = self._version
        return {
            "format": MANIFEST_FORMAT,
            "project": str(version.project_id),
            "dataset": {"id": str(version.dataset_id), "name": dataset_name},
            "number": version.number,
            "ontology": {"version": self._ontology_version, "hash": self._ontology.hash},
            "selection": version.selection,
            "splits": version.splits,
            "seed": version.seed,
            "items": self.items,
            "answers": self._answers,
            "by_split": dict(sorted(self._by_split.items())),
            "by_label": {name: dict(sorted(c.items())) for name, c in sorted(self._by_label.items()) if c},
            "rows_hash": self._rows_hash.hexdigest(),
            "shards": [
                {key: shard[key] for key in ("name", "rows", "bytes", "sha256")} for shard in self._shards
            ],
        }


def sealed_shards(who: Principal, version: Version) -> list[Shard]:
    """The files of a sealed version. Raises Conflict for one that is not sealed."""
    if version.state != VersionState.SEALED or version.manifest is None:
        raise Conflict("The version is not sealed yet. Wait until it is.")
    return [
        Shard(BlobStore.path(who.tenant_id, "versions", str(version.id), shard["name"]), shard["sha256"])
        for shard in version.manifest["shards"]
    ]
