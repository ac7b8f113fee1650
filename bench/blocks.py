"""How long a worker attends to nobody else while it answers what is expensive and let through.

A socket pings the server every ten milliseconds while somebody else sends the document. Pings of the protocol are
answered as soon as the event loop looks at the socket, without a task: what the longest took is how long it did not.
The database comes last on the core that it shares with the client, which would measure it otherwise.
"""

import asyncio
import itertools
import re
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from api.domain.errors import Fault
from api.schema.documents import KnownDocuments
from bench.contestants.ours import OURS
from bench.cores import Cores
from bench.load import http_request
from bench.questions import subject_of
from bench.servers import Place
from bench.sockets import Socket, open_socket
from bench.stage import database_server, town
from tests.hostile import ATTACKS

_MENTORS: Final = 1_000
_MENTEE, _MENTOR_WITH_AN_INBOX = 1, 1_001
_ROUNDS: Final = 5
_LAST: Final = 10
_SECONDS_BETWEEN_TICKS: Final = 0.01
_SECONDS_OF_QUIET: Final = 3.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CARD: Final = "id person { id name jobTitle location timeZone } options { id label } capacity activeMentees paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Costly:
    """What costs as much as it may once ``#`` is filled: with ``unit`` again and again, its own ``#`` the number."""

    name: str
    shape: str
    unit: str
    asker: int = _MENTEE


COSTLY: Final = (
    Costly(
        name="a hundred mentors with all that they teach",
        shape=f"{{ mentors(first: 100) {{ nodes {{ {_CARD} skills {{ level endorsed skill {{ id code # }} }} }} }} }}",
        unit="a#: name",
    ),
    Costly(
        name="a hundred matches, explained, with all that they teach",
        shape="{ matches(first: 100) { nodes { id percent gaps { points coveredLevels gap { levels skill { id # } } } "
        f"mentor {{ {_CARD} skills {{ level skill {{ id }} }} }} }} }} }}",
        unit="a#: name",
    ),
    Costly(
        name="a hundred mentors, each with how they suit one",
        shape="{ mentors(first: 100) { nodes { match { percent listed gaps { points gap { skill { id # } } } } } } }",
        unit="a#: name",
    ),
    Costly(name="page upon page of mentors", shape="{ # }", unit=f"a#: mentors(first: 100) {{ nodes {{ {_CARD} }} }}"),
    Costly(
        name="page upon page of matches",
        shape="{ # }",
        unit="a#: matches(first: 100) { nodes { id percent gaps { points } mentor { id } } }",
    ),
    Costly(
        name="an inbox with all that was asked for",
        shape="{ requests(box: RECEIVED, first: 100) { nodes { id message createdAt mentee { id name } "
        f"mentor {{ {_CARD} }} gaps {{ coveredLevels skill {{ id # }} }} }} }} }}",
        unit="a#: name",
        asker=_MENTOR_WITH_AN_INBOX,
    ),
    Costly(
        name="page upon page of an inbox",
        shape="{ # }",
        unit="a#: requests(box: RECEIVED, first: 100) { nodes { id mentor { person { name } } gaps { mentorLevel } } }",
        asker=_MENTOR_WITH_AN_INBOX,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """``longest`` and the median ``answered`` in milliseconds; ``length`` of an answer in bytes."""

    name: str
    points: int
    longest: float
    answered: float = 0
    length: int = 0


def filled(documents: KnownDocuments, costly: Costly) -> tuple[str, int]:
    """The dearest that is let through, and its points."""
    for count in range(50, 0, -1):
        unit = " ".join(costly.unit.replace("#", str(number)) for number in range(count))
        text = costly.shape.replace("#", unit)
        try:
            return text, documents.of(text).cost(None, {})
        except Fault:
            continue
    raise ValueError(f"{costly.name} is refused at any size")


async def blocks(documents: KnownDocuments, folder: Path) -> list[Block]:
    """Of each document, and of none. ``folder`` is where databases are kept."""
    cores = Cores.of_this_machine()
    with database_server(folder, cores.database, nice=_LAST) as url:
        async with town(url, _MENTORS) as database:
            place = Place(folder=folder, database_url=database, cores=cores)
            with cores.of_the_load():
                async with place.running(OURS) as server:
                    return await _Worker(server.port, place).blocked_by(documents)


class _Worker:
    """One process of the service, with somebody who asks whether it lives."""

    def __init__(self, port: int, place: Place) -> None:
        self._port = port
        self._place = place
        self._numbers = itertools.count()

    async def blocked_by(self, documents: KnownDocuments) -> list[Block]:
        for costly in COSTLY:
            _, answer = await self._asked(filled(documents, costly)[0], {}, costly.asker)
            if b'"errors":[{' in answer:
                raise RuntimeError(f"{costly.name}: {answer[-1_000:]!r}")
        async with self._ticking() as quiet:
            await asyncio.sleep(_SECONDS_OF_QUIET)
        found = [Block(name="nothing", points=0, longest=max(quiet) * 1_000)]
        for attack in ATTACKS:
            text, variables = attack.make(attack.fits), attack.variables(attack.fits)
            points = documents.of(text).cost(None, variables)
            found.append(await self._blocked(attack.name, points, text, variables, _MENTEE))
        for costly in COSTLY:
            text, points = filled(documents, costly)
            found.append(await self._blocked(costly.name, points, text, {}, costly.asker))
        return found

    async def _blocked(self, name: str, points: int, text: str, variables: dict[str, Any], asker: int) -> Block:
        async with self._ticking() as ticks:
            answers = [await self._asked(text, variables, asker) for _ in range(_ROUNDS)]
        took = statistics.median(seconds for seconds, _ in answers)
        return Block(
            name=name, points=points, longest=max(ticks) * 1_000, answered=took * 1_000, length=len(answers[-1][1])
        )

    async def _asked(self, text: str, variables: dict[str, Any], asker: int) -> tuple[float, bytes]:
        """An answer, and after how many seconds it came, to a document that never came before."""
        body = orjson.dumps({"query": f"{text} #{next(self._numbers)}", "variables": variables})
        request = http_request(body, self._place.token(subject_of(asker)))
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 24)
        began = time.perf_counter()
        writer.write(request)
        answer = await _read(reader)
        took = time.perf_counter() - began
        writer.close()
        return took, answer

    @asynccontextmanager
    async def _ticking(self) -> AsyncIterator[list[float]]:
        """What each answer took, in seconds."""
        sent: dict[bytes, float] = {}
        ticks: list[float] = []

        def heard(_socket: Socket, content: bytes, now: float) -> None:
            ticks.append(now - sent.pop(content))

        async def tick() -> None:
            for number in itertools.count():
                content = b"%d" % number
                sent[content] = time.perf_counter()
                socket.ping(content)
                await asyncio.sleep(_SECONDS_BETWEEN_TICKS)

        socket = await open_socket(self._port, self._place.token(subject_of(_MENTEE)), heard)
        ticking = asyncio.create_task(tick())
        try:
            yield ticks
        finally:
            ticking.cancel()
            while sent:
                await asyncio.sleep(_SECONDS_BETWEEN_TICKS)
            socket.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    """An answer, be it a refusal. Raises ``RuntimeError`` where the server has failed."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    if head.startswith(b"HTTP/1.1 5") or b'"INTERNAL"' in body[:1_000]:
        raise RuntimeError(f"{head!r} {body[:1_000]!r}")
    return body
