"""An upload as it comes: the form's file goes straight into the file store, never into memory or a temporary folder."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from qistas.connectors.blobs import BlobStore, Stored
from qistas.core.errors import Fault, Invalid

MAX_FIELD_BYTES = 1 << 20  # of all fields beside the file together: they are held in memory
MAX_FIELDS = 100

# What the form looks like in the OpenAPI document, since it is not read by the framework.
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "options": {"type": "string", "description": "Import options, as JSON"},
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A form that has been received: its one file, now in the store, and its other fields."""

    name: str
    stored: Stored
    fields: dict[str, str]


class _Form:
    """What the parser has found so far; pieces of the file wait to be taken."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.pieces: list[bytes] = []
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._name = ""
        self._held = bytearray()
        self._total = 0
        self._in_file = False

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_done,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._disposition = b""
        self._held.clear()
        self._in_file = False

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_done(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options or self._name == "file":
            if self.file_name is not None:
                raise Invalid(
                    "The form holds more than one file.",
                    [Fault("file", "comes twice", "Send one file at a time.")],
                )
            self.file_name = options.get(b"filename", b"upload").decode("utf-8", "replace")
            self._in_file = True
        elif len(self.fields) >= MAX_FIELDS:
            raise Invalid(
                "The form has too many fields.",
                [Fault("form", f"has more than {MAX_FIELDS}", "Send `file` and `options`.")],
            )

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self.pieces.append(data[start:end])
            return
        self._held += data[start:end]
        self._total += end - start
        if self._total > MAX_FIELD_BYTES:
            raise Invalid(
                "A field of the form is too long.",
                [
                    Fault(
                        self._name[:100],
                        f"has more than {MAX_FIELD_BYTES:,} bytes, with those before it",
                        "Send `file` and `options`.",
                    )
                ],
            )

    def _end(self) -> None:
        if not self._in_file:
            self.fields[self._name] = self._held.decode("utf-8", "replace")


async def receive_upload(request: Request, blobs: BlobStore, path: str, max_bytes: int) -> Upload:
    """Read a multipart form whose `file` is written to `path`. What was begun and not finished is removed again."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise HTTPException(415, "Send the file as multipart/form-data with the parts `file` and `options`.")
    form = _Form()
    parser = MultipartParser(options[b"boundary"], form.callbacks())  # type: ignore[arg-type]  # pyright: ignore

    async def file_bytes() -> AsyncIterator[bytes]:
        total = 0
        async for chunk in request.stream():
            parser.write(chunk)
            for piece in form.pieces:
                total += len(piece)
                if total > max_bytes:
                    raise HTTPException(
                        413, f"The file is larger than the {max_bytes:,} bytes that are allowed here."
                    )
                yield piece
            form.pieces.clear()
        parser.finalize()

    try:
        stored = await blobs.put_stream(path, file_bytes())
        if form.file_name is None:
            raise Invalid(
                "The form holds no file.", [Fault("file", "is missing", "Send it as the part named `file`.")]
            )
    except BaseException as error:
        await asyncio.shield(blobs.delete(path))
        if isinstance(error, FormParserError):
            raise Invalid("The form cannot be read: it breaks off or is garbled. Send it again.") from None
        if isinstance(error, ClientDisconnect):
            raise Invalid("The upload broke off. Send it again.") from None
        raise
    return Upload(form.file_name, stored, form.fields)
