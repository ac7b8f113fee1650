"""A database that crashes under a running service, and comes back."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from api.database import connections, database_url
from api.migrate import migrate
from api.models import Event
from api.schema.node import global_id
from api.settings import Settings
from tests.acceptance.servers import running
from tests.acceptance.stories import asked
from tests.acceptance.test_slow_clients import LISTEN, signed_in
from tests.houses import House


@pytest.fixture
async def own_database(data_folder: Path) -> AsyncIterator[str]:
    """A database server of the test's own, which it may let crash."""
    with database_url(Settings(data=data_folder, database_url=None)) as url:
        await migrate(url)
        yield url


def crash(folder: Path) -> None:
    """One of its processes is killed; PostgreSQL then cuts all connections, and begins anew from what was flushed."""
    postmaster = int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])
    (checkpointer,) = [each for each in psutil.Process(postmaster).children() if "checkpointer" in each.cmdline()[0]]
    checkpointer.kill()


async def test_after_a_crash_of_the_database_the_service_goes_on_and_open_subscriptions_miss_nothing(
    own_database: str, data_folder: Path, tmp_path: Path
) -> None:
    async with connections(Settings(database_url=own_database), own_database):
        house = await House.build()
        mentor, mentees = await house.mentor(), [await house.person() for _ in range(4)]
    settings = {"BROADCAST_URL": own_database}
    async with running(tmp_path / "data", database_url=own_database, port=None, **settings) as server:
        heard: list[str] = []
        cursor = (await server.ask(mentor, "{ latestCursor }"))["latestCursor"]

        async def listen() -> None:
            nonlocal cursor
            while True:
                async with signed_in(server, mentor) as client:
                    operation = {"query": LISTEN % "id", "variables": {"after": cursor}}
                    await client.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
                    while (message := json.loads(await client.recv()))["type"] in ("next", "ping"):
                        if message["type"] == "next" and message["payload"]["data"]:
                            cursor = message["payload"]["data"]["notificationReceived"]["cursor"]
                            heard.append(message["payload"]["data"]["notificationReceived"]["id"])

        ear = asyncio.create_task(listen())
        for number, mentee in enumerate(mentees):
            async with asyncio.timeout(20):
                while (await server.ask_raw(server.token(mentee), "{ viewer { id } }")).status_code != 200:
                    await asyncio.sleep(0.1)
            await asked(server, mentee, mentor)
            async with asyncio.timeout(10):
                while len(heard) <= number:
                    assert not ear.done(), ear.exception()
                    await asyncio.sleep(0.05)
            crash(data_folder)
            await asyncio.sleep(0.5)
        ear.cancel()
        await asyncio.gather(ear, return_exceptions=True)
        folder = tmp_path / "data" / "mail"
        async with asyncio.timeout(60):
            while len(list(folder.glob("*.eml"))) < len(mentees):
                await asyncio.sleep(0.2)
    async with connections(Settings(database_url=own_database), own_database):
        log = await Event.filter(person_id=mentor.id).order_by("seq")
        assert heard == [global_id("RequestReceived", event.id) for event in log]
        assert len(log) == len(mentees)
