"""Clients that go away in the middle of something take nothing with them."""

import asyncio
import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from api.models import MentorRequest
from api.schema.node import global_id
from tests.acceptance.servers import Server, running
from tests.houses import House

CONNECT = 'mutation { connect(input: {mentorId: "%s"}) { request { id } errors { code } } }'
OPERATIONS = [
    CONNECT,
    "{ matches { nodes { percent mentor { available } } } }",
    "subscription { notificationReceived { id } }",
]


async def hit_and_run(server: Server, token: str, operations: list[str], patience: float) -> None:
    """Start operations on a socket, and drop the connection without a word."""
    async with connect(
        server.graphql.replace("http", "ws", 1), subprotocols=[Subprotocol("graphql-transport-ws")]
    ) as client:
        await client.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        await client.recv()
        for number, operation in enumerate(operations):
            await client.send(json.dumps({"id": str(number), "type": "subscribe", "payload": {"query": operation}}))
        await asyncio.sleep(patience)
        client.transport.abort()


@pytest.mark.parametrize("database_pool_size", ["2"])
async def test_two_connections_serve_on_after_two_hundred_dropped_sockets(
    database: str, tmp_path: Path, database_pool_size: str
) -> None:
    house = await House.build(open_request_limit=1_000)
    mentors = [await house.mentor(held={"PROG": 5}) for _ in range(20)]
    mentees = [await house.person(required={"PROG": 5}) for _ in range(10)]
    async with running(
        tmp_path / "data", database_url=database, MENTORING_DATABASE_POOL_SIZE=database_pool_size
    ) as server:

        async def drop(number: int) -> None:
            mentee, mentor = mentees[number % 10], mentors[number // 10]
            operations = [each.replace("%s", global_id("Mentor", mentor.id)) for each in OPERATIONS]
            await hit_and_run(server, server.token(mentee), operations, (number % 20) / 1_000)

        for start in range(0, 200, 20):
            await asyncio.gather(*(drop(number) for number in range(start, start + 20)))
        answers = await asyncio.wait_for(
            asyncio.gather(
                *(server.ask(mentee, "{ viewer { name } requests(box: SENT) { totalCount } }") for mentee in mentees)
            ),
            20,
        )
        assert [each["viewer"]["name"] for each in answers] == [mentee.name for mentee in mentees]
        assert "Traceback" not in server.log.read_text()
    made = await MentorRequest.all().count()
    assert made == sum(each["requests"]["totalCount"] for each in answers) > 0, "what was begun was carried through"


async def test_a_server_that_is_told_to_stop_closes_its_sockets_and_is_gone_in_time(
    database: str, tmp_path: Path
) -> None:
    person = await (await House.build()).person()
    async with running(tmp_path / "data", database_url=database) as server:
        sockets = []
        for _ in range(20):
            client = await connect(
                server.graphql.replace("http", "ws", 1), subprotocols=[Subprotocol("graphql-transport-ws")]
            )
            await client.send(
                json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {server.token(person)}"}})
            )
            await client.recv()
            await client.send(
                json.dumps(
                    {
                        "id": "1",
                        "type": "subscribe",
                        "payload": {"query": "subscription { notificationReceived { id } }"},
                    }
                )
            )
            sockets.append(client)
        server.process.terminate()
        await asyncio.to_thread(server.process.wait, 10)
        for client in sockets:
            await asyncio.wait_for(client.wait_closed(), 5)
        assert {client.close_code for client in sockets} == {1012}


async def test_one_who_leaves_before_they_have_said_everything_is_no_fault_of_ours(
    database: str, tmp_path: Path
) -> None:
    person = await (await House.build()).person()
    async with running(tmp_path / "data", database_url=database) as server:
        for _ in range(5):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            heading = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token(person)}\r\n"
            heading += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
            writer.write(heading.encode() + b'{"query": ')
            await writer.drain()
            await asyncio.sleep(0.2)
            writer.close()
        assert (await server.ask(person, "{ viewer { name } }"))["viewer"]["name"] == person.name
        assert "internal_error" not in server.log.read_text()
