"""Every format of import keeps the same promises: rows with their lines, a place to go on from, and no way to be broken."""

import io
import json
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qistas.core.errors import FileInvalid
from qistas.sources.detect import Detected, detect
from qistas.sources.formats import READERS, Row, open_reader
from qistas.sources.types import Format, ImportOptions, Position, Refusal

TEXTS = ["one", "اثنان", 'th"ree, with\nnothing lost', "four\\n", "خمسة 😀"]


def jsonl(texts: list[str]) -> bytes:
    return b"".join(json.dumps({"text": t}, ensure_ascii=False).encode() + b"\n" for t in texts)


def json_array(texts: list[str]) -> bytes:
    return json.dumps(
        [{"text": t, "more": {"a": [1, "]"]}} for t in texts], ensure_ascii=False, indent=2
    ).encode()


def delimited(delimiter: str) -> Callable[[list[str]], bytes]:
    def write(texts: list[str]) -> bytes:
        cells = ['"' + t.replace('"', '""') + '"' for t in texts]
        return "".join(f"{a}{delimiter}{b}\r\n" for a, b in [("n", "text"), *enumerate(cells)]).encode()

    return write


def parquet(texts: list[str]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), out, row_group_size=2)
    return out.getvalue()


def text(texts: list[str]) -> bytes:
    return "\n".join(t.replace("\n", " ") for t in texts).encode()


def archive(texts: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for number, t in enumerate(texts):
            file.writestr(f"folder/{number}.txt", t)
    return out.getvalue()


WRITERS: dict[Format, Callable[[list[str]], bytes]] = {
    Format.JSONL: jsonl,
    Format.JSON: json_array,
    Format.CSV: delimited(","),
    Format.TSV: delimited("\t"),
    Format.PARQUET: parquet,
    Format.TEXT: text,
    Format.ZIP: archive,
}


def how(format: Format, data: bytes) -> Detected:
    return detect(f"file.{format.value}" if format is not Format.TEXT else "file.txt", data, ImportOptions())


def read(format: Format, data: bytes, start: Position = Position()) -> tuple[list[Row], list[Position]]:  # noqa: B008
    reader = open_reader(io.BytesIO(data), how(format, data), data[: 1 << 20], start)
    rows: list[Row] = []
    places = [reader.position]
    for row in reader:
        rows.append(row)
        places.append(reader.position)
    return rows, places


def test_every_format_has_a_writer_here() -> None:
    assert set(WRITERS) == set(READERS) == set(Format)


@pytest.mark.parametrize("format", list(Format))
def test_it_is_known_by_its_content_and_gives_every_row(format: Format) -> None:
    data = WRITERS[format](TEXTS)
    assert how(format, data).format is format
    rows, _ = read(format, data)
    wanted = [t.replace("\n", " ") for t in TEXTS] if format is Format.TEXT else TEXTS
    assert [row["text"] for _, row in rows if not isinstance(row, Refusal)] == wanted
    lines = [line for line, _ in rows]
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("format", list(Format))
def test_from_any_place_it_goes_on_with_exactly_the_rows_that_follow(format: Format) -> None:
    data = WRITERS[format](TEXTS)
    rows, places = read(format, data)
    for done, place in enumerate(places):
        again, _ = read(format, data, place)
        assert again == rows[done:], (format, done, place)


@pytest.mark.parametrize("format", list(Format))
def test_a_file_cut_off_anywhere_is_read_as_far_as_it_goes(format: Format) -> None:
    data = WRITERS[format](TEXTS)
    whole = [row for _, row in read(format, data)[0]]
    for cut in range(12, len(data), max(1, len(data) // 60)):  # not within the header
        try:
            rows = [row for _, row in read(format, data[:cut])[0]]
        except FileInvalid:
            continue  # a format with its directory at the end is told as a whole
        good = [row for row in rows if not isinstance(row, Refusal)]
        # What has no end of its own cannot know that its last cell is not whole; every other format refuses what was cut.
        sure = max(0, len(good) - (format in (Format.TEXT, Format.CSV, Format.TSV)))
        assert good[:sure] == whole[:sure]


@pytest.mark.parametrize("format", list(Format))
def test_nonsense_is_refused_and_breaks_nothing(format: Format) -> None:
    for data in (
        b"\0" * 100,
        bytes(range(256)) * 40,
        b"[" * 5000,
        b'"' * 5000,
        b"{" * 100_000,
        b"PK\x03\x04" + b"\xff" * 500,
        b"PAR1" + b"\0" * 90,
    ):
        try:
            rows, _ = read(format, data)
        except FileInvalid:
            continue
        assert all(row.reason and row.remedy for _, row in rows if isinstance(row, Refusal))
