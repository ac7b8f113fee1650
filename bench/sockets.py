"""Thousands of sockets that listen, in one process: graphql-transport-ws on bare connections, and nothing that a
listener does not need. A client that took longer than the servers would measure itself.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from typing import Final, cast

import orjson

_HANDSHAKE: Final = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
_TEXT: Final = 0x1
_CLOSE: Final = 0x8
_PING: Final = 0x9
_PONG: Final = 0xA
# Lengths that do not fit the second byte of a frame, and the one that takes two bytes more.
_LARGEST_INLINE: Final = 125
_TWO_BYTES: Final = 126
_FINAL: Final = 0x80
_MASKED: Final = 0x80
_ESTABLISHED: Final = 1

Heard = Callable[["Socket", bytes, float], None]


class Socket(asyncio.Protocol):
    """``heard`` is given every answer as it came and when. ``ready`` is done once the server knows who we are, or, with
    no token to tell it by, once the socket is open.
    """

    def __init__(self, token: str | None, heard: Heard) -> None:
        self._token = token
        self._heard = heard
        self._received = b""
        self._upgraded = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(_HANDSHAKE)

    def start(self, document: str, variables: object, name: str = "1") -> None:
        """Begin an operation."""
        self._send({"id": name, "type": "subscribe", "payload": {"query": document, "variables": variables}})

    def ping(self, content: bytes) -> None:
        """One of the protocol's own, whose answer is heard with the same content."""
        self._transport.write(_frame(_PING, content))

    def answer(self) -> None:
        """Say that we are there, asked or not."""
        self._send({"type": "pong"})

    def stop_reading(self) -> None:
        """Take nothing any more of what the server sends, and so do not hear either that it has gone."""
        self._transport.pause_reading()

    @property
    def established(self) -> bool:
        """What the system knows of the connection (tcp(7), ``TCP_INFO``), where nobody reads from it."""
        connection = self._transport.get_extra_info("socket")
        state: int = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        return state == _ESTABLISHED

    def close(self) -> None:
        self._transport.abort()

    def _send(self, message: object) -> None:
        self._transport.write(_frame(_TEXT, orjson.dumps(message)))

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        received = self._received + data if self._received else data
        if not self._upgraded:
            received = self._upgrade(received)
        start, length = 0, len(received)
        while length - start >= 2:  # noqa: PLR2004 - the least that a frame has
            size, at = received[start + 1], start + 2
            if size == _TWO_BYTES:
                if length - start < 4:  # noqa: PLR2004
                    break
                (size,) = struct.unpack_from(">H", received, start + 2)
                at = start + 4
            if length - at < size:
                break
            self._take(received[start] & 0xF, received[at : at + size], now)
            start = at + size
        self._received = received[start:]

    def _upgrade(self, received: bytes) -> bytes:
        head, found, rest = received.partition(b"\r\n\r\n")
        if not found:
            return received
        if not head.startswith(b"HTTP/1.1 101"):
            self._fail(head.decode(errors="replace"))
            return b""
        self._upgraded = True
        if self._token is None:
            self.ready.set_result(None)
            return rest
        self._send({"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}})
        return rest

    def _take(self, kind: int, content: bytes, now: float) -> None:
        if kind == _PING:
            self._transport.write(_frame(_PONG, content))
        elif kind == _CLOSE:
            self._fail(f"closed: {content!r}")
        elif b'"connection_ack"' in content[:40]:
            if not self.ready.done():
                self.ready.set_result(None)
        elif b'"type":"ping"' in content[:40]:
            self.answer()
        else:
            self._heard(self, content, now)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"lost: {error}")
        if not self.closed.done():
            self.closed.set_result(None)

    def _fail(self, why: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(why))


def _frame(kind: int, content: bytes) -> bytes:
    """Masked, as clients have to, with a mask that changes nothing."""
    length = len(content)
    if length <= _LARGEST_INLINE:
        head = struct.pack(">BB", _FINAL | kind, _MASKED | length)
    else:
        head = struct.pack(">BBH", _FINAL | kind, _MASKED | _TWO_BYTES, length)
    return head + bytes(4) + content


async def open_socket(port: int, token: str, heard: Heard) -> Socket:
    """Raises ``ConnectionError`` where the server does not want us."""
    loop = asyncio.get_running_loop()
    _, opened = await loop.create_connection(lambda: Socket(token, heard), "127.0.0.1", port)
    await opened.ready
    return opened
