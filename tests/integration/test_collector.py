"""When what only leads to itself is looked for."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import ref

import pytest

from api.collector import collect, spare_the_collector

# As many blocks as count for growth, and a few more.
_MANY = 600_000
_ALL = 2


class Lonely:
    """It leads to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def spared() -> Iterator[None]:
    spare_the_collector()
    yield
    gc.unfreeze()
    gc.enable()


@asynccontextmanager
async def collecting(connections: list[object]) -> AsyncIterator[list[int]]:
    """Which generations were looked through by now."""
    looks: list[int] = []

    def note(phase: str, told: dict[str, Any]) -> None:
        if phase == "start":
            looks.append(told["generation"])

    gc.callbacks.append(note)
    task = asyncio.create_task(collect(connections, seconds=0.01, looks=2))
    await asyncio.sleep(0)
    try:
        yield looks
    finally:
        gc.callbacks.remove(note)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _look(looks: list[int], generation: int) -> None:
    """Until it was looked for once more."""
    before = looks.count(generation)
    async with asyncio.timeout(10):
        while looks.count(generation) == before:
            await asyncio.sleep(0.01)


async def test_nothing_is_begun_by_how_much_there_is() -> None:
    looks: list[str] = []
    gc.callbacks.append(lambda phase, _told: looks.append(phase))
    kept = [Lonely() for _ in range(50_000)]
    gc.callbacks.pop()
    assert len(kept) == 50_000
    assert looks == []


async def test_what_is_new_and_only_leads_to_itself_soon_goes() -> None:
    async with collecting([]) as looks:
        lonely = ref(Lonely())
        assert lonely() is not None
        await _look(looks, 1)
        assert lonely() is None
        assert _ALL not in looks


async def test_what_became_old_goes_once_there_is_much_of_it() -> None:
    async with collecting([]) as looks:
        kept = Lonely()
        lonely = ref(kept)
        await _look(looks, 1)
        del kept
        await _look(looks, 1)
        assert lonely() is not None
        much = [bytes(600) for _ in range(10)] + [object() for _ in range(_MANY)]
        await _look(looks, _ALL)
        assert lonely() is None
        assert much


async def test_what_connections_account_for_is_not_looked_through() -> None:
    connections: list[object] = []
    async with collecting(connections) as looks:
        connections += [object() for _ in range(_MANY)]
        for _ in range(5):
            await _look(looks, 1)
        assert _ALL not in looks
