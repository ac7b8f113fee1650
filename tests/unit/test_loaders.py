"""What is asked for together is read together, by everybody who still waits for it."""

import asyncio
import contextlib
import gc

import pytest

from api.resolvers.loaders import Loader


async def test_whoever_gives_up_takes_the_row_from_nobody_else() -> None:
    asked: list[list[int]] = []
    reading = asyncio.Event()

    async def read(keys: list[int]) -> list[str]:
        asked.append(keys)
        await reading.wait()
        return [f"row {key}" for key in keys]

    async def row(key: int) -> str:
        return await loader.load(key)

    loader = Loader(load_fn=read)
    gives_up, waits = asyncio.create_task(row(1)), asyncio.create_task(row(1))
    await asyncio.sleep(0.01)
    gives_up.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await gives_up
    reading.set()
    assert await waits == "row 1"
    assert await row(1) == "row 1"
    assert asked == [[1]]


async def test_what_goes_wrong_when_all_have_given_up_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    reading = asyncio.Event()

    async def read(_keys: list[int]) -> list[str]:
        await reading.wait()
        raise LookupError("away")

    async def row(loader: Loader[int, str]) -> str:
        return await loader.load(1)

    task = asyncio.create_task(row(Loader(load_fn=read)))
    await asyncio.sleep(0.01)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    reading.set()
    await asyncio.sleep(0.01)
    del task
    gc.collect()
    assert caplog.messages == []
