"""Images: what they are, not what they are called; upright, bare, and opened where they can do no harm."""

import base64
import io
import json
import os
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from tests.integration.sources.conftest import Bench, MakeBench
from tests.unit.sources.zips import zip_of

from qistas.sources import find_media, images
from qistas.sources.images import ImageReader, Seen
from qistas.sources.types import Refusal

FIELDS = [{"name": "image", "type": "image", "required": True}]


def picture(form: str = "PNG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, (10, 200, 30))
    image.putpixel((0, 0), (255, 0, 0))
    image.save(out, form, **options)  # type: ignore[arg-type]
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG that claims its size and packs nothing: 144 megapixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)  # where it was taken
    return picture("JPEG", exif=exif.tobytes(), quality=95)


def frames(count: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + (b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00") * count + b";"


REFUSED = {
    "svg": (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "image_svg",
    ),
    "svg without declaration": (b"<!-- x --><svg onload='alert(1)'></svg>", "image_svg"),
    "packed svg": (b"\x1f\x8b\x08\x00", "image_svg"),
    "a web page": (b"<!DOCTYPE html><html><script>alert(1)</script>", "image_type"),
    "text": (b"hello", "image_type"),
    "empty": (b"", "image_type"),
    "tiff": (picture("TIFF"), "image_type"),
    "pdf": (b"%PDF-1.7 ...", "image_type"),
    "cut off": (picture()[:60], "image_unreadable"),
    "only a head": (b"\x89PNG\r\n\x1a\n", "image_unreadable"),
    "damaged": (picture("JPEG")[:200] + b"\0" * 100, "image_unreadable"),
    "144 megapixels": (huge_png(12_000, 12_000), "image_too_large"),
    "900 megapixels": (huge_png(30_000, 30_000), "image_too_large"),
    "a million frames": (frames(1_000_000), "image_frames"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused(name: str) -> None:
    data, code = REFUSED[name]
    async with ImageReader(64_000_000) as reader:
        found = await reader.look(data)
        assert isinstance(found, Refusal)
        assert (found.code, bool(found.reason), bool(found.remedy)) == (code, True, True)
        assert isinstance(await reader.look(picture()), Seen)  # and the process is still there


@pytest.mark.parametrize(
    ("form", "media"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
    ],
)
async def test_what_is_taken_is_kept_bit_for_bit(form: str, media: str) -> None:
    async with ImageReader(64_000_000) as reader:
        seen = await reader.look(picture(form))
    assert isinstance(seen, Seen)
    assert (seen.media_type, seen.width, seen.height) == (media, 40, 20)
    assert seen.data == picture(form)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
async def test_pictures_are_upright_and_tell_nothing_beside(orientation: int) -> None:
    async with ImageReader(64_000_000) as reader:
        seen = await reader.look(with_exif(orientation))
    assert isinstance(seen, Seen)
    assert (seen.width, seen.height) == ((20, 40) if orientation in (6, 8) else (40, 20))
    stored = Image.open(io.BytesIO(seen.data))
    assert stored.size == (seen.width, seen.height)
    assert not stored.getexif()
    assert b"a camera" not in seen.data
    if orientation == 1:
        assert stored.tobytes() == Image.open(io.BytesIO(with_exif(1))).tobytes()


async def test_texts_within_png_and_webp_are_cut() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "a person")
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    async with ImageReader(64_000_000) as reader:
        for data in (
            picture("PNG", pnginfo=info, exif=exif),
            picture("WEBP", exif=exif.tobytes(), lossless=True),
        ):
            seen = await reader.look(data)
            assert isinstance(seen, Seen)
            assert b"a person" not in seen.data
            assert b"a camera" not in seen.data
            Image.open(io.BytesIO(seen.data)).load()


async def test_an_image_that_ends_the_process_ends_that_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "decoder.py"
    broken.write_text("import sys\nsys.stdin.buffer.read(12)\nimport os\nos.abort()\n")
    async with ImageReader(64_000_000) as reader:
        with monkeypatch.context() as patch:
            patch.setattr(images, "DECODER", broken)
            found = await reader.look(picture())
            assert isinstance(found, Refusal)
            assert found.code == "image_unreadable"
        assert isinstance(await reader.look(picture()), Seen)


async def test_an_image_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "decoder.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(images, "DECODER", slow)
    monkeypatch.setattr(images, "SECONDS_AN_IMAGE", 0.3)
    async with ImageReader(64_000_000) as reader:
        found = await reader.look(picture())
    assert isinstance(found, Refusal)
    assert found.code == "image_too_slow"


async def test_a_zip_of_images(make_bench: MakeBench) -> None:
    bench = await make_bench(FIELDS)
    data = zip_of(
        {
            "cats/1.png": picture(),
            "cats/lies.png": picture("JPEG"),
            "evil.svg": b"<svg/>",
            "again.png": picture(),
            "notes.pdf": b"x",
            "__MACOSX/1.png": b"junk",
            ".DS_Store": b"junk",
        }
    )
    done = await bench.take("images.zip", data)
    assert (done.state, done.format, done.rows_added, done.rows_duplicate, done.rows_refused) == (
        "done",
        "zip",
        2,
        1,
        2,
    )
    assert {(r.code, r.raw) for r in await bench.refusals(done)} == {
        ("image_svg", "evil.svg"),
        ("entry_type", "notes.pdf"),
    }
    rows = await bench.rows(
        "SELECT id, external_id, data FROM items WHERE project_id = %(p)s ORDER BY external_id"
    )
    assert [(row[1], row[2]["image"]["media_type"], row[2]["image"]["width"]) for row in rows] == [
        ("cats/1.png", "image/png", 40),
        ("cats/lies.png", "image/jpeg", 40),
    ]
    assert await bench.rows("SELECT count(*) FROM blobs WHERE %(p)s IS NOT NULL") == [(2,)]
    async with bench.db.tenant_tx(bench.who) as tx:
        media = await find_media(tx, bench.project, rows[0][0], "image")
    assert (await bench.blobs.get(media.path), media.media_type) == (picture(), "image/png")


async def test_images_within_rows(make_bench: MakeBench) -> None:
    bench = await make_bench(FIELDS)
    url = "data:image/png;base64," + base64.b64encode(picture()).decode()
    first = await bench.take(
        "a.jsonl",
        json.dumps({"image": url}).encode()
        + b'\n{"image": "https://example.org/x.png"}\n{"image": "data:image/png;base64,@@"}\n',
    )
    assert [(r.line, r.code) for r in await bench.refusals(first)] == [
        (2, "image_missing"),
        (3, "image_unreadable"),
    ]
    (data,) = (await bench.rows("SELECT data FROM items WHERE project_id = %(p)s"))[0]
    known, unknown = f"blob:{data['image']['blob']}", "blob:" + "0" * 64
    second = await bench.take("b.csv", f"image\n{known}\n{unknown}\n".encode())
    assert (second.rows_duplicate, [r.code for r in await bench.refusals(second)]) == (1, ["image_missing"])


async def test_nothing_is_written_outside_the_store(bench: Bench) -> None:
    before = {path for path in bench.folder.rglob("*") if "blobs" not in path.parts}
    await bench.take(
        "a.zip",
        zip_of({"../../evil.txt": b"x", "/etc/evil.txt": b"x", "ok.txt": b"fine", "CON.txt": b"fine too"}),
    )
    assert await bench.texts() == ["fine", "fine too"]
    assert {path for path in bench.folder.rglob("*") if "blobs" not in path.parts} == before
    assert not os.path.exists(bench.folder.parent / "evil.txt")
