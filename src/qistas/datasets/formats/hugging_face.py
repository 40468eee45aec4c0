"""Parquet in the layout that Hugging Face `datasets` reads by itself: data/<split>-00000-of-00002.parquet and a dataset card.

`load_dataset("parquet", data_dir=…)`, or the unpacked folder as it is. Fields and answers are typed columns; images lie in
the files themselves. The zip's entries have a fixed time, so the same version gives the same bytes.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from qistas.ontology import FieldType, Ontology, Question

from .base import NamedSink, Sealed, image_fields, values_of, zip_entry, zip_writer

FILE_ROWS = 100_000
GROUP_ROWS = 5_000
IMAGE_GROUP_ROWS = 50
_SPAN = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("label", pa.string())])
_BOX = pa.struct(
    [(name, pa.float64()) for name in ("x", "y", "width", "height", "rotation")] + [("label", pa.string())]
)
_POLYGON = pa.struct([("points", pa.list_(pa.list_(pa.float64()))), ("label", pa.string())])
_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "number": pa.float64(),
    "whole": pa.int64(),
    "spans": pa.list_(_SPAN),
    "boxes": pa.list_(_BOX),
    "polygons": pa.list_(_POLYGON),
}
_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


class HuggingFace:
    """Columns: id, external_id, split's fields, answers by question, confidence by question, metadata (JSON)."""

    name = "parquet"
    suffix = ".zip"
    media_type = "application/zip"
    options = frozenset[str]()

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """Every version has this form."""

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write the zip, split by split."""
        schema = schema_of(sealed.ontology)
        pictures = image_fields(sealed.ontology)
        done = 0
        names = split_names(list(sealed.splits))
        with zip_writer(out) as archive:
            with zip_entry(archive, "README.md") as file:
                file.write(card(sealed, schema, names).encode())
            for split, name in names.items():
                total = sealed.splits[split]
                files = max(1, math.ceil(total / FILE_ROWS))
                tables = _tables(sealed, schema, split, IMAGE_GROUP_ROWS if pictures else GROUP_ROWS)
                for number in range(files):
                    with zip_entry(archive, f"data/{name}-{number:05d}-of-{files:05d}.parquet") as file:
                        written = 0
                        with pq.ParquetWriter(NamedSink(file), schema, compression="zstd") as writer:  # pyright: ignore
                            size = min(FILE_ROWS, total - number * FILE_ROWS)
                            while written < size:
                                table = next(tables)
                                writer.write_table(table)
                                written += table.num_rows
                                done += table.num_rows
                                sealed.told(done)
        return done


def schema_of(ontology: Ontology) -> pa.Schema:
    """The columns, with what `datasets` needs to know of images."""
    found: list[pa.Field] = [pa.field("id", pa.string()), pa.field("external_id", pa.string())]
    taken = {"id", "external_id"}

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        taken.add(name)
        return name

    for one in ontology.fields:
        kind = {FieldType.IMAGE: _IMAGE, FieldType.CHAT: _CHAT}.get(one.type, pa.string())
        found.append(pa.field(free(one.name), kind))
    for question in ontology.questions:
        found += [pa.field(free(c.name), _TYPES[c.type]) for c in question.kind.columns(question)]
    found += [pa.field(free(f"{question.name}_confidence"), pa.float64()) for question in ontology.questions]
    found.append(pa.field(free("metadata"), pa.string()))
    features = {one.name: _feature(one.type) for one in found}
    return pa.schema(found, metadata={b"huggingface": orjson.dumps({"info": {"features": features}})})


def _feature(kind: pa.DataType) -> Any:
    if kind == _IMAGE:
        return {"_type": "Image"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {part.name: _feature(part.type) for part in kind}
    return {"dtype": {"double": "float64"}.get(str(kind), str(kind)), "_type": "Value"}


def split_names(splits: list[str]) -> dict[str, str]:
    """Each split's name as the layout allows it (letters, digits, _ and .), kept distinct."""
    names: dict[str, str] = {}
    for split in splits:
        name = free = re.sub(r"[^\w.]|^\.|\.$", "_", split) or "part"
        copy = 2
        while free in names.values():
            free = f"{name}_{copy}"
            copy += 1
        names[split] = free
    return names


def _tables(sealed: Sealed, schema: pa.Schema, split: str, rows: int) -> Iterator[pa.Table]:
    """The rows of one split as tables of about so many rows, none across the border of two files."""
    held: list[pa.Table] = []
    count, left = 0, FILE_ROWS
    for batch in sealed.batches(
        ("item_id", "external_id", "data", "answer", "confidence", "metadata"), split=split
    ):
        for start in range(0, batch.num_rows, rows):
            table = _table(sealed, schema, batch.slice(start, rows))
            while table.num_rows:
                part = table.slice(0, left)
                table = table.slice(part.num_rows)
                held.append(part)
                count, left = count + part.num_rows, left - part.num_rows
                if count >= rows or left == 0:
                    yield pa.concat_tables(held)
                    held, count, left = [], 0, left or FILE_ROWS
    if held:
        yield pa.concat_tables(held)


def _table(sealed: Sealed, schema: pa.Schema, batch: pa.RecordBatch) -> pa.Table:
    ontology = sealed.ontology
    datas = values_of(batch.column("data"), parse=True)
    answers = values_of(batch.column("answer"), parse=True)
    confidences = values_of(batch.column("confidence"), parse=True)
    cells: list[Any] = [batch.column("item_id"), batch.column("external_id")]
    for one in ontology.fields:
        values = [data.get(one.name) for data in datas]
        plain = one.type in (FieldType.TEXT, FieldType.MARKDOWN, FieldType.CHAT)
        cells.append(values if plain else [_field(sealed, one.type, value) for value in values])
    for question in ontology.questions:
        cells += _answers(question, answers)
    cells += [
        [confidence.get(question.name) for confidence in confidences] for question in ontology.questions
    ]
    cells.append(batch.column("metadata"))
    arrays = [
        cell if isinstance(cell, pa.Array) else pa.array(cell, one.type)
        for cell, one in zip(cells, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _answers(question: Question, answers: list[dict[str, Any]]) -> list[list[Any]]:
    flat, name = question.kind.to_flat, question.name
    if len(question.kind.columns(question)) == 1:
        return [[flat(question, answer.get(name))[0] for answer in answers]]
    return [
        list(column) for column in zip(*(flat(question, answer.get(name)) for answer in answers), strict=True)
    ]


def _field(sealed: Sealed, kind: FieldType, value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if kind == FieldType.IMAGE:
        return {"bytes": sealed.image(value["blob"]), "path": None}
    return orjson.dumps(value).decode()


def card(sealed: Sealed, schema: pa.Schema, names: dict[str, str]) -> str:
    """The dataset card: YAML for machines, then a page for people."""
    manifest = sealed.manifest
    total = int(manifest["items"])
    header = {
        "pretty_name": manifest["dataset"]["name"],
        "language": [tag.partition("-")[0] for tag in sealed.ontology.languages],
        "size_categories": [_size(total)],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": name, "path": f"data/{name}-*"} for name in names.values()],
            }
        ],
        # Without "splits": `datasets` takes them with the bytes they fill in its own memory or not at all, and says so.
        "dataset_info": {"features": [_card_feature(one) for one in schema]},
    }
    lines = ["---", yaml.safe_dump(header, sort_keys=False, allow_unicode=True).rstrip(), "---", ""]
    lines += [f"# {manifest['dataset']['name']}, version {manifest['number']}", ""]
    lines += [f"{total:,} items with {manifest['answers']:,} answers, sealed by Qistas.", ""]
    lines += ["| | |", "|---|---|", f"| version | `{sealed.hash}` |", f"| rows | `{manifest['rows_hash']}` |"]
    lines += [f"| ontology | version {manifest['ontology']['version']}, `{manifest['ontology']['hash']}` |"]
    lines += [f"| split {name} | {sealed.splits[split]:,} items |" for split, name in names.items()]
    for question, labels in manifest["by_label"].items():
        lines += ["", f"## {question}", "", "| label | answers |", "|---|---|"]
        lines += [f"| {_plain(label)} | {count:,} |" for label, count in labels.items()]
    guideline = sealed.ontology.guideline_text()
    if guideline:
        lines += ["", "## Guideline", "", guideline.rstrip()]
    return "\n".join(lines) + "\n"


def _card_feature(one: pa.Field) -> dict[str, Any]:
    kind = one.type
    if kind == _IMAGE:
        return {"name": one.name, "dtype": "image"}
    if pa.types.is_list(kind):
        return {"name": one.name, "list": _card_part(kind.value_type)}
    return {"name": one.name, "dtype": _card_part(kind)}


def _card_part(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return [_card_feature(part) for part in kind]
    if pa.types.is_list(kind):
        return {"list": _card_part(kind.value_type)}
    return {"double": "float64"}.get(str(kind), str(kind))


def _size(total: int) -> str:
    edges = [
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
        (10_000_000, "1M<n<10M"),
    ]
    return next((name for edge, name in edges if total < edge), "10M<n<100M")


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
