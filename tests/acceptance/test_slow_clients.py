"""Clients that read nothing, answer nothing, ask too much, or may not be here any more; and a server that stops."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.actions.action_plan import ActionInput, add_action
from api.actions.person_access import deactivate_person, sign_out_person
from api.models import Event, Person
from tests.acceptance.servers import Server, running
from tests.houses import House, viewer_of
from tests.wakers import Recorder

LISTEN = "subscription ($after: String) { notificationReceived(after: $after) { cursor %s } }"
# The long text of each entry ten times: more, together, than what the system keeps for a connection.
DETAILS = f"... on ActionPlanChanged {{ action {{ title {' '.join(f'd{number}: details' for number in range(10))} }} }}"


@pytest.fixture
async def server(database: str, tmp_path: Path) -> AsyncIterator[Server]:
    settings = {"MENTORING_PING_SECONDS": "1", "MENTORING_CHECK_SECONDS": "1", "MENTORING_SOCKET_OPERATIONS": "3"}
    async with running(tmp_path / "data", database_url=database, **settings) as server:
        yield server


@asynccontextmanager
async def signed_in(server: Server, person: Person, **options: Any) -> AsyncIterator[ClientConnection]:
    url = server.graphql.replace("http", "ws", 1)
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], **options) as client:
        payload = {"authorization": f"Bearer {server.token(person)}"}
        await client.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(await client.recv())["type"] == "connection_ack"
        yield client


async def subscribe(client: ClientConnection, number: int, after: str | None = None, fields: str = "") -> None:
    payload = {"query": LISTEN % fields, "variables": {"after": after}}
    await client.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))


async def closed(client: ClientConnection, *, seconds: float, answering: bool = True) -> ConnectionClosed:
    """How the server closed the socket; what comes before is read, and pings are answered."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                if json.loads(await client.recv())["type"] == "ping" and answering:
                    await client.send(json.dumps({"type": "pong"}))
    except ConnectionClosed as ended:
        return ended


async def plan_with(person: Person, house: House, count: int) -> None:
    """So many entries in the log of a person, each with a long text."""
    manager = await house.person()
    await Person.filter(id=person.id).update(line_manager_id=manager.id)
    kind = house.action_types["Course"].id
    for number in range(count):
        given = ActionInput(title=f"Read {number}", details="x" * 4_000, type_id=kind)
        await add_action(Recorder(), viewer=viewer_of(manager), owner_id=person.id, given=given)


async def test_a_client_that_answers_pings_stays_and_one_that_does_not_is_cut(server: Server) -> None:
    person = await (await House.build()).person()
    async with signed_in(server, person) as silent, signed_in(server, person) as alive:
        with pytest.raises(TimeoutError):
            await closed(alive, seconds=4)
        ended = await closed(silent, seconds=10, answering=False)
    # No closing frame: clients take that for a lost connection, and come back.
    assert ended.rcvd is None


async def test_a_reader_that_stops_reading_is_cut_in_ten_seconds_and_holds_little(server: Server) -> None:
    house = await House.build()
    person = await house.person()
    await plan_with(person, house, 120)
    beginning = (await server.ask(person, "{ notifications(first: 1) { nodes { cursor } } }"))["notifications"]["nodes"]
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    narrow.connect(("127.0.0.1", server.port))
    async with signed_in(server, person, sock=narrow, max_queue=1) as client:
        for number in range(3):
            await subscribe(client, number, beginning[0]["cursor"], DETAILS)
        started = time.monotonic()
        while "socket_cut" not in server.log.read_text():
            assert time.monotonic() - started < 12
            await asyncio.sleep(0.1)
    assert process.memory_info().rss - before < 30_000_000
    async with signed_in(server, person) as client:
        await subscribe(client, 1, beginning[0]["cursor"])
        for _ in range(119):
            while json.loads(await client.recv())["type"] != "next":
                await client.send(json.dumps({"type": "pong"}))
    assert await Event.filter(person_id=person.id).count() == 120


async def test_too_many_subscriptions_close_the_socket(server: Server) -> None:
    person = await (await House.build()).person()
    async with signed_in(server, person) as client:
        for number in range(4):
            await subscribe(client, number)
        ended = await closed(client, seconds=5)
    assert ended.rcvd
    assert (ended.rcvd.code, "3 operations" in ended.rcvd.reason) == (4429, True)


class Idle(asyncio.Protocol):
    """A client that opens a socket and never says who it is."""

    SHAKE = b"\r\n".join(
        (
            b"GET /graphql HTTP/1.1",
            b"Host: here",
            b"Connection: Upgrade",
            b"Upgrade: websocket",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            b"Sec-WebSocket-Protocol: graphql-transport-ws",
            b"\r\n",
        )
    )

    def __init__(self) -> None:
        self.heard = b""
        self.opened = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.SHAKE)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        self.opened.set()


async def test_two_thousand_who_never_say_who_they_are_hold_little_and_are_let_go(server: Server) -> None:
    person = await (await House.build()).person()
    process = psutil.Process(server.process.pid)
    await server.ask(person, "{ viewer { name } }")
    before, loop = process.memory_info().rss, asyncio.get_running_loop()
    idle: list[Idle] = []
    try:
        for _ in range(10):
            opening = (loop.create_connection(Idle, "127.0.0.1", server.port) for _ in range(200))
            idle += [client for _, client in await asyncio.gather(*opening)]
            await asyncio.gather(*(client.opened.wait() for client in idle))
        held = process.memory_info().rss - before
        assert (await server.ask(person, "{ viewer { name } }"))["viewer"]["name"] == person.name
        async with asyncio.timeout(30):
            # 4408, as the protocol has it.
            while not all(b"\x11\x38" in client.heard for client in idle):
                await asyncio.sleep(0.1)
        assert held < 2_000 * 40_000
    finally:
        for client in idle:
            client.transport.abort()


async def test_one_who_is_signed_out_or_deactivated_hears_nothing_more_and_has_to_sign_in_again(server: Server) -> None:
    house = await House.build()
    out, off = await house.person(), await house.person()
    tokens = {person.id: server.token(person) for person in (out, off)}
    async with signed_in(server, out) as first, signed_in(server, off) as second:
        for client in (first, second):
            await subscribe(client, 1)
        await asyncio.sleep(1)
        await sign_out_person(Recorder(), person=out)
        await deactivate_person(Recorder(), person=off)
        await plan_with(off, house, 1)
        for client in (first, second):
            ended = await closed(client, seconds=5)
            assert ended.rcvd
            assert ended.rcvd.code == 4403
    for person, token in tokens.items():
        assert (await server.ask_raw(token, "{ viewer { id } }")).status_code == 401, person
    await asyncio.sleep(1)
    assert (await server.ask_raw(server.token(out), "{ viewer { id } }")).status_code == 200
    assert (await server.ask_raw(server.token(off), "{ viewer { id } }")).status_code == 401


CLIENT = """
import json, sys, time
from websockets.sync.client import connect
url, token, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = connect(url, subprotocols=["graphql-transport-ws"])
client.send(json.dumps({"type": "connection_init", "payload": {"authorization": "Bearer " + token}}))
client.recv()
query = "subscription { notificationReceived { id } }"
client.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
print("ready", flush=True)
time.sleep(600)
"""


async def test_a_server_that_is_told_to_stop_closes_its_sockets_and_is_gone_in_ten_seconds(
    database: str, tmp_path: Path
) -> None:
    """With clients that read, that do not, and that are half gone."""
    person = await (await House.build()).person()
    async with running(tmp_path / "data", database_url=database) as server:
        url = server.graphql.replace("http", "ws", 1)
        asleep = subprocess.Popen(
            [sys.executable, "-c", CLIENT, url, server.token(person), "1"], stdout=subprocess.PIPE, env={**os.environ}
        )
        assert asleep.stdout
        try:
            await asyncio.to_thread(asleep.stdout.readline)
            asleep.send_signal(signal.SIGSTOP)
            async with signed_in(server, person) as client:
                await subscribe(client, 1)
                started = time.monotonic()
                server.process.send_signal(signal.SIGTERM)
                ended = await closed(client, seconds=3)
                assert ended.rcvd
                assert ended.rcvd.code == 1012
                assert await asyncio.to_thread(server.process.wait, 10) == 0
                assert time.monotonic() - started < 10
        finally:
            asleep.kill()
            asleep.wait()
            asleep.stdout.close()
