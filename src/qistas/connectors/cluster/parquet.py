"""Shards straight from Parquet: every node reads some row groups and hands each answer to the shard of its item."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qistas.core.errors import Fault, FileInvalid

from .ray_shards import RayShards

MOST_NAMES = 50_000_000


@dataclass(frozen=True, slots=True)
class ParquetShards:
    """The shards, and the names that codes stand for."""

    shards: RayShards
    annotators: tuple[Any, ...]
    labels: tuple[Any, ...]


def shards_of_parquet(
    ray: Any, path: Path | str, columns: Sequence[str], count: int | None = None
) -> ParquetShards:
    """Read the answers of a Parquet file, or of all in a folder, into `count` shards (default: one a processor of the cluster).

    `columns`: those of items, annotators and labels. Every node must see the path (a shared folder). An answer without a
    label is left out. No machine ever holds all answers; this one holds the names of annotators and labels.
    Raises FileInvalid with the place.
    """
    groups = _row_groups(Path(path), columns)
    shards = count or max(1, int(ray.cluster_resources().get("CPU", 1)) - 1)
    read: Any = ray.remote(num_cpus=1, num_returns=shards + 1)(read_group)
    parts = [read.remote(str(file), number, tuple(columns), shards) for file, number in groups]
    names: list[tuple[list[Any], list[Any]]] = ray.get([part[0] for part in parts])
    annotators = _sorted({name for people, _ in names for name in people})
    labels = _sorted({name for _, said in names for name in said})
    if len(annotators) > MOST_NAMES:
        raise FileInvalid(f"{path} names {len(annotators):,} annotators; {MOST_NAMES:,} can be told apart.")
    held = RayShards(ray, shards)
    told, meant = ray.put(annotators), ray.put(labels)
    held.loaded(
        [
            actor.gather.remote(told, meant, *[part[1 + at] for part in parts])
            for at, actor in enumerate(held.actors)
        ]
    )
    return ParquetShards(held, annotators, labels)


def _row_groups(path: Path, columns: Sequence[str]) -> list[tuple[Path, int]]:
    import pyarrow as pa
    from pyarrow import parquet

    files = sorted(path.glob("**/*.parquet")) if path.is_dir() else [path]
    if not files or not files[0].exists():
        raise FileInvalid(f"There is no Parquet file at {path}.")
    found: list[tuple[Path, int]] = []
    for file in files:
        try:
            known = parquet.ParquetFile(file)
        except (pa.ArrowInvalid, OSError) as error:
            raise FileInvalid(f"{file} cannot be read: {error}") from error
        missing = [name for name in columns if name not in known.schema_arrow.names]
        if missing:
            has = f"It has: {', '.join(known.schema_arrow.names)}."
            raise FileInvalid(
                f"{file} lacks a column.", [Fault(name, "is not there.", has) for name in missing]
            )
        found += [(file, number) for number in range(known.num_row_groups)]
    return found


def read_group(path: str, number: int, columns: Sequence[str], shards: int) -> list[Any]:
    """One row group: the names of annotators and labels in it, then for each shard the rows of its items."""
    import pyarrow as pa
    from pyarrow import compute, parquet

    table = parquet.ParquetFile(path).read_row_group(number, columns=list(columns)).select(list(columns))
    table = table.rename_columns(["item", "annotator", "label"]).filter(compute.field("label").is_valid())
    for name in ("item", "annotator"):
        if table.column(name).null_count:
            raise FileInvalid(
                f"{path} has answers without {'an item' if name == 'item' else 'an annotator'}."
            )
    table = table.combine_chunks()
    encoded: Any = table.column("item").combine_chunks().dictionary_encode()
    of_name = np.array([shard_of(name, shards) for name in encoded.dictionary.to_pylist()], dtype=np.int64)
    place = of_name[encoded.indices.to_numpy()] if len(of_name) else np.zeros(0, dtype=np.int64)
    people = table.column("annotator").unique().to_pylist()
    said = table.column("label").unique().to_pylist()
    return [(people, said), *[table.filter(pa.array(place == at)) for at in range(shards)]]


def shard_of(item: Any, shards: int) -> int:
    """The shard of an item by its name: the same on every machine."""
    return zlib.crc32(str(item).encode()) % shards


def coded(
    pieces: Sequence[Any], annotators: Sequence[Any], labels: Sequence[Any]
) -> tuple[Any, Any, Any, Any]:
    """The names of the items here, and the answers as codes."""
    import pyarrow as pa
    from pyarrow import compute

    table = pa.concat_tables(pieces, promote_options="permissive").combine_chunks()
    items: Any = table.column("item").combine_chunks().dictionary_encode()
    index_in: Any = getattr(compute, "index_in")  # noqa: B009 (made when pyarrow is loaded, so no type checker knows it)
    where = {
        name: index_in(
            table.column(name).combine_chunks(), value_set=pa.array(list(names), type=table.column(name).type)
        ).to_numpy(zero_copy_only=False)
        for name, names in (("annotator", annotators), ("label", labels))
    }
    return items.dictionary, items.indices.to_numpy(), where["annotator"], where["label"]


def _sorted(names: set[Any]) -> tuple[Any, ...]:
    return tuple(sorted(names, key=lambda name: (type(name).__name__, name)))
