"""How many write at once."""

import asyncio

import pytest

from api.actions import turns

MOST = 6


async def begun(own: turns._Turns, wanted: int) -> tuple[int, list[asyncio.Task[None]]]:
    """How many of so many who want to write get their turn, and their tasks."""
    tasks = [asyncio.create_task(own.acquire()) for _ in range(wanted)]
    await asyncio.sleep(0.02)
    return sum(task.done() for task in tasks), tasks


async def over(own: turns._Turns, tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            own.release()
        else:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> turns._Turns:
    """Turns of a process in which ten turns began late."""
    monkeypatch.setattr(turns, "_SECONDS_LATE", -1.0)
    return turns._Turns(MOST)


async def test_as_many_write_at_once_as_may() -> None:
    own = turns._Turns(MOST)
    count, tasks = await begun(own, 2 * MOST)
    assert count == MOST
    await over(own, tasks)


async def test_a_process_that_is_late_lets_fewer_write_at_once_but_never_nobody(late: turns._Turns) -> None:
    for _ in range(2 * MOST):
        await late.acquire()
        late.release()
    count, tasks = await begun(late, MOST)
    assert count == turns._FEWEST
    await over(late, tasks)


async def test_once_it_is_in_time_all_of_them_may_again(late: turns._Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2 * MOST):
        await late.acquire()
        late.release()
    monkeypatch.setattr(turns, "_SECONDS_LATE", 60.0)
    monkeypatch.setattr(turns, "_SECONDS_IN_TIME", 60.0)
    count, tasks = await begun(late, 2 * MOST)
    assert count == MOST
    await over(late, tasks)


async def test_whoever_leaves_while_they_wait_takes_no_turn() -> None:
    own = turns._Turns(1)
    await own.acquire()
    leaves, stays = asyncio.create_task(own.acquire()), asyncio.create_task(own.acquire())
    await asyncio.sleep(0)
    leaves.cancel()
    own.release()
    async with asyncio.timeout(1):
        await stays
    assert leaves.cancelled()


async def test_whoever_leaves_just_as_their_turn_comes_hands_it_on() -> None:
    own = turns._Turns(1)
    await own.acquire()
    leaves, stays = asyncio.create_task(own.acquire()), asyncio.create_task(own.acquire())
    await asyncio.sleep(0)
    own.release()
    leaves.cancel()
    async with asyncio.timeout(1):
        await stays
    assert leaves.cancelled()
