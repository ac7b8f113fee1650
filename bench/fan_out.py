"""Live alerts: one event that many sockets wait for, and many events with one socket waiting for each.

Events are made by asking mentors, over sockets, too: whatever a contestant writes for it is within the figure.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Self

import asyncpg
import structlog

from api.domain.ids import encode_id
from bench.agreement import Written
from bench.contestants.ours import OURS
from bench.contestants.sockets import GRAPHQL_WS
from bench.figures import Figure
from bench.http_scenarios import Plan, mentors_to_ask
from bench.load import Measured
from bench.questions import subject_of
from bench.servers import Place, Server
from bench.sockets import Socket, open_socket

log = structlog.get_logger(__name__)

_SUBSCRIBE: Final = (
    "subscription { requestReceived { cursor request { id message percent mentee { name jobTitle } } } }"
)
_ASK_AFTER: Final = "{ latestCursor }"
_CONNECT: Final = """mutation ($mentor: ID!, $message: String!) {
  connect(input: {mentorId: $mentor, message: $message}) { request { id } errors { code } } }"""
_MARK: Final = re.compile(rb'"message":"mark (\d+)"')
_EVENTS_TO_ONE: Final = 300
_ASKING_AT_ONCE: Final = 8
_OPENING_AT_ONCE: Final = 50
_SECONDS_TO_SETTLE: Final = 2.0
_SECONDS_TO_HEAR: Final = 60.0


@dataclass
class _Ear:
    """What all sockets hear together. ``asked`` tells when each event was asked for, by its mark; ``missing`` is how
    many messages are due.
    """

    asked: dict[int, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    missing: int = 0
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    subscribed: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def expect(self, messages: int) -> None:
        self.missing += messages
        self.complete.clear()

    def hear(self, _socket: Socket, content: bytes, now: float) -> None:
        mark = _MARK.search(content)
        if mark is None:
            if b'"latestCursor"' in content:
                self.subscribed.release()
            return
        self.delays.append(now - self.asked[int(mark[1])])
        self.missing -= 1
        if not self.missing:
            self.complete.set()


class _Asker:
    """A mentee with a socket to ask over, one question at a time."""

    def __init__(self, server: Server, person_id: int) -> None:
        self._server = server
        self._person_id = person_id
        self._answered: asyncio.Future[bytes] | None = None

    async def open(self, place: Place) -> Self:
        token = place.token(subject_of(self._person_id))
        self._socket = await open_socket(self._server.port, token, self._take)
        return self

    async def ask(self, mentor: int, mark: int) -> None:
        """Raises ``RuntimeError`` where that is refused."""
        identity = encode_id("Mentor", mentor) if self._server.contestant is OURS else str(mentor)
        self._answered = asyncio.get_running_loop().create_future()
        self._socket.start(_CONNECT, {"mentor": identity, "message": f"mark {mark}"}, str(mark))
        answer = await self._answered
        if b'"errors":[]' not in answer:
            raise RuntimeError(f"{self._server.contestant.name}: {answer[:1000]!r}")

    def _take(self, _socket: Socket, content: bytes, _now: float) -> None:
        # After the answer comes the word that there is no other, perhaps when the next question is under way.
        if self._answered and not self._answered.done() and b'"type":"complete"' not in content[-40:]:
            self._answered.set_result(content)

    def close(self) -> None:
        self._socket.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """``listening`` are the mentors whose sockets are open, one entry a socket; ``at_once`` so many events are under
    way together.
    """

    name: str
    listening: Sequence[int]
    at_once: int

    @property
    def alone(self) -> bool:
        return self.at_once == 1

    @property
    def sockets_an_event(self) -> int:
        return len(self.listening) if self.alone else 1

    @property
    def askers(self) -> int:
        """Each asks a mentor once, and so where there is one mentor each asks once."""
        return _EVENTS_TO_ONE if self.alone else self.at_once

    @property
    def events(self) -> int:
        """The most that can be made in one run."""
        return self.askers if self.alone else len(self.listening)


async def fan_out(place: Place, plan: Plan, sockets: int) -> list[Figure]:
    connection = await asyncpg.connect(place.database_url)
    try:
        written = await Written.since_now(connection)
        mentors = await mentors_to_ask(connection)
        forms = [_Form(name=f"one event to {sockets} sockets", listening=mentors[:1] * sockets, at_once=1)]
        if len(mentors) >= sockets:
            many = _Form(name=f"{sockets} sockets, an event each", listening=mentors[:sockets], at_once=_ASKING_AT_ONCE)
            forms.append(many)
        figures = []
        for form in forms:
            async with place.all_running((OURS, GRAPHQL_WS)) as servers:
                figures += await _rounds(servers, place, plan, form, written)
        return figures
    finally:
        await connection.close()


async def _rounds(servers: Sequence[Server], place: Place, plan: Plan, form: _Form, written: Written) -> list[Figure]:
    seen: dict[str, list[Measured]] = {}
    memory: dict[str, list[float]] = {}
    for server in servers:
        before = server.memory()
        async with _listening(server, place, form) as ear:
            memory[server.contestant.name] = [(server.memory() - before) / len(form.listening)]
            await _measured(server, place, form, ear, plan.seconds)
        await written.settle()
        seen[server.contestant.name] = []
    for number in range(plan.rounds):
        for server in servers:
            async with _listening(server, place, form) as ear:
                found = await _measured(server, place, form, ear, plan.seconds)
            await written.settle()
            seen[server.contestant.name].append(found)
            log.info(
                "measured", scenario=form.name, round=number + 1, of=server.contestant.name, rate=round(found.rate)
            )
    return [figure for who in seen for figure in _figures(who, form, seen[who], memory[who])]


@asynccontextmanager
async def _listening(server: Server, place: Place, form: _Form) -> AsyncIterator[_Ear]:
    """All sockets of a form, subscribed."""
    ear = _Ear()
    tokens = {mentor: place.token(subject_of(mentor)) for mentor in set(form.listening)}
    sockets: list[Socket] = []
    try:
        for some in _chunks(form.listening):
            sockets += await asyncio.gather(*(open_socket(server.port, tokens[mentor], ear.hear) for mentor in some))
        for socket in sockets:
            socket.start(_SUBSCRIBE, {})
            socket.start(_ASK_AFTER, {}, "2")
        # Nothing tells that a subscription has begun; what was asked after it was answered, and then some.
        for _ in sockets:
            await ear.subscribed.acquire()
        await asyncio.sleep(_SECONDS_TO_SETTLE)
        yield ear
    finally:
        for socket in sockets:
            socket.close()
        await asyncio.gather(*(socket.closed for socket in sockets))


async def _measured(server: Server, place: Place, form: _Form, ear: _Ear, seconds: float) -> Measured:
    """Events for so many seconds, and until every one of them was heard."""
    askers: list[_Asker] = []
    for some in _chunks(range(1, 1 + form.askers)):
        askers += await asyncio.gather(*(_Asker(server, person_id).open(place) for person_id in some))
    marks = iter(range(form.events))
    began, processor = time.perf_counter(), time.process_time()

    async def ask(free: list[_Asker]) -> None:
        for mark in marks:
            asker = free[mark // form.at_once % len(free)]
            ear.expect(form.sockets_an_event)
            ear.asked[mark] = time.perf_counter()
            await asker.ask(form.listening[mark % len(form.listening)], mark)
            if form.alone:
                await _heard(ear, server)
            if time.perf_counter() - began >= seconds:
                return

    try:
        # Each has some of the askers to itself, so that nobody asks two things at once.
        await asyncio.gather(*(ask(askers[first :: form.at_once]) for first in range(form.at_once)))
        await _heard(ear, server)
        took = time.perf_counter() - began
    finally:
        for asker in askers:
            asker.close()
    busy = (time.process_time() - processor) / took
    return Measured(seconds=took, delays=sorted(ear.delays), busy=busy)


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as are opened at once, again and again."""
    return (numbers[start : start + _OPENING_AT_ONCE] for start in range(0, len(numbers), _OPENING_AT_ONCE))


async def _heard(ear: _Ear, server: Server) -> None:
    try:
        async with asyncio.timeout(_SECONDS_TO_HEAR):
            await ear.complete.wait()
    except TimeoutError as error:
        raise RuntimeError(f"{server.contestant.name}: {ear.missing} messages never came") from error


def _figures(who: str, form: _Form, seen: Sequence[Measured], memory: Sequence[float]) -> list[Figure]:
    def figure(unit: str, values: Sequence[float], **notes: float) -> Figure:
        return Figure(scenario=form.name, contestant=who, unit=unit, values=values, peer=who != OURS.name, notes=notes)

    busy = sum(found.busy for found in seen) / len(seen)
    return [
        figure("messages/s", [found.rate for found in seen], **{"load's core busy": busy}),
        figure("ms", [found.milliseconds(0.5) for found in seen], **{"p99 ms": seen[-1].milliseconds(0.99)}),
        figure("bytes/socket", memory),
    ]
