"""How much a socket may make the server keep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import SO_RCVBUF, SO_SNDBUF, SOL_SOCKET, socket
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.guards.websocket import MOST_FRAGMENTS, MOST_MESSAGE
from api.http_server import ToldWebSocket
from tests.integration.test_http_server import HANDSHAKE, serving


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """Says how long each message was."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": str(len(message.get("text") or message.get("bytes") or ""))})


class Brief(ToldWebSocket):
    seconds_to_leave = 0.2


@asynccontextmanager
async def connected() -> AsyncIterator[ClientConnection]:
    async with serving(echo, ws=Brief, ws_max_size=MOST_MESSAGE) as port, connect(f"ws://127.0.0.1:{port}") as client:
        yield client


async def ended(client: ClientConnection) -> int:
    async with asyncio.timeout(5):
        try:
            while True:
                await client.recv()
        except ConnectionClosed:
            return client.close_code or 0


@pytest.mark.parametrize("size", [0, 1, MOST_MESSAGE])
async def test_a_message_has_so_much_room(size: int) -> None:
    async with connected() as client:
        for _ in range(3):
            await client.send("x" * size)
            assert await client.recv() == str(size)
        await client.send(["x" * (size // 2), "x" * (size - size // 2)])
        assert await client.recv() == str(size)


@pytest.mark.parametrize(
    "fragments",
    [
        ["x" * (MOST_MESSAGE + 1)],
        ["x" * MOST_MESSAGE, "x"],
        ["x" * 1_000] * 100,
        ["x"] * (MOST_FRAGMENTS + 2),
        [""] * 10_000,
    ],
    ids=["one", "two", "some", "many", "empty"],
)
async def test_a_message_of_more_ends_the_socket_and_the_client_reads_why(fragments: list[str]) -> None:
    async with connected() as client:
        with suppress(ConnectionClosed):
            await client.send(fragments)
        assert await ended(client) == 1009


async def test_a_client_that_still_sends_is_let_finish_so_that_it_reads_why() -> None:
    async with serving(echo, ws=Brief, ws_max_size=MOST_MESSAGE) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        # A text of so many bytes, masked by nothing.
        writer.write(b"\x81\xff" + (200_000).to_bytes(8) + bytes(4) + b"x" * 1_000)
        told = await reader.readexactly(4)
        assert int.from_bytes(told[2:]) == 1009
        for _ in range(2):
            writer.write(b"x" * 50_000)
            await writer.drain()
            await asyncio.sleep(0.02)
        # And not by a reset, for which some systems throw away what was not read yet.
        async with asyncio.timeout(5):
            assert b"exceeds limit" in await reader.read()
        writer.close()


async def test_text_that_is_none_ends_the_socket_and_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as client:
        await client.send(b"\xff", text=True)
        assert await ended(client) == 1007
    assert not [record for record in caplog.records if record.exc_info]


async def test_who_sends_nonsense_before_the_socket_is_accepted_is_dropped_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = asyncio.Event()

    async def late(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        asked.set()
        assert (await receive())["type"] == "websocket.disconnect"
        await send({"type": "websocket.close"})

    async with serving(late, ws=Brief) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        await asked.wait()
        writer.write(b"\xff" * 10)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
    assert not [record for record in caplog.records if record.exc_info]


async def test_pings_of_who_takes_no_answer_pile_up_nothing() -> None:
    sockets: list[ToldWebSocket] = []

    class Narrow(ToldWebSocket):
        def handle_connect(self, event: Any) -> None:
            super().handle_connect(event)
            sockets.append(self)
            self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, 4_096)

    async with serving(echo, ws=Narrow) as port:
        narrow = socket()
        narrow.setsockopt(SOL_SOCKET, SO_RCVBUF, 4_096)
        narrow.connect(("127.0.0.1", port))
        async with connect(f"ws://127.0.0.1:{port}", sock=narrow) as client:
            client.transport.pause_reading()
            # A whole one, as clients mask it: its answer is 127 bytes.
            ping = b"\x89\xfd\0\0\0\0" + b"x" * 125
            for _ in range(200):
                client.transport.write(ping * 100)
            while client.transport.get_write_buffer_size():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            # Those to what is read at once, a quarter of a megabyte at most, are there before anybody knows.
            assert sockets[0].transport.get_write_buffer_size() < 700_000, "all answers are 2.5 megabytes"
            client.transport.resume_reading()
            await client.send("x")
            assert await client.recv() == "1"
