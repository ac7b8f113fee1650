"""A loopback proxy between people and servers, whose connections can be cut or swallow what is sent."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Self, cast


class _Link:
    """Two connections that pass on to each other what they get."""

    def __init__(self) -> None:
        self.sides: list[asyncio.Transport] = []

    def cut(self) -> None:
        for side in self.sides:
            side.abort()

    def swallow(self) -> None:
        """From now on nothing passes, and nobody is told. A side that is not read from is not seen to leave either."""
        for side in self.sides:
            with suppress(RuntimeError):
                side.pause_reading()


class _Side(asyncio.Protocol):
    def __init__(self, link: _Link, connected: Callable[["_Side"], None]) -> None:
        self.link = link
        self.other: asyncio.Transport | None = None
        self._connected = connected
        self._early = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.link.sides.append(self.transport)
        self._connected(self)

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self._early += data
            return
        # Closed, and not known to be closing: a connection that was reset.
        with suppress(RuntimeError):
            self.other.write(data)

    def join(self, other: asyncio.Transport) -> None:
        """From now on pass on to this, and what came already."""
        self.other = other
        self.data_received(bytes(self._early))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self.other:
            self.other.close()

    def pause_writing(self) -> None:
        if self.other:
            with suppress(RuntimeError):
                self.other.pause_reading()

    def resume_writing(self) -> None:
        if self.other:
            with suppress(RuntimeError):
                self.other.resume_reading()


class Proxy:
    """Takes each new connection to any of the ports that accepts it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Side(_Link(), self._accepted), "127.0.0.1", 0, backlog=4096)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for link in tuple(self._links):
                link.cut()

    def some(self, rng: random.Random, share: float) -> list[_Link]:
        """This share of the links that are open."""
        self._links = {link for link in self._links if not any(side.is_closing() for side in link.sides)}
        links = sorted(self._links, key=id)
        return rng.sample(links, int(len(links) * share))

    def _accepted(self, client: _Side) -> None:
        task = asyncio.get_running_loop().create_task(self._connect(client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, client: _Side) -> None:
        loop = asyncio.get_running_loop()

        def joined(server: _Side) -> None:
            client.join(server.transport)
            server.join(client.transport)

        for port in random.sample(self._ports, len(self._ports)):
            with suppress(OSError):
                await loop.create_connection(lambda: _Side(client.link, joined), "127.0.0.1", port)
                self._links.add(client.link)
                return
        client.transport.abort()
