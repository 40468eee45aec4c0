"""Archives read as the enemy's: each trick refused with its reason, and what stands beside it kept."""

import io
import stat
import struct
import tracemalloc
import zipfile

import pytest
from tests.unit.sources.zips import zip_of

from qistas.core.errors import FileInvalid
from qistas.sources.formats import archive
from qistas.sources.formats.archive import ZipReader
from qistas.sources.types import Position, Refusal


def read(data: bytes) -> list[tuple[int, str]]:
    rows = ZipReader(io.BytesIO(data), Position())
    return [(line, row.code if isinstance(row, Refusal) else row.get("text", "image")) for line, row in rows]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "a/../../evil.txt",
        "/etc/evil.txt",
        "C:/evil.txt",
        "a\\b.txt",
        "..\\evil.txt",
        "a\0b.txt",
        "a//b.txt",
        "./a.txt",
        "x" * 600 + ".txt",
    ],
)
def test_names_that_lead_elsewhere(name: str) -> None:
    data = zip_of({"first.txt": b"a", name: b"evil", "last.txt": b"z"})
    assert read(data) == [(1, "a"), (2, "entry_name"), (3, "z")]


def test_names_that_differ_by_case_or_form_alone() -> None:
    names = {"a.txt": b"1", "A.TXT": b"2", "caf\u00e9.txt": b"3", "cafe\u0301.txt": b"4"}
    assert read(zip_of(names)) == [(1, "1"), (2, "entry_name"), (3, "3"), (4, "entry_name")]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices(kind: int) -> None:
    data = zip_of({"a.txt": b"/etc/passwd", "b.txt": b"b"}, attributes={"a.txt": kind | 0o777})
    assert read(data) == [(1, "entry_link"), (2, "b")]


def test_archives_within_archives() -> None:
    inner = zip_of({"a.txt": b"x"})
    assert read(zip_of({"a.zip": inner, "b.txt": inner, "c.tar.gz": b"x", "d.txt": b"d"})) == [
        (1, "entry_nested"),
        (2, "entry_nested"),
        (3, "entry_nested"),
        (4, "d"),
    ]


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zip_of({"bomb.txt": b"\0" * (12 * 2**20), "b.txt": b"b"}, packed=True)
    assert len(bomb) < 2**17
    assert read(bomb) == [(1, "entry_ratio"), (2, "b")]


def test_more_than_may_be_unpacked_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(FileInvalid, match="unpack"):
        read(zip_of({"a.txt": b"x" * 600, "b.txt": b"x" * 600}))


def test_a_million_entries_are_counted_before_they_are_read() -> None:
    entry = b"PK\x01\x02" + b"\0" * 42
    for count, claimed in ((1_000_000, 65_535), (1_000_000, 3)):
        data = b"PK\x03\x04" + entry * count
        data += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, claimed, claimed, len(entry) * count, 4, 0)
        tracemalloc.start()
        with pytest.raises(FileInvalid):
            read(data)
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
        tracemalloc.stop()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for n in range(archive.MAX_ENTRIES + 1):
            file.writestr(f"{n}", b"")
    with pytest.raises(FileInvalid, match="too many"):
        read(out.getvalue())


def test_an_entry_that_says_less_than_it_holds() -> None:
    data = bytearray(zip_of({"a.txt": b"x" * 1000, "b.txt": b"b"}, packed=True))
    central = data.find(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    assert read(bytes(data)) == [(1, "entry_damaged"), (2, "b")]


def test_locked_damaged_and_foreign_entries() -> None:
    locked = bytearray(zip_of({"a.txt": b"a", "b.txt": b"b"}))
    central = locked.find(b"PK\x01\x02")
    locked[central + 8] |= 1
    assert read(bytes(locked)) == [(1, "entry_locked"), (2, "b")]
    damaged = bytearray(zip_of({"a.txt": b"first", "b.txt": b"b"}))
    damaged[damaged.find(b"first")] ^= 1
    assert read(bytes(damaged)) == [(1, "entry_damaged"), (2, "b")]
    assert read(zip_of({"run.exe": b"MZ", "a.txt": "هذا نص قصير من كتاب قديم".encode("cp1256")})) == [
        (1, "entry_type"),
        (2, "هذا نص قصير من كتاب قديم"),
    ]
