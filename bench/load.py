"""As many questions as a server answers: each connection asks again as soon as it was answered.

Bare connections on uvloop: a client that took longer than the servers would measure itself. Its own ceiling is among
the figures.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_FAULT: Final = b'"errors":[{'
_SECONDS_FOR_THE_REST: Final = 60.0


class WrongAnswer(Exception):  # noqa: N818 - what a server said
    """A server answered with an error: its figure would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``delays`` are in seconds, sorted; ``busy`` is the share of a core that this process needed itself."""

    seconds: float
    delays: list[float]
    busy: float

    @property
    def rate(self) -> float:
        return len(self.delays) / self.seconds

    def milliseconds(self, share: float) -> float:
        """The delay that this share of all answers did not exceed."""
        if not self.delays:
            return float("nan")
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))] * 1000


@dataclass(kw_only=True)
class _Run:
    requests: Iterator[bytes]
    until: float
    delays: list[float] = field(default_factory=list)
    fault: bytes | None = None
    open: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)


class _Connection(asyncio.Protocol):
    """One that asks until the time is over, there is nothing left to ask, or somebody was answered wrongly."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._received = b""
        self._missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._run.open += 1
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        request = None if self._run.fault or self._asked >= self._run.until else next(self._run.requests, None)
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if self._missing < 0 and not self._read_head():
            return
        if len(self._received) >= self._missing:
            self._run.delays.append(time.perf_counter() - self._asked)
            if _FAULT in self._received:
                self._run.fault = self._received
            self._received, self._missing = b"", -1
            self._ask()

    def _read_head(self) -> bool:
        """How long the response is, head included."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = _LENGTH.search(self._received, 0, end + 2)
        if length is None or self._received[9:12] != b"200":
            self._run.fault = self._received
            self._transport.close()
            return False
        self._missing = end + 4 + int(length[1])
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        self._run.open -= 1
        if not self._run.open:
            self._run.over.set()


def http_request(body: bytes, token: str) -> bytes:
    """As clients of GraphQL send it."""
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "Accept: application/graphql-response+json, application/json;q=0.9\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Measured:
    """Whatever was asked within these seconds, until all of it is answered. Raises ``WrongAnswer``."""
    loop = asyncio.get_running_loop()
    began, processor = time.perf_counter(), time.process_time()
    run = _Run(requests=requests, until=began + seconds)
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port)
    async with asyncio.timeout(seconds + _SECONDS_FOR_THE_REST):
        await run.over.wait()
    if run.fault:
        raise WrongAnswer(run.fault[:2000].decode(errors="replace"))
    took = time.perf_counter() - began
    busy = (time.process_time() - processor) / took
    return Measured(seconds=took, delays=sorted(run.delays), busy=busy)
