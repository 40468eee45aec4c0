"""Images are opened in a process of their own, so that one made to harm can at most end that process.

What is stored: the picture upright, without EXIF, XMP and texts (they name places, cameras and people). Where the file
says it lies turned (EXIF orientation), it is turned and saved anew; otherwise its pixels are kept bit for bit. Width,
height and every box are those of the upright picture. The type is what the bytes are, not what the name says.
"""

import asyncio
import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from .types import Refusal

DECODER = Path(__file__).with_name("decoder.py")
SECONDS_AN_IMAGE = 60
MAX_IMAGE_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Seen:
    """An image that was opened: what it is, its size in pixels, and the bytes to store."""

    media_type: str
    width: int
    height: int
    data: bytes


class ImageReader:
    """One process, started when the first image comes, kept for the next, replaced when an image ends it."""

    def __init__(self, max_pixels: int) -> None:
        self._max_pixels = max_pixels
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> "ImageReader":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def look(self, data: bytes) -> Seen | Refusal:
        """Open one image, and say what it is or why it is refused."""
        if len(data) > MAX_IMAGE_BYTES:
            return Refusal(
                "image_too_large",
                f"The image has {len(data):,} bytes; {MAX_IMAGE_BYTES:,} are allowed.",
                "Make it smaller.",
            )
        async with self._turn:
            try:
                return await asyncio.wait_for(self._ask(data), SECONDS_AN_IMAGE)
            except TimeoutError:
                await self._stop()
                return Refusal(
                    "image_too_slow",
                    f"The image was not open after {SECONDS_AN_IMAGE} seconds.",
                    "Save it in a simpler form.",
                )
            except (OSError, asyncio.IncompleteReadError, ValueError):
                await self._stop()
                return Refusal(
                    "image_unreadable",
                    "The image could not be opened within the memory and time allowed.",
                    "Save it again, smaller.",
                )
            except BaseException:
                await self._stop()  # half an answer must not be taken for the next image's
                raise

    async def _ask(self, data: bytes) -> Seen | Refusal:
        process = self._process
        if process is None or process.returncode is not None:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(DECODER),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
                limit=1 << 20,
            )
            self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(struct.pack(">IQ", len(data), self._max_pixels))
        process.stdin.write(data)
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise OSError("the decoder ended")
        told = json.loads(line)
        kept = await process.stdout.readexactly(told["bytes"])
        if "refused" in told:
            return Refusal(*told["refused"])
        return Seen(told["media_type"], told["width"], told["height"], kept or data)

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        transport = getattr(process, "_transport", None)
        if transport is not None:
            transport.close()
