"""Two processes behind a proxy, restarted one after the other while people ask and listen."""

import asyncio
import contextlib
import json
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from api.models import Event, IdempotencyKey, MentorRequest, Person
from api.schema.node import global_id
from tests.acceptance.servers import Server, running
from tests.acceptance.test_slow_clients import LISTEN
from tests.houses import House

CONNECT = """mutation ($mentor: ID!, $key: String!) {
  connect(input: {mentorId: $mentor, idempotencyKey: $key}) { request { id } errors { code } } }"""
ASKED = 8


@dataclass
class Proxy:
    """Passes bytes on to any of the ports that it knows; one that refuses is left for another."""

    ports: list[int] = field(default_factory=list)
    port: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in random.sample(self.ports, len(self.ports)):
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection("127.0.0.1", port)
                ways = [asyncio.create_task(self._pass_on(*way)) for way in ((reader, back), (there, writer))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                back.close()
                break
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()


async def ask_until_answered(proxy: Proxy, token: str, mentors: list[Person]) -> dict[str, str]:
    """Ask each mentor, the same again under the same key until there is an answer. Requests by their keys."""
    asked = {}
    for mentor in mentors:
        key = str(uuid4())
        body = {"query": CONNECT, "variables": {"mentor": global_id("Mentor", mentor.id), "key": key}}
        while key not in asked:
            with contextlib.suppress(httpx.TransportError):
                async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
                    answer = (await client.post(f"http://127.0.0.1:{proxy.port}/graphql", json=body)).json()
                assert answer["data"]["connect"]["errors"] == []
                asked[key] = answer["data"]["connect"]["request"]["id"]
            await asyncio.sleep(0.05)
        # Spread over all of the restarts.
        await asyncio.sleep(random.uniform(0.5, 3))
    return asked


async def listen(proxy: Proxy, token: str, cursor: str, heard: list[str]) -> None:
    """Follow a log for ever, from the last entry handled on."""
    while True:
        with contextlib.suppress(ConnectionClosed, InvalidHandshake, InvalidMessage, OSError):
            async with connect(
                f"ws://127.0.0.1:{proxy.port}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]
            ) as client:
                payload = {"authorization": f"Bearer {token}"}
                await client.send(json.dumps({"type": "connection_init", "payload": payload}))
                operation = {"query": LISTEN % "id", "variables": {"after": cursor}}
                await client.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
                async for frame in client:
                    message = json.loads(frame)
                    if message["type"] == "ping":
                        await client.send(json.dumps({"type": "pong"}))
                    if message["type"] == "next":
                        entry = message["payload"]["data"]["notificationReceived"]
                        cursor = entry["cursor"]
                        heard.append(entry["id"])
        await asyncio.sleep(0.1)


async def test_a_rolling_restart_loses_no_mutation_and_no_event(database: str, tmp_path: Path) -> None:
    house = await House.build(open_request_limit=100)
    mentors = [await house.mentor() for _ in range(ASKED)]
    mentees = [await house.person() for _ in range(12)]
    proxy, settings = Proxy(), {"BROADCAST_URL": database}
    heard: dict[int, list[str]] = {mentor.id: [] for mentor in mentors}
    async with AsyncExitStack() as stack:

        async def started() -> Server:
            server = await stack.enter_async_context(
                running(tmp_path / "data", database_url=database, port=None, **settings)
            )
            proxy.ports.append(server.port)
            return server

        await stack.enter_async_context(proxy.running())
        servers = [await started(), await started()]
        beginnings = {each.id: (await servers[0].ask(each, "{ latestCursor }"))["latestCursor"] for each in mentors}
        ears = [
            asyncio.create_task(listen(proxy, servers[0].token(each), beginnings[each.id], heard[each.id]))
            for each in mentors
        ]
        asking = asyncio.gather(
            *(ask_until_answered(proxy, servers[0].token(each), random.sample(mentors, ASKED)) for each in mentees)
        )
        for number, sign in enumerate((signal.SIGTERM, signal.SIGTERM, signal.SIGKILL, signal.SIGTERM)):
            await asyncio.sleep(0.3)
            leaving = servers[number % 2]
            if sign is signal.SIGTERM:
                proxy.ports.remove(leaving.port)
            leaving.process.send_signal(sign)
            await asyncio.to_thread(leaving.process.wait, 10)
            if leaving.port in proxy.ports:
                proxy.ports.remove(leaving.port)
            servers[number % 2] = await started()
        answered = {key: request for each in await asyncio.wait_for(asking, 60) for key, request in each.items()}
        async with asyncio.timeout(20):
            while sum(map(len, heard.values())) < len(mentees) * ASKED:
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)
    kept = {each.key: global_id("MentorRequest", each.request_id or 0) for each in await IdempotencyKey.all()}
    assert answered == kept
    assert await MentorRequest.all().count() == len(mentees) * ASKED == len(kept)
    for mentor in mentors:
        log = await Event.filter(person_id=mentor.id).order_by("seq")
        assert heard[mentor.id] == [global_id("RequestReceived", event.id) for event in log]
