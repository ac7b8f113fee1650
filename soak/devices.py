"""A person's devices: each follows the log over a connection of its own, and comes back to where it was."""

import asyncio
import contextlib
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from api.domain.ids import decode_id
from soak.history import Delivery, Device, History
from soak.patience import LONGEST_FOR_A_DEVICE, seconds_before

Entry = dict[str, Any]
_FOLLOW = """subscription ($after: String) { notificationReceived(after: $after) {
  __typename id cursor
  ... on RequestReceived { request { id } }
  ... on RequestDecided { request { status mentorship { id } } } } }"""
_SECONDS_TO_CONNECT = 4.0
# The service shows every two seconds that it is there.
_SECONDS_OF_SILENCE = 7.0
# What npm's `graphql-ws` takes for final when a server closes with it, so that it never comes back.
_FINAL = frozenset({1002, 1003, 1007, 1008, 1009, 1010, 1011, 4004, 4005, 4400, 4401, 4406, 4409, 4429, 4500})
_LOST = (ConnectionClosed, InvalidHandshake, InvalidMessage, OSError, EOFError, asyncio.IncompleteReadError)


class Follower(ABC):
    """``heard`` is called with each entry, once."""

    def __init__(
        self, device: Device, *, token: str, cursor: str, port: int, history: History, heard: Callable[[Entry], None]
    ) -> None:
        self._device = device
        self._token = token
        self._cursor = cursor
        self._port = port
        self._history = history
        self._heard = heard
        self._reached = False

    async def follow(self) -> None:
        """Until cancelled."""
        in_vain = 0
        while True:
            self._reached = False
            with contextlib.suppress(*_LOST):
                await self._follow_once()
            in_vain = 0 if self._reached else in_vain + 1
            self._history.resumes += 1
            await asyncio.sleep(seconds_before(in_vain, longest=LONGEST_FOR_A_DEVICE))

    async def _follow_once(self) -> None:
        try:
            async with contextlib.aclosing(self._payloads()) as payloads:
                async for payload in payloads:
                    self._take(payload)
        except ConnectionClosed as closed:
            if closed.rcvd and closed.rcvd.code in _FINAL:
                self._history.wrong_answers.append(f"device of {self._device.person}, for good: {closed.rcvd}")
            raise

    def _take(self, payload: dict[str, Any]) -> None:
        entry: Entry = (payload.get("data") or {}).get("notificationReceived") or {}
        identity = decode_id(entry.get("id", ""))
        if payload.get("errors") or identity is None:
            self._history.wrong_answers.append(f"device of {self._device.person}: {json.dumps(payload)[:300]}")
            raise EOFError
        self._history.delivered[self._device].append(Delivery(identity[1], time.time()))
        self._cursor = entry["cursor"]
        self._heard(entry)

    @abstractmethod
    def _payloads(self) -> AsyncGenerator[dict[str, Any], None]:
        """What one connection brings, until it is lost."""


class SocketFollower(Follower):
    """Over WebSocket, graphql-transport-ws."""

    async def _payloads(self) -> AsyncGenerator[dict[str, Any], None]:
        async with connect(
            f"ws://127.0.0.1:{self._port}/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            compression=None,
            ping_interval=None,
            open_timeout=_SECONDS_TO_CONNECT,
            close_timeout=0.5,
        ) as socket:
            init = {"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}}
            operation = {"query": _FOLLOW, "variables": {"after": self._cursor}}
            await socket.send(json.dumps(init))
            while True:
                async with asyncio.timeout(_SECONDS_OF_SILENCE):
                    message = json.loads(await socket.recv())
                self._reached = True
                match message["type"]:
                    case "connection_ack":
                        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
                    case "ping":
                        await socket.send('{"type":"pong"}')
                    case "next":
                        yield message["payload"]
                    case "error" | "complete":
                        yield {"errors": message.get("payload", "complete")}


class EventsFollower(Follower):
    """Over server-sent events; comes back with the id of the last one."""

    async def _payloads(self) -> AsyncGenerator[dict[str, Any], None]:
        async with asyncio.timeout(_SECONDS_TO_CONNECT):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(self._request())
            async with asyncio.timeout(_SECONDS_TO_CONNECT):
                head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                return
            self._reached = True
            text = b""
            while chunk := await _chunk(reader):
                *events, text = (text + chunk).split(b"\n\n")
                for event in events:
                    fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n"))
                    if fields.get(b"event") == b"next":
                        yield json.loads(fields[b"data"])
                    elif b"event" in fields:
                        yield {"errors": fields[b"event"].decode()}
        finally:
            writer.close()

    def _request(self) -> bytes:
        body = json.dumps({"query": _FOLLOW, "variables": {}})
        return (
            f"POST /graphql HTTP/1.1\r\nHost: soak\r\nAuthorization: Bearer {self._token}\r\n"
            f"Accept: text/event-stream\r\nLast-Event-ID: {self._cursor}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    """One chunk of a chunked body; empty at its end."""
    async with asyncio.timeout(_SECONDS_OF_SILENCE):
        size = int(await reader.readuntil(b"\r\n"), 16)
        return (await reader.readexactly(size + 2))[:size]
