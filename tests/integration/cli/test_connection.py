"""A client that owes us the rest of something is not waited for without end; one that moves on, however slowly, is."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn

from qistas.cli import connection
from qistas.cli.connection import Connection

HEAD = b"POST / HTTP/1.1\r\nHost: here\r\n"
ended: list[str] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, works as long as it says, and answers as much as it says."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            ended.append("disconnected")
            return
        body, more = body + message["body"], message["more_body"]
    kind, _, number = body.decode().strip("x").partition(" ")
    if kind == "work":
        await asyncio.sleep(float(number))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(int(number) if kind == "answer" else 0):
        await send({"type": "http.response.body", "body": b"x" * 2**16, "more_body": True})
    await send({"type": "http.response.body", "body": b"done"})
    ended.append("answered")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LOOK_SECONDS", 0.05)
    ended.clear()


@asynccontextmanager
async def serving() -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A client's end of one connection to a server that runs `app`."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=Connection, ws="none", lifespan="off", log_config=None, access_log=False)
    )
    running = asyncio.create_task(server._serve(sockets=[listening]))  # pyright: ignore[reportPrivateUsage]
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await running


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server closes; fails when it does not."""
    came = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(5):
            while piece := await reader.read(2**16):
                came += piece
    return came


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHos", b"\r\n", HEAD + b"X-A: b\r\n"])
async def test_a_head_that_does_not_end_is_not_waited_for(begun: bytes) -> None:
    async with serving() as (reader, writer):
        writer.write(begun)
        assert await closed(reader) == b""


async def test_nor_is_one_of_which_a_little_comes_now_and_then() -> None:
    async with serving() as (reader, writer):
        writer.write(HEAD)

        async def trickle() -> None:
            while True:
                writer.write(b"X-A: b\r\n")
                await asyncio.sleep(0.02)

        trickling = asyncio.create_task(trickle())
        assert await closed(reader) == b""
        trickling.cancel()


async def test_nor_are_empty_lines_after_an_answer() -> None:
    async with serving() as (reader, writer):
        writer.write(HEAD + b"Content-Length: 1\r\n\r\nx")
        await reader.readuntil(b"done")
        writer.write(b"\r\n")
        assert b"400" not in await closed(reader)


@pytest.mark.parametrize("piece", [b"X-A: b\r\n" * 4096, b"a" * 2**15], ids=["lines", "one line"])
async def test_a_head_that_grows_without_end_is_refused(piece: bytes) -> None:
    async with serving() as (reader, writer):
        writer.write(HEAD)
        sent = 0
        with suppress(ConnectionError):
            while sent < 2**24 and not reader.at_eof():
                writer.write(piece)
                sent += len(piece)
                await writer.drain()
                await asyncio.sleep(0)
        assert sent < 2**23
        assert (await closed(reader))[:12] in (b"HTTP/1.1 400", b"")


async def test_a_body_that_stalls_is_not_waited_for() -> None:
    async with serving() as (reader, writer):
        writer.write(HEAD + b"Content-Length: 100000\r\n\r\n" + b"x" * 5000)
        assert await closed(reader) == b""
    assert ended == ["disconnected"]


async def test_an_answer_that_is_not_read_is_given_up() -> None:
    async with serving() as (_, writer):
        body = b"answer 2000"
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        async with asyncio.timeout(5):
            while not ended:
                await asyncio.sleep(0.02)


async def test_who_moves_on_slowly_is_served() -> None:
    async with serving() as (reader, writer):
        body = b"work 1.0"
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % (len(body) + 20 * 300))
        for _ in range(20):  # slower than the patience for a body that stalls
            writer.write(b"x" * 300)
            await asyncio.sleep(0.04)
        writer.write(body)
        assert b"done" in await reader.readuntil(b"done")  # though we were at work for long
        await asyncio.sleep(0.5)  # and the connection is kept as ever
        writer.write(HEAD + b"Content-Length: 1\r\n\r\nx")
        assert b"done" in await reader.readuntil(b"done")


async def test_one_connection_too_many_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LOOK_SECONDS", 10)
    monkeypatch.setattr(connection, "most_open", lambda: 1)
    async with serving() as (reader, writer):
        writer.write(HEAD + b"Content-Length: 1\r\n\r\n")
        await asyncio.sleep(0.1)
        address = writer.get_extra_info("peername")
        other, closing = await asyncio.open_connection(*address)
        assert await closed(other) == b""
        closing.close()
        writer.write(b"x")
        assert b"done" in await reader.readuntil(b"done")
