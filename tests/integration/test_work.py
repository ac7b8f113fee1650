"""The unit of work: all of it or nothing, carried to its end."""

import asyncio

import pytest

from api.actions.work import Work, action, all_carried_through
from api.models import Organisation
from tests.wakers import Recorder


@action
async def found(work: Work, name: str, *, then_fail: bool = False, gate: asyncio.Event | None = None) -> Organisation:
    organisation = await Organisation.create(using_db=work.connection, name=name)
    if gate:
        await gate.wait()
    if then_fail:
        raise RuntimeError("not this time")
    return organisation


async def test_a_story_that_raises_leaves_nothing(database: str) -> None:
    with pytest.raises(RuntimeError, match="not this time"):
        await found(Recorder(), "Acme", then_fail=True)
    assert await Organisation.all().count() == 0


async def test_a_caller_that_goes_away_does_not_stop_the_work(database: str) -> None:
    gate = asyncio.Event()
    caller = asyncio.create_task(found(Recorder(), "Acme", gate=gate))
    await asyncio.sleep(0.05)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.set()
    await all_carried_through()
    assert await Organisation.filter(name="Acme").count() == 1
