"""Clients that want others not to be served, as a process of its own beside those others: see `bench/siege.py`.

`python -m bench.besiegers KIND PORT` reads tokens, one a line, from its standard input, says `ready` once everybody
has tried, and goes on until it is told to end. Whoever is thrown out comes back about a second later. At the end it
prints what became of them.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import orjson
import uvloop
from cyclopts import App

from bench.sockets import Socket

app = App(help=__doc__)

# As few bytes as the system lets a connection keep that nobody reads.
_NARROW: Final = 4_096
_ALIASES: Final = 40
# With so many, what the system keeps for a connection is full within seconds.
_SUBSCRIPTIONS: Final = 5
_OPENING_AT_ONCE: Final = 50
_SECONDS_TO_OPEN: Final = 10.0
_SECONDS_OUTSIDE: Final = 1.0
_ADDRESSES: Final = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
_LISTEN: Final = "subscription { requestReceived { cursor request { id } } }"
# The text of each request again and again: what is not read fills whatever keeps it.
_LISTEN_TO_MUCH: Final = (
    f"subscription {{ requestReceived {{ request {{ {' '.join(f'm{n}: message' for n in range(_ALIASES))} }} }} }}"
)
_BODY: Final = (
    "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Authorization: Bearer {token}\r\nContent-Length: 10000\r\n\r\n"
)
_HEAD: Final = "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slowly: "


@dataclass
class Tally:
    """How often somebody came in, was turned away at once, and was thrown out later."""

    held: int = 0
    refused: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    port: int
    token: str
    number: int


# One attempt: says when it has come in, and lasts until it is thrown out.
_Attempt = Callable[[_Place, Callable[[], None]], Awaitable[None]]


async def _opened(place: _Place, token: str | None, *, narrow: bool = False, address: str = "127.0.0.1") -> Socket:
    """A socket, from one of this machine's addresses. Raises ``OSError`` where the server does not want it."""
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    if narrow:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW)
    connection.setblocking(False)
    connection.bind((address, 0))
    await loop.sock_connect(connection, ("127.0.0.1", place.port))
    _, opened = await loop.create_connection(lambda: Socket(token, lambda *_: None), sock=connection)
    await opened.ready
    return opened


async def _read_slowly(place: _Place, entered: Callable[[], None]) -> None:
    opened = await _opened(place, place.token, narrow=True)
    for number in range(_SUBSCRIPTIONS):
        opened.start(_LISTEN_TO_MUCH, {}, str(number))
    opened.stop_reading()
    entered()
    while opened.established:
        await asyncio.sleep(0.5)
        # Where the server has gone, the answer to this is all that tells so.
        opened.answer()
    opened.close()


async def _send_slowly(place: _Place, entered: Callable[[], None]) -> None:
    """A head without end, or a body that takes hours: a byte a second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    writer.write((_HEAD if place.number % 2 else _BODY.format(token=place.token)).encode())
    entered()
    thrown_out = asyncio.ensure_future(reader.read())
    while not thrown_out.done():
        writer.write(b"x")
        await asyncio.wait([thrown_out], timeout=1)
    writer.close()


async def _listen(place: _Place, entered: Callable[[], None]) -> None:
    opened = await _opened(place, place.token)
    opened.start(_LISTEN, {})
    entered()
    await opened.closed


async def _say_nothing(place: _Place, entered: Callable[[], None]) -> None:
    opened = await _opened(place, None, address=_ADDRESSES[place.number % len(_ADDRESSES)])
    entered()
    await opened.closed


KINDS: Final[dict[str, _Attempt]] = {
    "slow readers": _read_slowly,
    "slow senders": _send_slowly,
    "half-open": _listen,
    "idle": _say_nothing,
    "one person": _listen,
}


class Siege:
    """So many who besiege one server in the same way, until ``run`` is cancelled."""

    def __init__(self, attempt: _Attempt, port: int, tokens: Sequence[str], count: int) -> None:
        self.tally = Tally()
        self.all_tried = asyncio.Event()
        self._attempt = attempt
        self._places = [_Place(port=port, token=tokens[n % len(tokens)], number=n) for n in range(count)]
        self._untried = set(range(count))
        self._door = asyncio.Semaphore(_OPENING_AT_ONCE)

    async def run(self) -> None:
        await asyncio.gather(*(self._keep_coming(place) for place in self._places))

    async def _keep_coming(self, place: _Place) -> None:
        await self._try(place)
        while True:
            await asyncio.sleep(_SECONDS_OUTSIDE * (0.5 + place.number % 100 / 100))
            await self._try(place)

    async def _try(self, place: _Place) -> None:
        """Once, until thrown out."""
        within = asyncio.Event()
        async with self._door:
            trying = asyncio.ensure_future(self._attempt(place, within.set))
            entering = asyncio.ensure_future(within.wait())
            await asyncio.wait([trying, entering], return_when=asyncio.FIRST_COMPLETED, timeout=_SECONDS_TO_OPEN)
            entering.cancel()
        self._note_tried(place)
        if within.is_set():
            self.tally.held += 1
        with contextlib.suppress(OSError):
            await trying
        if within.is_set():
            self.tally.held -= 1
            self.tally.ended += 1
        else:
            self.tally.refused += 1

    def _note_tried(self, place: _Place) -> None:
        self._untried.discard(place.number)
        if not self._untried:
            self.all_tried.set()


@app.default
def besiege(kind: str, port: int, count: int) -> None:
    """The kinds are those of `KINDS`."""
    # They would have machines of their own: here they have what those who are measured leave of one.
    os.nice(19)
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    uvloop.run(_besiege(KINDS[kind], port, count, sys.stdin.read().split()))


async def _besiege(attempt: _Attempt, port: int, count: int, tokens: Sequence[str]) -> None:
    siege = Siege(attempt, port, tokens, count)
    running = asyncio.create_task(siege.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    await siege.all_tried.wait()
    print("ready", flush=True)
    with contextlib.suppress(asyncio.CancelledError):
        await running
    print(orjson.dumps(asdict(siege.tally)).decode(), flush=True)


if __name__ == "__main__":
    app()
