"""People who use the service at a steady pace, whatever else goes on: some ask over HTTP, others listen on sockets.

A delay counts from when a question was due, so that one that had to wait for the one before is not let off.
"""

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import orjson

from api.domain.ids import encode_id
from bench.http_scenarios import requests_for
from bench.load import http_request
from bench.questions import Connecting, finding, looking_into_inboxes, subject_of
from bench.servers import Place, Server
from bench.sockets import Socket, open_socket

PEOPLE: Final = 20
ASKING_EVERY: Final = 0.25
EVENTS_A_SECOND: Final = 10
# A request says who asks what in a few words, and takes up as much as it may.
_LENGTH_OF_A_MESSAGE: Final = 4_000
_LISTEN: Final = "subscription { requestReceived { cursor request { id message mentee { name } } } }"
_CONNECT: Final = """mutation ($mentor: ID!, $message: String!) {
  connect(input: {mentorId: $mentor, message: $message}) { request { id } errors { code } } }"""
_MARK: Final = re.compile(rb'"message":"mark (\d+)')
_SECONDS_TO_HEAR: Final = 10.0


@dataclass
class Delays:
    """In seconds, of whatever was asked and heard in one measurement."""

    answers: list[float] = field(default_factory=list)
    alerts: list[float] = field(default_factory=list)


@dataclass
class Town:
    """Twenty who ask, and twenty who listen; ``mentors`` are those who can be asked."""

    server: Server
    place: Place
    mentors: Sequence[int]
    delays: Delays = field(default_factory=Delays)
    _due: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.listening = self.mentors[:PEOPLE]
        self._marks = itertools.count()
        self._tokens: dict[str, str] = {}
        self._connecting = self._connections()

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator[None]:
        """Everybody who listens does."""
        sockets = [
            await open_socket(self.server.port, self.place.token(subject_of(mentor)), self._hear)
            for mentor in self.listening
        ]
        for socket in sockets:
            socket.start(_LISTEN, {})
        try:
            yield
        finally:
            for socket in sockets:
                socket.close()

    async def live(self, seconds: float) -> Delays:
        """What they saw in so many seconds. Raises ``RuntimeError`` where something was never heard of."""
        self.delays = Delays()
        until = time.perf_counter() + seconds
        asking = self._questions()
        await asyncio.gather(
            *(
                self._ask(asking, every=ASKING_EVERY, after=ASKING_EVERY * n / PEOPLE, until=until)
                for n in range(PEOPLE)
            ),
            self._ask(self._connecting, every=1 / EVENTS_A_SECOND, after=0, until=until, note=False),
        )
        late = time.perf_counter() + _SECONDS_TO_HEAR
        while self._due:
            if time.perf_counter() > late:
                raise RuntimeError(f"{len(self._due)} alerts never came")
            await asyncio.sleep(0.05)
        return self.delays

    async def _ask(
        self, requests: Iterator[bytes], *, every: float, after: float, until: float, note: bool = True
    ) -> None:
        """One person. Raises ``RuntimeError`` for any other answer than a good one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        due = time.perf_counter() + after
        while due < until:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1]) if length else 0)
            if b" 200 " not in head[:15] or b'"errors":[{' in body:
                raise RuntimeError(f"{head[:200]!r} {body[:500]!r}")
            if note:
                self.delays.answers.append(time.perf_counter() - due)
            due += every
        writer.close()

    def _questions(self) -> Iterator[bytes]:
        """Half of them look for a mentor, half into their inbox."""
        scenarios = (("find", finding()), ("inbox", looking_into_inboxes()))
        kinds = [
            requests_for(self.server, self.place, scenario, questions, self._tokens)
            for scenario, questions in scenarios
        ]
        return (next(each) for each in itertools.cycle(kinds))

    def _connections(self) -> Iterator[bytes]:
        """Everybody asks everybody who listens, once."""
        for question in Connecting(mentors=self.listening):
            mark = next(self._marks)
            message = f"mark {mark} ".ljust(_LENGTH_OF_A_MESSAGE, "x")
            variables = {"mentor": encode_id("Mentor", question.mentor_id), "message": message}
            body = orjson.dumps({"query": _CONNECT, "variables": variables})
            request = http_request(body, self.place.token(question.subject))
            self._due[mark] = time.perf_counter()
            yield request

    def _hear(self, _socket: Socket, content: bytes, now: float) -> None:
        mark = _MARK.search(content)
        if mark:
            self.delays.alerts.append(now - self._due.pop(int(mark[1])))
