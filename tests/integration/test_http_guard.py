"""What a connection may send before it has said what it wants, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from api.guards.http import MOST_HEAD, MOST_HEADERS, MOST_URL
from api.http_server import ToldHttp
from tests.integration.test_http_server import serving

HOST = b"Host: here\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST


class Brief(ToldHttp):
    seconds_to_leave = 0.1
    most_unwanted = 200_000


class Hurried(Brief):
    seconds_for_head = 0.4
    seconds_for_body = 0.4
    # Longer than the tests send on: what nobody takes would keep them from reading why.
    seconds_to_leave = 1.0


async def reads(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads all of a body, and says how long it was."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message["more_body"]
    await answer(send, str(size).encode())


async def does_not(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answers without reading."""
    await answer(send, b"no")


async def answer(send: Send, body: bytes) -> None:
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *parts: bytes, pause: float = 0) -> None:
        """One after another, for as long as the server takes them."""
        try:
            for part in parts:
                self._writer.write(part)
                await self._writer.drain()
                await asyncio.sleep(pause)
        except ConnectionError:
            pass

    async def status(self) -> int:
        """Of the next answer, which is read; 0 where the connection ends instead."""
        try:
            async with asyncio.timeout(5):
                head = await self._reader.readuntil(b"\r\n\r\n")
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                await self._reader.readexactly(int(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        return int(head.split()[1])

    async def is_dropped(self) -> bool:
        try:
            async with asyncio.timeout(5):
                return await self._reader.read(1) == b""
        except ConnectionError:
            return True


@asynccontextmanager
async def connected(app: Any = reads, http: Any = Brief) -> AsyncIterator[Client]:
    async with serving(app, http=http) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield Client(reader, writer)
        finally:
            writer.transport.abort()


def header(size: int, name: bytes = b"X-Much") -> bytes:
    """A line of so many bytes."""
    return name + b": " + b"x" * (size - len(name) - 4) + b"\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"x" * (MOST_URL - 1) + b" HTTP/1.1\r\n" + HOST + b"\r\n", 200),
        (b"GET /" + b"x" * MOST_URL + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /?" + b"x" * 10 * MOST_HEAD, 414),
        (b"GET / HTTP/1.1\r\n" + HOST + header(MOST_HEAD - 12) + b"\r\n", 200),
        (b"GET / HTTP/1.1\r\n" + HOST + header(MOST_HEAD - 11) + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + header(100) * (MOST_HEADERS - 1) + b"\r\n", 200),
        (b"GET / HTTP/1.1\r\n" + HOST + header(100) * MOST_HEADERS + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 10 * MOST_HEAD, 431),
        (b"GET / HTTP/1.1\r\nX" + b"x" * 10 * MOST_HEAD, 431),
        (b"\r\n" * MOST_HEAD, 431),
        (POST + b"Content-Length: 100000\r\n\r\n" + b"x" * 100_000, 200),
        (POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
    ],
    ids=lambda value: value if isinstance(value, int) else value[:24].decode() + str(len(value)),
)
async def test_a_head_has_so_much_room_and_no_more(request_: bytes, status: int) -> None:
    async with connected() as client:
        await client.send(request_)
        assert await client.status() == status
        assert status == 200 or await client.is_dropped()


async def test_a_head_that_comes_in_pieces_is_read_where_it_comes_in_time() -> None:
    async with connected() as client:
        await client.send(
            b"POST / HT", b"TP/1.1\r\nHo", b"st: here\r\nContent-Length: 3\r\n\r\n", b"a", b"bc", pause=0.02
        )
        assert await client.status() == 200


@pytest.mark.parametrize(
    ("line", "more"),
    [
        (b"GET / HTTP/1.1", header(8_500, b"Cookie")),
        (b"POST / HTTP/1.1", b""),
        (b"POST / HTTP/1.1", b"Content-Length: 1000\r\n"),
        (b"GET / HTTP/1.1", b"Transfer-Encoding: chunked\r\n"),
        (b"GET / HTTP/1.1", b""),
    ],
    ids=["a line that is too long", "by POST", "with a body", "in chunks", "without its headers"],
)
async def test_what_is_no_handshake_is_told_so_and_not_waited_for(line: bytes, more: bytes) -> None:
    async with connected() as client:
        await client.send(line + b"\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + more + b"\r\n")
        assert await client.status() in {400, 405}
        assert await client.is_dropped()


async def test_who_says_nothing_is_dropped_without_a_word() -> None:
    async with connected(http=Hurried) as client:
        assert await client.is_dropped()


async def test_who_says_next_to_nothing_is_dropped_too() -> None:
    async with connected(http=Hurried) as client:
        await client.send(*[b"\r\n"] * 10, pause=0.06)
        assert await client.is_dropped()


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"], ids=["at first", "later"])
async def test_a_head_that_never_ends_is_cut(before: bytes) -> None:
    async with connected(http=Hurried) as client:
        if before:
            await client.send(before)
            assert await client.status() == 200
        await client.send(b"GET / HTTP/1.1\r\n", *[b"A: b\r\n"] * 10, pause=0.06)
        assert await client.status() == 408
        assert await client.is_dropped()


@pytest.mark.parametrize(
    "parts",
    [
        [b"Content-Length: 1000\r\n\r\n", *[b"x"] * 10],
        [b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 10],
        [b"Transfer-Encoding: chunked\r\n\r\n1;", *[b"extension"] * 10],
    ],
    ids=["with its length", "in chunks", "in a chunk's extension"],
)
async def test_a_body_that_never_ends_is_cut(parts: list[bytes]) -> None:
    async with connected(http=Hurried) as client:
        await client.send(POST + parts[0], *parts[1:], pause=0.06)
        assert await client.status() == 408
        assert await client.is_dropped()


async def test_a_body_that_waits_for_us_is_not_cut() -> None:
    async def later(scope: Scope, receive: Receive, send: Send) -> None:
        # Between the first and the second time that it could be cut.
        await asyncio.sleep(0.6)
        await reads(scope, receive, send)

    async with connected(later, Hurried) as client:
        await client.send(POST + b"Content-Length: 200000\r\n\r\n" + b"x" * 200_000)
        assert await client.status() == 200


async def test_of_a_body_that_nobody_wants_so_much_is_taken_and_no_more() -> None:
    async with connected(does_not) as client:
        await client.send(POST + b"Content-Length: 150000\r\n\r\n" + b"x" * 150_000)
        assert await client.status() == 200
        await client.send(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert await client.status() == 200, "the connection goes on"
        await client.send(POST + b"Content-Length: 1000000000\r\n\r\n")
        assert await client.status() == 200
        await client.send(*[b"x" * 65_536] * 100)
        assert await client.is_dropped()


async def test_a_connection_that_is_kept_without_need_is_closed() -> None:
    async with serving(reads, timeout_keep_alive=1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        client = Client(reader, writer)
        await client.send(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert await client.status() == 200
        assert await client.is_dropped()
        writer.close()


async def test_who_asks_on_and_on_and_waits_for_no_answer_is_dropped() -> None:
    told = asyncio.Event()

    async def never(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        told.set()

    async with connected(never) as client, asyncio.timeout(5):
        await client.send((b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * 1_000)
        assert await client.is_dropped()
        await told.wait()
