"""The process that opens images. It is run by path, alone, with little memory and time, and trusts nothing it is given.

Over standard input: 4 bytes of length and 8 of the pixel limit, then the image. Back: one line of JSON, then the bytes
to be stored where they differ. It imports nothing of ours: what it could be made to do, it can do with nothing.
"""

import io
import json
import re
import resource
import struct
import sys
import warnings
import zlib

from PIL import Image, ImageOps

MEMORY_BYTES = 2 * 2**30
CPU_SECONDS_AN_IMAGE = 30
MAX_FRAMES = 500
MEDIA = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
}
NOT_TAKEN = {
    b"II*\x00": "a TIFF",
    b"MM\x00*": "a TIFF",
    b"8BPS": "a Photoshop file",
    b"%PDF": "a PDF",
    b"\x00\x00\x01\x00": "an icon",
    b"\xffO\xffQ": "a JPEG 2000",
    b"\x00\x00\x00\x0cjP": "a JPEG 2000",
}
_SVG = re.compile(rb"<\s*(?:svg|\?xml|!doctype\s+svg)", re.IGNORECASE)
_MARKUP = re.compile(rb"^\s*(?:<!doctype|<html|<script|<head|<body)", re.IGNORECASE)


class Refused(Exception):
    """Why an image is not taken: code, reason, remedy."""


def true_form(data: bytes) -> str:
    """The form the bytes really have, whatever they are named."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"BM") and len(data) > 26:
        return "BMP"
    head = data[:1024].removeprefix(b"\xef\xbb\xbf")
    if _SVG.search(head) or data.startswith(b"\x1f\x8b"):
        raise Refused(
            "image_svg", "The file is an SVG, which is a program as much as a picture.", "Draw it into a PNG."
        )
    if _MARKUP.search(head):
        raise Refused(
            "image_type", "The file is a web page, not an image.", "Send a PNG, JPEG, WebP, GIF or BMP."
        )
    kind = next((name for magic, name in NOT_TAKEN.items() if data.startswith(magic)), None)
    if kind is None and data[4:8] == b"ftyp":
        kind = "an AVIF, HEIC or film"
    raise Refused("image_type", f"The file is {kind or 'not an image'}.", "Convert it to PNG, JPEG or WebP.")


def look(data: bytes, max_pixels: int) -> "tuple[str, int, int, bytes]":
    """Media type, width, height of the upright picture, and the bytes to store."""
    form = true_form(data)
    if form == "GIF" and gif_frames(data) > MAX_FRAMES:
        raise Refused(
            "image_frames",
            f"The GIF has more than {MAX_FRAMES} pictures in it.",
            "Send them as single images.",
        )
    try:
        image = Image.open(io.BytesIO(data), formats=[form])
        width, height = image.size
        if width * height > max_pixels:
            raise Refused(
                "image_too_large",
                f"The image has {width:,} × {height:,} pixels, {width * height / 1e6:.0f} million; {max_pixels / 1e6:.0f} million are allowed.",
                "Scale it down, or cut it into parts.",
            )
        turn = image.getexif().get(0x0112, 1) if form in ("JPEG", "PNG", "WEBP") else 1
        image.load()
        if turn in (2, 3, 4, 5, 6, 7, 8):
            upright = ImageOps.exif_transpose(image)
            return (
                MEDIA[form],
                upright.width,
                upright.height,
                encode(upright, form, image.info.get("icc_profile")),
            )
    except Refused:
        raise
    except MemoryError:
        raise Refused(
            "image_too_large", "The image does not fit into memory when opened.", "Scale it down."
        ) from None
    except Exception as error:
        raise Refused(
            "image_unreadable",
            f"The image cannot be opened: {str(error)[:120] or type(error).__name__}.",
            "Was the file cut off? Save it again.",
        ) from None
    cut = {"JPEG": bare_jpeg, "PNG": bare_png, "WEBP": bare_webp}.get(form)
    return MEDIA[form], width, height, cut(data) if cut else data


def encode(image: Image.Image, form: str, profile: "bytes | None") -> bytes:
    """The upright picture in its own form, without what was written beside it."""
    out = io.BytesIO()
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    if image.mode == "P":
        bare.putpalette(image.getpalette() or [])
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "PNG": {}, "WEBP": {"lossless": True}}[form]
    bare.save(out, form, icc_profile=profile, **options)
    return out.getvalue()


def bare_jpeg(data: bytes) -> bytes:
    """The same pixels without EXIF, XMP, IPTC and comments (place, camera, names); the colour profile stays."""
    out = [data[:2]]
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            return b"".join([*out, data[at:]])
        size = struct.unpack_from(">H", data, at + 2)[0]
        if marker not in (0xE1, 0xED, 0xFE):
            out.append(data[at : at + 2 + size])
        at += 2 + size
    return data


def bare_png(data: bytes) -> bytes:
    """The same pixels without EXIF and texts."""
    out = [data[:8]]
    at = 8
    while at + 12 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        kind = data[at + 4 : at + 8]
        end = at + 12 + size
        if kind not in (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"):
            out.append(data[at:end])
        if kind == b"IEND":
            break
        at = end
    return b"".join(out)


def bare_webp(data: bytes) -> bytes:
    """The same pixels without EXIF and XMP."""
    out: list[bytes] = []
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        end = at + 8 + size + (size & 1)
        part = data[at:end]
        if kind == b"VP8X" and len(part) >= 9:
            part = part[:8] + bytes([part[8] & ~0x0C]) + part[9:]
        if kind not in (b"EXIF", b"XMP "):
            out.append(part)
        at = end
    body = b"WEBP" + b"".join(out)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_frames(data: bytes) -> int:
    """How many pictures a GIF holds, by walking its blocks without unpacking any; stops just above the limit."""
    if len(data) < 13:
        return 0
    at = 13 + (3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    frames = 0
    while at < len(data) and frames <= MAX_FRAMES:
        block = data[at]
        if block == 0x2C and at + 10 <= len(data):
            frames += 1
            at += 10 + (3 * 2 ** ((data[at + 9] & 7) + 1) if data[at + 9] & 0x80 else 0) + 1
        elif block == 0x21:
            at += 2
        else:
            break
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
    return frames


def serve() -> None:
    """Answer until the other side closes."""
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = None  # judged above, before anything is unpacked
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    source, answer = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(12)) == 12:
        size, max_pixels = struct.unpack(">IQ", head)
        data = source.read(size)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS_AN_IMAGE
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        kept = b""
        try:
            media, width, height, stored = look(data, max_pixels)
            kept = b"" if stored == data else stored
            told = {"media_type": media, "width": width, "height": height, "bytes": len(kept)}
        except Refused as refused:
            told = {"refused": list(refused.args), "bytes": 0}
        answer.write(json.dumps(told).encode() + b"\n" + kept)
        answer.flush()
        del data, kept


if __name__ == "__main__":
    Image.init()
    zlib.crc32(b"")
    serve()
