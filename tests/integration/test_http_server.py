"""What the server tells the application of its connections."""

import asyncio
import gc
import queue
import signal
import socket
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from websockets.asyncio.client import connect

from api.http_server import BoundedServer, ToldHttp, ToldWebSocket
from api.transport.connection import connection_of
from api.transport.liveness import Liveness
from tests.ports import free_port

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@asynccontextmanager
async def serving(app: ASGIApp, **options: Any) -> AsyncIterator[int]:
    """The port of a server in this process."""
    port = free_port()
    settings: dict[str, Any] = {
        "http": ToldHttp,
        "ws": ToldWebSocket,
        "lifespan": "off",
        "log_config": None,
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": 2,
    }
    server = uvicorn.Server(uvicorn.Config(app, port=port, **settings | options))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
async def test_a_socket_that_is_gone_leaves_nothing_for_the_collector() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)

        def ask() -> None:
            assert socket.client_state

        liveness = Liveness(seconds=60, ask=ask, drop=connection_of(scope).abort)
        await socket.accept()
        liveness.start()
        with suppress(WebSocketDisconnect):
            await socket.receive_text()
        liveness.stop()

    def left() -> list[object]:
        return [each for each in gc.get_objects() if isinstance(each, ToldWebSocket | WebSocket | Liveness)]

    async with serving(app) as port, asyncio.timeout(10):
        async with connect(f"ws://127.0.0.1:{port}") as told, connect(f"ws://127.0.0.1:{port}") as lost:
            assert len(left()) == 6
            lost.transport.abort()
            await told.close()
        while left():
            await asyncio.sleep(0.01)


def _of_connections() -> list[object]:
    return [each for each in gc.get_objects() if isinstance(each, ToldHttp | RequestResponseCycle)]


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("more", [b"", b"Content-Length: 10\r\n"])
async def test_a_connection_that_is_gone_leaves_nothing_either(more: bytes) -> None:
    async with serving(_answer) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n" + more + b"\r\n")
        await reader.readuntil(b"well")
        assert _of_connections()
        writer.transport.abort()
        while _of_connections():
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("uncollected")
async def test_a_connection_that_became_a_socket_leaves_nothing_of_its_time_before() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _answer(scope, receive, send)
        else:
            await WebSocket(scope, receive, send).accept()
            await receive()

    async with serving(app) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await reader.readuntil(b"well")
        writer.write(HANDSHAKE)
        await reader.readuntil(b" 101 ")
        while _of_connections():
            await asyncio.sleep(0.01)
        writer.transport.abort()


@pytest.mark.usefixtures("uncollected")
async def test_requests_that_were_never_begun_leave_nothing_either() -> None:
    begun = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        while (await receive())["type"] != "http.disconnect":
            pass

    async with serving(app) as port, asyncio.timeout(10):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(3 * b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await begun.wait()
        assert len(_of_connections()) == 4
        writer.transport.abort()
        while _of_connections():
            await asyncio.sleep(0.01)


async def test_who_leaves_at_the_door_is_not_waited_for_and_others_come_in() -> None:
    accepted = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal accepted
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        accepted += 1
        with suppress(WebSocketDisconnect):
            await socket.receive_text()

    async with serving(app) as port, asyncio.timeout(10):
        for _ in range(50):
            hasty = socket.create_connection(("127.0.0.1", port))
            hasty.send(HANDSHAKE)
            hasty.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            hasty.close()
        async with asyncio.TaskGroup() as group:
            clients = [group.create_task(_opened_and_closed(port)) for _ in range(20)]
        assert all(client.result() for client in clients)
        assert accepted >= 20


async def test_of_what_a_client_does_not_read_the_system_keeps_little() -> None:
    written: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    frame = bytes(65_536)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await WebSocket(scope, receive, send).accept()
        write = connection_of(scope).write_text
        assert write
        frames = 0
        while write(frame):
            frames += 1
            await asyncio.sleep(0)
        written.set_result(frames * len(frame))
        await receive()

    async with serving(app) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(HANDSHAKE)
        # Without a bound Linux takes more than 2 MiB, and what the client's side has taken counts, too.
        assert await written < 1_500_000
        writer.transport.abort()
        assert reader


async def _opened_and_closed(port: int) -> bool:
    async with connect(f"ws://127.0.0.1:{port}"):
        return True


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await Response("well")(scope, receive, send)


@pytest.mark.parametrize("kind", ["websocket", "http"])
async def test_who_works_for_a_connection_that_was_lost_knows_that_it_may_be_cut_off(kind: str) -> None:
    begun = asyncio.Event()
    told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if kind == "websocket":
            await send({"type": "websocket.accept"})
        begun.set()
        while (await receive())["type"] not in {"websocket.disconnect", "http.disconnect"}:
            pass
        told.set_result(connection_of(scope).ending.is_set())

    async with serving(app) as port, asyncio.timeout(10):
        if kind == "websocket":
            async with connect(f"ws://127.0.0.1:{port}") as client:
                await begun.wait()
                client.transport.abort()
        else:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            await begun.wait()
            writer.transport.abort()
        assert await told


def test_a_server_that_cannot_start_stops_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http_server._SECONDS_TO_HAVE_STARTED", 0.1)
    starting: queue.Queue[asyncio.AbstractEventLoop] = queue.Queue()

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        assert scope["type"] == "lifespan"
        starting.put(asyncio.get_running_loop())
        await asyncio.Event().wait()

    server = BoundedServer(uvicorn.Config(app, port=free_port(), lifespan="on", log_config=None), drain_seconds=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    starting.get(timeout=10).call_soon_threadsafe(server.handle_exit, signal.SIGTERM, None)
    thread.join(10)
    assert not thread.is_alive()
