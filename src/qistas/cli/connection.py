"""One connection of the server, with an end to patience: for heads without end, and for clients that stall.

Uvicorn waits for ever for the rest of a head or of a body, keeps whatever a head holds, and waits for ever for one who does not read
the answer, which may hold a connection of the database meanwhile. No sign-in comes before any of that.
"""

import asyncio
import resource
from contextlib import suppress
from enum import Enum
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_MOST = 128 * 2**10  # and what the network brings in one piece
BODY_LEAST = 256  # bytes of a body that count as coming on
OPEN_FILES = 65_536
LOOK_SECONDS = 10.0
LOOKS = {
    "head": 3,
    "body": 30,
    "answer": 30,
}  # how often in a row we look and find nothing moved; rows may be made as they are sent


def open_more() -> None:
    """Let us have more open files, where the system allows: many begin with 1,024, and each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_open() -> int:
    """How many connections there may be at once, so that files and the database can still be reached."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 10**6 if soft == resource.RLIM_INFINITY else max(32, soft * 3 // 4)


class Part(Enum):
    """What of a request we are reading."""

    HEAD = "head"
    BODY = "body"
    NONE = "none"


class Connection(HttpToolsProtocol):
    """Uvicorn's protocol, that closes when the client has owed us something, and nothing came, for too long."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self._part = Part.HEAD
        self._messages = 0
        self._head = 0
        self._body = 0
        self._stood: tuple[str, int, int] | None = None
        self._looks = 0
        self._next: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look now and then; one too many is not taken."""
        super().connection_made(transport)
        if len(self.connections) > most_open():
            transport.abort()
            return
        self._next = self.loop.call_later(LOOK_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._next is not None:
            self._next.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that grows without end is refused."""
        before = self._messages
        super().data_received(data)
        if self._part is Part.HEAD and before == self._messages:
            self._head += len(data)
            if self._head > HEAD_MOST and not self.transport.is_closing():
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._part = Part.HEAD
        self._messages += 1
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._part = Part.BODY
        self._body = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._part = Part.NONE
        super().on_message_complete()

    def _look(self) -> None:
        stands = self._stands()
        self._looks = self._looks + 1 if stands is not None and stands == self._stood else 0
        self._stood = stands
        if stands is not None and self._looks >= LOOKS[stands[0]]:
            self.transport.abort()
        else:
            self._next = self.loop.call_later(LOOK_SECONDS, self._look)

    def _stands(self) -> tuple[str, int, int] | None:
        """What the client owes us and how far it is; None when it owes nothing."""
        if self.flow.write_paused:
            return "answer", self._messages, self.transport.get_write_buffer_size()
        if self.flow.read_paused:
            return None  # it is us who do not read
        if self._part is Part.BODY:
            return "body", self._messages, self._body // BODY_LEAST
        if self._part is Part.HEAD or (self.cycle.response_complete and not self.timeout_keep_alive_task):
            return "head", self._messages, 0
        return None
