"""Bad files, one by one: what is refused, at which line, with what remedy, and that the rows around it are kept."""

import io
import json
import time
import tracemalloc
from typing import BinaryIO, cast

import pytest

from qistas.core.errors import FileInvalid
from qistas.sources.detect import detect
from qistas.sources.encoding import detect_encoding
from qistas.sources.formats import open_reader
from qistas.sources.formats.delimited import name_columns
from qistas.sources.mapping import DraftMaker, make_plan, ready
from qistas.sources.types import FieldSpec, ImportOptions, ReadyRow, Refusal

ARABIC = "الميزان في اللغة العربية هو القسطاس، وهو أعدل الموازين وأقومها. اشتريت الكتاب من السوق القديم في المدينة."


def read(name: str, data: bytes | BinaryIO, **options: object) -> list[tuple[int, object]]:
    """(line, text or refusal code) of every row."""
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    sample = source.read(1 << 20)
    how = detect(name, sample, ImportOptions(**options))  # type: ignore[arg-type]
    return [
        (line, row.code if isinstance(row, Refusal) else row.get("text", row))
        for line, row in open_reader(source, how, sample)
    ]


def test_a_bad_line_in_the_middle_of_jsonl() -> None:
    assert read("a.jsonl", b'{"text":"a"}\n{"text":"b"\n{"text":"c"}\n') == [
        (1, "a"),
        (2, "json_invalid"),
        (3, "c"),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b'{"text":"a\\u0000b"}', "nul_byte"),
        (b'{"text":"a\0b"}', "nul_byte"),
        (b'{"text":"a","text":"b"}', "duplicate_key"),
        (b'{"text" : "a", "x":1, "text":"b"}', "duplicate_key"),
        (b'{"text":"a","\\u0074ext":"b"}', "duplicate_key"),
        (b'{"text":"a","x":{"k":1,"k":2}}', "duplicate_key"),
        (b'{"text":"a","x":[{"k":1},{"k":1,"j":2,"k":1}]}', "duplicate_key"),
        (b'{"text":"a","x":' + b"[" * 100 + b"]" * 100 + b"}", "json_depth"),
        (b'{"text":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json_depth"),
        (b"[" * 1_000_000, "json_depth"),
        (b'{"text":"a","x":' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}", "json_depth"),
        (b'{"text":"\\ud83d"}', "lone_surrogate"),
        (b'{"text":"a","n":12345678901234567890}', "number_too_large"),
        (b'{"text":"a","n":1e400}', "number_too_large"),
        (b'{"text":"a","n":[1,{"x":-9007199254740993}]}', "number_too_large"),
        (b'{"text":"a","n":NaN}', "json_invalid"),
        (b'{"text":"\xc7\xe1"}', "encoding"),
        (b'"just a text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b"7", "not_an_object"),
        (b'{"text":7}', "field_type"),
        (b'{"text":null}', "field_missing"),
        (b'{"text":" \\t"}', "field_missing"),
        (b"{}", "field_missing"),
        (b'{"text":"a","id":"' + b"x" * 600 + b'"}', "external_id"),
        (b'{"text":"a","id":[1]}', "external_id"),
        (b'{"text":"a","split":{"a":1}}', "split"),
        (b'{"text":"a","more":"' + b"x" * 70_000 + b'"}', "metadata_too_large"),
    ],
)
def test_one_bad_row_of_jsonl_is_refused_and_its_neighbours_kept(row: bytes, code: str) -> None:
    good = b'{"text":"good","id":1,"split":"train"}\n'
    source = io.BytesIO(good + row + b"\n" + good)
    sample = good
    reader = open_reader(source, detect("a.jsonl", sample, ImportOptions()), sample)
    plan = make_plan([FieldSpec("text", "text")], ["text", "id", "split"], ImportOptions())
    maker = DraftMaker(plan)
    told: list[tuple[int, str]] = []
    for line, found in reader:
        draft = found if isinstance(found, Refusal) else maker.make(found)
        done = draft if isinstance(draft, list | Refusal) else ready(draft, texts_only=True)
        refusals = done if isinstance(done, list) else [done] if isinstance(done, Refusal) else []
        told += [(line, r.code) for r in refusals] or [(line, "kept")]
        assert all(r.reason and r.remedy and len(r.raw) <= 300 and "\0" not in r.raw for r in refusals)
        assert refusals or isinstance(done, ReadyRow)
    assert told == [(1, "kept"), (2, code), (3, "kept")]


def test_texts_that_look_like_trouble_are_kept() -> None:
    rows = [
        {"text": 'she said: "x": and "y" :'},
        {"text": "back\\slash \\u0000 written out"},
        {"text": "<script>alert(1)</script>"},
        {"text": "😀 \u202e هنا", "n": 9007199254740991, "x": [[1.5], {"a": {"b": None}}]},
    ]
    data = b"".join(json.dumps(row, ensure_ascii=bool(n % 2)).encode() + b"\n" for n, row in enumerate(rows))
    assert read("a.jsonl", data) == [(n + 1, row["text"]) for n, row in enumerate(rows)]


class Endless(io.RawIOBase):
    """A file of some gigabytes that takes no room: a head, one endless line, a tail."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self._parts = (head, size, tail)
        self._total = len(head) + size + len(tail)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        head, size, tail = self._parts
        if self._at < len(head):
            piece = head[self._at : self._at + len(buffer)]
        elif self._at < len(head) + size:
            piece = b"x" * min(len(buffer), len(head) + size - self._at)
        else:
            piece = tail[self._at - len(head) - size :][: len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = (
            offset
            if whence == io.SEEK_SET
            else self._at + offset
            if whence == io.SEEK_CUR
            else self._total + offset
        )
        return self._at

    def tell(self) -> int:
        return self._at


@pytest.mark.parametrize(
    ("name", "head", "tail"),
    [
        ("a.jsonl", b'{"text":"a"}\n{"text":"', b'"}\n{"text":"z"}\n'),
        ("a.json", b'[{"text":"a"},\n{"text":"', b'"},\n{"text":"z"}]'),
        ("a.csv", b'n,text\n1,a\n2,"', b'"\n3,z\n'),
        ("a.txt", b"a\n", b"\nz\n"),
    ],
)
def test_a_line_of_a_gigabyte_is_refused_in_little_memory_and_reading_goes_on(
    name: str, head: bytes, tail: bytes
) -> None:
    source = cast(BinaryIO, io.BufferedReader(Endless(head, 1 << 30, tail), 1 << 20))
    tracemalloc.start()
    rows = read(name, source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    long = 3 if name == "a.csv" else 2
    assert [(n, code) for n, code in rows if code == "line_too_long"] == [(long, "line_too_long")]
    assert [code for _, code in rows if code != "line_too_long"] == ["a", "z"]
    assert peak < 120 * 2**20


def test_csv_of_any_dialect() -> None:
    for delimiter in ",;\t|،":
        data = f'n{delimiter}text{delimiter}tag\n1{delimiter}"a{delimiter}b ""c""\nd"{delimiter}x\n2{delimiter}e{delimiter}y\n'.encode()
        assert read("a.csv", data) == [(2, f'a{delimiter}b "c"\nd'), (4, "e")]
    assert read("a.csv", b"n,text\r1,a\r2,b\r") == [(2, "a"), (3, "b")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256", "iso8859-6"]
)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt", "a.json"])
def test_arabic_in_any_encoding(name: str, encoding: str) -> None:
    text = ARABIC
    rows = {
        "a.csv": f'n,text\n1,"{text}"\n2,{text[:20]}\n',
        "a.jsonl": json.dumps({"text": text}, ensure_ascii=False) + "\n",
        "a.json": json.dumps([{"text": text}], ensure_ascii=False),
        "a.txt": text + "\n",
    }[name]
    found = read(name, rows.encode(encoding, "replace" if encoding == "iso8859-6" else "strict"))
    assert found[0][1] == text
    assert all(code != "encoding" for _, code in found)


def test_csv_of_mixed_encodings_refuses_only_the_lines_of_the_other() -> None:
    lines = [f"{n},{ARABIC}\n".encode() for n in range(30)]
    lines[10] = f"10,{ARABIC}\n".encode("cp1256")
    data = b"n,text\n" + b"".join(lines)
    assert detect_encoding(data) == "utf-8"
    rows = read("a.csv", data)
    assert [line for line, code in rows if code == "encoding"] == [12]
    assert len(rows) == 30


def test_csv_that_is_broken_here_and_there() -> None:
    data = b'n,text\n1,a\n2\n3,b,c\n4,"open\n5,d\n6,"bad"x\n7,e\n8,"cut'
    told = [
        (2, "a"),
        (3, "columns_few"),
        (4, "columns"),
        (5, "quotes"),
        (6, "d"),
        (7, "quotes"),
        (8, "e"),
        (9, "quotes"),
    ]
    assert read("a.csv", data) == told


def test_a_header_that_repeats_or_lacks_names() -> None:
    data = b"text,text,,id\na,b,c,d\n"
    source = io.BytesIO(data)
    reader = open_reader(source, detect("a.csv", data, ImportOptions()), data)
    assert list(reader) == [(2, {"text": "a", "text_2": "b", "column_3": "c", "id": "d"})]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.xlsx", b"PK\x03\x04....[Content_Types].xml"),
        ("model.pkl", b"\x80\x04\x95\x00\x00"),
        ("model.pt", b"PK\x03\x04........archive/data.pkl"),
        ("a.gz", b"\x1f\x8b\x08\x00"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.parquet", b"text,b\n1,2\n"),
        ("a.zip", b"text,b\n1,2\n"),
        ("a", b"\x00\x01\x02\x03" * 10),
    ],
)
def test_what_is_not_read_at_all_says_what_to_do(name: str, data: bytes) -> None:
    with pytest.raises(FileInvalid) as caught:
        detect(name, data, ImportOptions())
    assert caught.value.faults[0].remedy


def test_options_that_are_wrong_are_refused() -> None:
    for options in (
        ImportOptions(encoding="klingon"),
        ImportOptions(encoding="rot13"),
        ImportOptions(delimiter=",,"),
        ImportOptions(delimiter='"'),
    ):
        with pytest.raises(FileInvalid):
            detect("a.csv", b"a,b\n1,2\n", options)


def test_a_name_that_lies_gives_way_to_the_content() -> None:
    assert detect("a.csv", b"PAR1....", ImportOptions()).format == "parquet"
    assert detect("a.json", b'{"text": 1}\n{"text": 2}\n', ImportOptions()).format == "jsonl"
    assert detect("a.jsonl", b'[\n{"text": 1}]', ImportOptions()).format == "json"
    assert detect("a", b"a;b\n1;2\n3;4\n", ImportOptions()).format == "csv"
    assert detect("a", ARABIC.encode(), ImportOptions()).format == "text"


def test_a_deep_json_array_does_not_recurse() -> None:
    assert read("a.json", b"[" + b"[" * 3_000_000) == [(1, "json_invalid")]
    assert read("a.json", b'[{"text":"a"}, ' + b"[" * 200 + b"]" * 200 + b', {"text":"b"}]')[-1] == (1, "b")


@pytest.mark.parametrize("name", ["x", ""])
def test_a_file_of_too_many_columns_is_refused_at_once(name: str) -> None:
    began = time.perf_counter()
    with pytest.raises(FileInvalid) as caught:
        read("a.csv", b",".join([name.encode()] * 200_000) + b"\n", delimiter=",")
    assert (caught.value.faults[0].code, caught.value.faults[0].params["n"]) == ("columns_many", 200_000)
    assert time.perf_counter() - began < 2
    columns = name_columns(["a"] * 1_000 + ["a_2", "a"])
    assert columns[:3] == ["a", "a_2", "a_3"]
    assert columns[-2:] == ["a_2_2", "a_1001"]
    assert len(set(columns)) == 1_002
    assert len(read("a.csv", b",".join([b"x"] * 2_000) + b"\n" + b"," * 1_999 + b"\n", delimiter=",")) == 1


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "utf-7", "unicode_escape", "undefined", "rot13", "iso2022_jp", "x" * 99]
)
def test_an_encoding_that_is_none_of_texts_is_refused(name: str) -> None:
    with pytest.raises(FileInvalid) as caught:
        read("a.csv", b"text\na\n", encoding=name)
    assert caught.value.faults[0].code == "encoding_unknown"


@pytest.mark.parametrize("name", ["windows-1256", "latin1", "ISO-8859-6", "UTF8", "sjis", "cp1252"])
def test_encodings_go_by_any_of_their_names(name: str) -> None:
    assert read("a.csv", b"text\na\n", encoding=name) == [(2, "a")]
