"""A database that crashes under a running service, and comes back."""

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from api.database import connections, database_url
from api.models import Event
from api.schema.node import global_id
from api.settings import Settings
from tests.acceptance.servers import running
from tests.acceptance.stories import asked
from tests.acceptance.test_slow_clients import LISTEN, signed_in
from tests.houses import House


@pytest.fixture
async def own_database(migrated_folder: Path) -> AsyncIterator[str]:
    """A database server of the test's own, which it may let crash."""
    with database_url(Settings(data=migrated_folder, database_url=None)) as url:
        yield url


def crash(folder: Path) -> None:
    """One of its processes is killed; PostgreSQL then cuts all connections, and begins anew from what was flushed."""
    postmaster = int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])
    for process in psutil.Process(postmaster).children():
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            if "checkpointer" in process.cmdline()[0]:
                process.kill()


async def test_after_a_crash_of_the_database_the_service_goes_on_and_open_subscriptions_miss_nothing(
    own_database: str, migrated_folder: Path, tmp_path: Path
) -> None:
    async with connections(Settings(database_url=own_database), own_database):
        house = await House.build()
        mentor, mentees = await house.mentor(), [await house.person() for _ in range(4)]
    settings = {"BROADCAST_URL": own_database, "MENTORING_LEASE_SECONDS": "3"}
    async with running(tmp_path / "data", database_url=own_database, port=None, **settings) as server:
        heard: list[str] = []
        cursor = (await server.ask(mentor, "{ latestCursor }"))["latestCursor"]

        async def listen() -> None:
            """As the reference clients do: they come back after a close, and take an error for the end."""
            nonlocal cursor
            while True:
                with contextlib.suppress(ConnectionClosed):
                    async with signed_in(server, mentor) as client:
                        operation = {"query": LISTEN % "id", "variables": {"after": cursor}}
                        await client.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
                        while True:
                            message = json.loads(await client.recv())
                            assert message["type"] in ("next", "ping"), message
                            if message["type"] == "next":
                                assert "errors" not in message["payload"], message
                                cursor = message["payload"]["data"]["notificationReceived"]["cursor"]
                                heard.append(message["payload"]["data"]["notificationReceived"]["id"])
                await asyncio.sleep(0.3)

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
            # Away for some seconds, so that subscriptions look in vain.
            for _ in range(10):
                crash(migrated_folder)
                await asyncio.sleep(0.3)
        ear.cancel()
        await asyncio.gather(ear, return_exceptions=True)
        folder = tmp_path / "data" / "mail"
        async with asyncio.timeout(120):
            while len(list(folder.glob("*.eml"))) < len(mentees):
                await asyncio.sleep(0.2)
    async with connections(Settings(database_url=own_database), own_database):
        log = await Event.filter(person_id=mentor.id).order_by("seq")
        assert heard == [global_id("RequestReceived", event.id) for event in log]
        assert len(log) == len(mentees)


@pytest.mark.parametrize("options", [[], ["--workers", "2"]], ids=["one process", "several"])
async def test_a_service_whose_database_hangs_still_stops_in_ten_seconds(
    own_database: str, migrated_folder: Path, tmp_path: Path, options: list[str]
) -> None:
    async with connections(Settings(database_url=own_database), own_database):
        person = await (await House.build()).person()
    settings = {"BROADCAST_URL": own_database}
    async with (
        running(tmp_path / "data", *options, database_url=own_database, port=None, **settings) as server,
        signed_in(server, person) as client,
    ):
        await client.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": LISTEN % "id"}}))
        await asyncio.sleep(1)
        postmaster = psutil.Process(int((migrated_folder / "postgresql" / "postmaster.pid").read_text().split()[0]))
        stopped = [postmaster, *postmaster.children()]
        for process in stopped:
            process.suspend()
        try:
            asking = asyncio.create_task(server.ask_raw(server.token(person), "{ viewer { id } }"))
            await asyncio.sleep(1)
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(server.process.wait, 15)
            assert time.monotonic() - started < 10
        finally:
            for process in stopped:
                process.resume()
        await asyncio.gather(asking, return_exceptions=True)
