"""CSV: one row an item, one column for each part of an answer.

A spreadsheet takes a cell that begins with = + - @ for a formula and may run it; such cells begin with an apostrophe unless
`raw` is asked for. Lists are JSON within their cell. The file begins with a byte order mark, by which spreadsheets know
that it is UTF-8 (Arabic would be garbled without); `raw` leaves it out.
"""

import csv
import io
from typing import Any, BinaryIO

import orjson

from qistas.ontology import Ontology

from .base import Sealed, image_name

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Csv:
    """Columns: id, external_id, split, the fields, the questions, the confidence of each, metadata."""

    name = "csv"
    suffix = ".csv"
    media_type = "text/csv; charset=utf-8"
    options = frozenset({"raw"})

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """Every version has this form."""

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write header and rows in the order of items."""
        raw = bool(options.get("raw"))
        questions = sealed.ontology.questions
        fields = [one.name for one in sealed.ontology.fields]
        parts = [column.name for q in questions for column in q.kind.columns(q)]
        header = [
            "id",
            "external_id",
            "split",
            *fields,
            *parts,
            *(f"{q.name}.confidence" for q in questions),
            "metadata",
        ]
        buffer = io.StringIO()
        if not raw:
            buffer.write("\ufeff")
        writer = csv.writer(buffer)
        writer.writerow(_safe(header, raw))
        done = 0
        columns = ("item_id", "external_id", "split", "data", "answer", "confidence", "metadata")
        for item, external, split, data, answer, confidence, metadata in sealed.records(
            *columns, parse=("data", "answer", "confidence")
        ):
            row = [item, external, split]
            row += [_cell(data.get(name)) for name in fields]
            for question in questions:
                row += [_cell(cell) for cell in question.kind.to_flat(question, answer.get(question.name))]
            row += [confidence.get(question.name) for question in questions]
            row.append(metadata if metadata != "{}" else "")
            writer.writerow(_safe(row, raw))
            done += 1
            if done % 2000 == 0:
                out.write(buffer.getvalue().encode())
                buffer.seek(0)
                buffer.truncate()
                sealed.told(done)
        out.write(buffer.getvalue().encode())
        sealed.told(done)
        return done


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dict) and "blob" in value:
        return image_name(value)
    return orjson.dumps(value).decode()


def _safe(row: list[Any], raw: bool) -> list[Any]:
    if raw:
        return row
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row]
