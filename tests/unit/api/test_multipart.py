"""Forms: what is held in memory beside the file has a bound."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import Request

from qistas.api.multipart import Upload, receive_upload
from qistas.connectors.blobs import open_blobs
from qistas.core.errors import Invalid

HEAD = b'--zz\r\ncontent-disposition: form-data; name="%s"\r\n\r\n'
FILE = b'--zz\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nbytes\r\n--zz--\r\n'


async def receive(folder: Path, pieces: Iterator[bytes]) -> Upload:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    chunks = body()

    async def more() -> dict[str, object]:
        piece = await anext(chunks, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    headers = [(b"content-type", b"multipart/form-data; boundary=zz")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, more)  # type: ignore[arg-type]
    return await receive_upload(request, open_blobs(folder.as_uri()), "tenants/upload", 1_000)


async def test_a_file_and_its_options(tmp_path: Path) -> None:
    found = await receive(tmp_path, iter([HEAD % b"options" + b"{}\r\n", FILE]))
    assert (found.name, found.stored.size, found.fields) == ("a.txt", 5, {"options": "{}"})


@pytest.mark.parametrize(("fields", "size"), [(40, 100_000), (200, 0), (1, 2_000_000)])
async def test_fields_are_not_held_without_end(tmp_path: Path, fields: int, size: int) -> None:
    pieces = ((HEAD % (b"f%d" % n)) + b"a" * size + b"\r\n" for n in range(fields))
    with pytest.raises(Invalid, match="field"):
        await receive(tmp_path, iter([*pieces, FILE]))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
