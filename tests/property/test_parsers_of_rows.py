"""Whatever is written can be read back, whatever is not a file breaks nothing, and the quick check for names twice is right."""

import contextlib
import csv
import io
import json
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.core.canonical import canonical_json
from qistas.core.errors import FileInvalid
from qistas.sources.detect import detect
from qistas.sources.formats import open_reader
from qistas.sources.formats.json_row import parse_row
from qistas.sources.mapping import DraftMaker, make_plan, ready
from qistas.sources.types import FieldSpec, Format, ImportOptions, Position, Refusal

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
SCALAR = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15) | TEXT
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
RECORD = st.dictionaries(TEXT, VALUE, max_size=5)


def read(format: Format, data: bytes, start: Position = Position()) -> list[Any]:  # noqa: B008
    how = detect("x", data, ImportOptions(format=format, encoding="utf-8", delimiter=","))
    return [row for _, row in open_reader(io.BytesIO(data), how, data, start)]


@given(st.lists(RECORD, min_size=1, max_size=6), st.booleans(), st.sampled_from([None, 1]))
def test_json_comes_back_as_it_was_written(
    records: list[dict[str, Any]], ascii: bool, indent: int | None
) -> None:
    lines = "\n".join(json.dumps(r, ensure_ascii=ascii) for r in records).encode()
    assert read(Format.JSONL, lines) == records
    array = json.dumps(records, ensure_ascii=ascii, indent=indent).encode()
    assert read(Format.JSON, array) == records


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=8))
def test_csv_comes_back_as_it_was_written(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["a", "b"], *rows])
    data = out.getvalue().encode()
    if data.startswith(b"\xef\xbb\xbf"):
        return
    assert [list(row.values()) for row in read(Format.CSV, data)] == rows


@given(RECORD)
def test_a_name_twice_is_found_and_nothing_else_is_taken_for_one(record: dict[str, Any]) -> None:
    text = json.dumps(record, ensure_ascii=False)
    assert parse_row(text.encode()) == record
    for name in record:
        doubled = f"{text[:-1]}, {json.dumps(name)} : 1}}"
        found = parse_row(doubled.encode())
        assert isinstance(found, Refusal)
        assert found.code == "duplicate_key"


@settings(max_examples=300)
@given(st.sampled_from(list(Format)), st.binary(max_size=300))
def test_any_bytes_give_rows_or_refusals(format: Format, data: bytes) -> None:
    with contextlib.suppress(FileInvalid):
        assert all(isinstance(row, dict | Refusal) for row in read(format, data))


@given(st.lists(RECORD, min_size=2, max_size=6))
def test_reading_goes_on_from_any_place(records: list[dict[str, Any]]) -> None:
    data = json.dumps(records).encode()
    how = detect("x.json", data, ImportOptions(format=Format.JSON))
    reader = open_reader(io.BytesIO(data), how, data)
    for done, _ in enumerate(reader, 1):
        assert read(Format.JSON, data, reader.position) == records[done:]


@given(st.dictionaries(TEXT, TEXT, max_size=6))
def test_the_quick_form_of_texts_is_the_canonical_one(record: dict[str, str]) -> None:
    # Items of texts alone are hashed over what the fast encoder writes.
    assert orjson.dumps(record, option=orjson.OPT_SORT_KEYS) == canonical_json(record)


CELL = SCALAR | TEXT.map(lambda text: f" {text}\0") | st.sampled_from(["", " ", "\0", 7, True])


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["text", "title", "id", "split", "lang", ""]), CELL, max_size=6),
        max_size=6,
    )
)
def test_the_quick_way_gives_what_the_long_way_gives(records: list[dict[str, Any]]) -> None:
    fields = (FieldSpec("title", "text", required=False), FieldSpec("text", "markdown"))
    for required in (fields, fields[1:]):
        plan = make_plan(required, ["text", "title", "id", "split", "lang", ""], ImportOptions())
        maker = DraftMaker(plan)
        for record in records:
            before = dict(record)
            quick = maker.quick(record)
            assert record == before
            draft = maker.make(record)
            if quick is not None:
                assert not isinstance(draft, list)
                assert quick == ready(draft, texts_only=True)


@given(
    st.lists(st.tuples(st.sampled_from(["a", 'a"b', "b", "a\\"]), TEXT | st.just('"')), max_size=4),
    st.booleans(),
)
def test_a_name_that_stands_twice_is_seen_however_quotes_are_written(
    pairs: list[tuple[str, str]], escaped: bool
) -> None:
    written = [json.dumps(part) for pair in pairs for part in pair]
    if escaped:
        written = [part[:1] + part[1:-1].replace('\\"', "\\u0022") + part[-1:] for part in written]
    raw = "{" + " , ".join(f"{k} : {v}" for k, v in zip(written[::2], written[1::2], strict=True)) + "}"
    names = [name for name, _ in pairs]
    found = parse_row(raw.encode())
    if len(set(names)) == len(names):
        assert found == dict(pairs)
    else:
        assert isinstance(found, Refusal)
        assert found.code == "duplicate_key"
