"""JSON Lines: one object an item, with everything the version knows of it.

The shards hold JSON already, so lines are put together by pyarrow without reading it: no value passes through Python.
"""

from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from qistas.ontology import Ontology

from .base import Sealed

COLUMNS = (
    "item_id",
    "external_id",
    "split",
    "data",
    "metadata",
    "answer",
    "confidence",
    "provenance",
    "row_hash",
)


class JsonLines:
    """`{"id", "external_id", "split", "data", "metadata", "answer", "confidence", "provenance", "hash"}` a line."""

    name = "jsonl"
    suffix = ".jsonl"
    media_type = "application/x-ndjson"
    options = frozenset[str]()

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """Every version has this form."""

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write the lines in the order of items."""
        done = 0
        for batch in sealed.batches(COLUMNS):
            out.write(_lines(batch))
            done += batch.num_rows
            sealed.told(done)
        return done


def _lines(batch: pa.RecordBatch) -> memoryview:
    column = {name: batch.column(name) for name in COLUMNS}
    parts: list[Any] = [
        '{"id":"',
        column["item_id"],
        '","external_id":',
        _texts(column["external_id"]),
        ',"split":',
        _texts(column["split"]),
        ',"data":',
        column["data"],
        ',"metadata":',
        column["metadata"],
        ',"answer":',
        column["answer"],
        ',"confidence":',
        column["confidence"],
        ',"provenance":',
        column["provenance"],
        ',"hash":"',
        _hex(column["row_hash"]),
        '"}\n',
    ]
    joined: pa.StringArray = pc.call_function("binary_join_element_wise", [*parts, ""])
    ends = memoryview(joined.buffers()[1]).cast("i")
    return memoryview(joined.buffers()[2])[ends[joined.offset] : ends[joined.offset + len(joined)]]


def _texts(column: pa.Array) -> pa.Array:
    """Texts as JSON."""
    return pa.array(
        [None if t is None else orjson.dumps(t).decode() for t in column.to_pylist()], pa.string()
    ).fill_null("null")


def _hex(column: pa.Array) -> pa.Array:
    return pa.array([digest.hex() for digest in column.to_pylist()], pa.string())
