"""What many sockets that come at once mean for the others, and for what they send meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.guards.door import door_of
from api.http_server import ToldHttp, ToldWebSocket
from tests.integration.test_http_server import HANDSHAKE, serving

_CLIENTS = 10
_POST = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
_TEXT = b"\x81\x84\x00\x00\x00\x00well"


class Failing(ToldWebSocket):
    def handle_connect(self, event: Any) -> None:
        raise ArithmeticError


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends a text back, and takes a whole body before anything else."""
    if scope["type"] == "http":
        body = await Request(scope, receive).body()
        await Response(str(len(body)))(scope, receive, send)
        return
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    with suppress(WebSocketDisconnect):
        await socket.send_text(await socket.receive_text())


def noting(note: Callable[[], None]) -> type[ToldWebSocket]:
    class Noting(ToldWebSocket):
        def connection_made(self, transport: Any) -> None:
            note()
            # Longer than a turn may take.
            time.sleep(0.002)
            super().connection_made(transport)

    return Noting


def busy(note: Callable[[], None]) -> type[ToldHttp]:
    class Busy(ToldHttp):
        def handle_websocket_upgrade(self) -> None:
            for _ in range(5):
                door_of(self.server_state).enter(partial(time.sleep, 0.002))
            super().handle_websocket_upgrade()
            note()

    return Busy


async def test_of_many_sockets_that_come_at_once_others_wait_for_a_few() -> None:
    turn, opened_in = 0, list[int]()

    async def turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    ws = noting(lambda: opened_in.append(turn))
    async with serving(echo, ws=ws) as port, asyncio.timeout(10), AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connected(port)) for _ in range(_CLIENTS)]
        counting = asyncio.create_task(turns())
        for _, writer in clients:
            writer.write(HANDSHAKE)
        for reader, _ in clients:
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        counting.cancel()
    assert len(set(opened_in)) == _CLIENTS


async def test_what_is_sent_at_the_door_is_read() -> None:
    at_the_door = asyncio.Event()
    http = busy(at_the_door.set)
    async with serving(echo, http=http) as port, asyncio.timeout(10), connected(port) as (reader, writer):
        for _ in range(2):
            writer.write(_POST)
            assert await reader.readuntil(b"100000")
        writer.write(HANDSHAKE)
        await at_the_door.wait()
        writer.write(_TEXT)
        assert b" 101 " in await reader.readuntil(b"\x81\x04well")


async def test_a_socket_is_not_opened_before_what_was_asked_before_is_answered() -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        heard.put_nowait((await receive())["type"])
        heard.put_nowait((await receive())["type"])

    async with serving(app) as port, asyncio.timeout(10), connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert await heard.get() == "http.request"
        writer.write(HANDSHAKE)
        with suppress(ConnectionError):
            assert await reader.read() == b""
        assert await heard.get() == "http.disconnect"


async def test_a_socket_that_cannot_be_opened_is_closed(unheard: list[BaseException | str]) -> None:
    async with serving(echo, ws=Failing) as port, asyncio.timeout(10), connected(port) as (reader, writer):
        writer.write(HANDSHAKE)
        with suppress(ConnectionError):
            assert await reader.read() == b""
    assert [type(each) for each in unheard] == [ArithmeticError]
