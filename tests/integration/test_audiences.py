"""Subscriptions that are the same, on several sockets of one process."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from api.actions.connect import connect
from api.actions.withdraw import withdraw
from api.domain.viewer import Viewer
from api.metrics import Metrics
from api.models import Event, Person
from api.notifications.cursors import log_cursor
from api.notifications.log import log_of
from api.notifications.wakeups import Wakeups
from api.resolvers.context import Services
from api.search.ranking import PostgresMentorSearch
from api.transport.operations import Operations
from api.transport.parameters import Operation
from api.transport.persisted import Documents
from tests.houses import House, viewer_of
from tests.operations import OFFER, SCHEMA
from tests.sql import statements

LISTEN = "subscription ($after: String) { notificationReceived(after: $after) { cursor } }"


@dataclass
class Socket:
    """What a socket was told, and whether it takes any more just now."""

    operations: Operations
    viewer: Viewer
    operation: Operation
    heard: list[str] = field(default_factory=list)
    takes: bool = True
    written: int = 0
    ended: bool = False
    late: int = 0
    room: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.room.set()

    async def listen(self) -> None:
        answers = self.operations.run(self.operation, self.viewer, write=self._write, room=self.room.wait)
        async for answer in answers:
            self._hear(answer.payload)

    def _write(self, payload: bytes) -> bool:
        self.late += self.ended
        if self.takes:
            self.written += 1
            self._hear(orjson.loads(payload))
        return self.takes

    def _hear(self, payload: dict[str, Any]) -> None:
        self.heard.append(payload["data"]["notificationReceived"]["cursor"])


@pytest.fixture
def operations(database: str) -> Operations:
    services = Services(search=PostgresMentorSearch(), wakeups=Wakeups("memory://"), poll_seconds=3600, push=OFFER)
    return Operations(SCHEMA, services, Metrics(), Documents())


@asynccontextmanager
async def listening(*sockets: Socket) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(socket.listen()) for socket in sockets]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def socket_of(operations: Operations, person: Person, after: str | None = None, query: str = LISTEN) -> Socket:
    return Socket(operations, viewer_of(person), Operation(query=query, variables={"after": after}))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def entries(operations: Operations, mentee: Person, mentor: Person, count: int) -> None:
    """So many for the mentor's log, two by two."""
    wakeups = operations._services.wakeups
    for _ in range(count // 2):
        request = await connect(wakeups, viewer=viewer_of(mentee), mentor_id=mentor.id)
        await withdraw(wakeups, viewer=viewer_of(mentee), request_id=request.id)


async def cursors_of(person: Person) -> list[str]:
    log = await log_of(viewer_of(person))
    return [log_cursor(log.epoch, event.seq) async for event in Event.filter(person_id=person.id).order_by("seq")]


async def test_what_several_sockets_wait_for_is_read_and_executed_once(operations: Operations) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    sockets = [socket_of(operations, mentor) for _ in range(20)]
    async with listening(*sockets):
        await until(lambda: operations.spared == 19)
        assert operations._services.wakeups.listeners == 1
        with statements() as sent:
            await entries(operations, mentee, mentor, 2)
            await until(lambda: all(len(socket.heard) == 2 for socket in sockets))
        assert len([each for each in sent if "FROM event JOIN person" in each]) <= 4
        assert all(socket.written == 2 for socket in sockets)
    assert all(socket.heard == sockets[0].heard for socket in sockets)
    assert operations.spared == operations._services.wakeups.listeners == 0


async def test_where_much_is_written_to_many_others_get_their_turn_in_between(operations: Operations) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    aliases = " ".join(f"m{number}: message" for number in range(40))
    much = f"subscription {{ notificationReceived {{ cursor ... on RequestReceived {{ request {{ {aliases} }} }} }} }}"
    turn, written_in = 0, list[int]()

    class Noting(Socket):
        def _write(self, payload: bytes) -> bool:
            written_in.append(turn)
            return super()._write(payload)

    sockets = [Noting(operations, viewer_of(mentor), Operation(query=much)) for _ in range(12)]
    async with listening(*sockets):
        await until(lambda: operations.spared == 11)
        wakeups = operations._services.wakeups
        asking = asyncio.create_task(
            connect(wakeups, viewer=viewer_of(mentee), mentor_id=mentor.id, message="x" * 4_000)
        )
        while len(written_in) < len(sockets):
            turn += 1
            await asyncio.sleep(0)
        await asking
    assert [written_in.count(each) for each in sorted(set(written_in))] == [2] * 6


async def test_who_listens_alone_or_to_something_else_shares_nothing(operations: Operations) -> None:
    house = await House.build()
    mentor, other, mentee = await house.mentor(), await house.mentor(), await house.person()
    sockets = [
        socket_of(operations, mentor),
        socket_of(operations, other),
        socket_of(operations, mentor, query=LISTEN.replace("cursor", "cursor id")),
    ]
    async with listening(*sockets):
        await until(lambda: operations._services.wakeups.listeners == 3)
        await entries(operations, mentee, mentor, 2)
        await until(lambda: len(sockets[0].heard) == len(sockets[2].heard) == 2)
        assert operations.spared == 0
        assert sockets[1].heard == []
        assert not any(socket.written for socket in sockets)


async def test_for_whoever_takes_nothing_nothing_is_executed_until_they_do(operations: Operations) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    quick, *slow = (socket_of(operations, mentor) for _ in range(10))
    async with listening(quick, *slow):
        await until(lambda: operations.spared == 9)
        for each in slow:
            each.takes = False
            each.room.clear()
        with statements() as sent:
            await entries(operations, mentee, mentor, 6)
            await until(lambda: len(quick.heard) == 6)
        assert len([each for each in sent if "FROM event JOIN person" in each]) <= 2 * 6
        assert not any(each.heard for each in slow)
        for each in slow:
            each.takes = True
            each.room.set()
        await until(lambda: all(each.heard == quick.heard for each in slow))


async def test_whoever_takes_nothing_holds_up_nobody_and_goes_on_where_it_was(operations: Operations) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    slow, quick, third = (socket_of(operations, mentor) for _ in range(3))
    async with listening(slow, quick, third):
        await until(lambda: operations.spared == 2)
        slow.takes = False
        await entries(operations, mentee, mentor, 6)
        await until(lambda: len(quick.heard) == len(slow.heard) == 6)
        assert slow.written == 0
        slow.takes = True
        await until(lambda: operations.spared == 2)
        await entries(operations, mentee, mentor, 2)
        await until(lambda: len(quick.heard) == len(slow.heard) == 8)
        assert slow.written == 2
    assert slow.heard == quick.heard == third.heard == await cursors_of(mentor)


async def test_where_the_shared_execution_breaks_each_goes_on_by_itself(
    operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    sockets = [socket_of(operations, mentor) for _ in range(3)]
    async with listening(*sockets):
        await until(lambda: operations.spared == 2)
        (audience,) = operations._audiences._audiences.values()
        with monkeypatch.context() as patch:
            patch.setattr("api.transport.audience.orjson", None)
            await entries(operations, mentee, mentor, 2)
            assert audience.task is not None
            await asyncio.wait({audience.task}, timeout=10)
        await entries(operations, mentee, mentor, 2)
        await until(lambda: all(len(socket.heard) == 4 for socket in sockets))
        assert operations.spared == 0
    assert all(socket.heard == sockets[0].heard for socket in sockets)


@pytest.mark.parametrize("seed", range(4))
async def test_each_hears_everything_after_its_cursor_once_and_in_order(
    operations: Operations, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While sockets come with cursors of all ages, go, and take nothing for a while."""
    monkeypatch.setattr("api.transport.audience._WRITTEN_AT_A_TIME", 1)
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    chance = random.Random(seed)
    await entries(operations, mentee, mentor, 10)
    writing = asyncio.create_task(entries(operations, mentee, mentor, 60))
    present: dict[asyncio.Task[None], tuple[Socket, str]] = {}
    gone: list[Socket] = []
    while not writing.done():
        match chance.randrange(4):
            case 0 | 1:
                known = chance.choice(await cursors_of(mentor))
                socket = socket_of(operations, mentor, known)
                present[asyncio.create_task(socket.listen())] = socket, known
            case 2 if len(present) > 4:
                task = chance.choice(list(present))
                socket, _ = present.pop(task)
                gone.append(socket)
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
                socket.ended = True
            case 3 if present:
                socket, _ = chance.choice(list(present.values()))
                socket.takes = not socket.takes
        await asyncio.sleep(chance.uniform(0, 0.02))
    written = await cursors_of(mentor)
    due = {task: written[written.index(known) + 1 :] for task, (_, known) in present.items()}
    await until(lambda: all(len(present[task][0].heard) >= len(due[task]) for task in present))
    await asyncio.sleep(0.1)
    assert all(socket.heard == due[task] for task, (socket, _) in present.items())
    assert any(socket.written for socket, _ in present.values())
    assert not any(socket.late for socket in gone)
    for task in present:
        task.cancel()
    await asyncio.gather(*present, return_exceptions=True)
    assert operations._services.wakeups.listeners == operations.spared == 0
