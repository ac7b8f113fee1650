"""One stream of events for all operations of a client: GraphQL over SSE, single connection mode."""

import asyncio
import contextlib
import hashlib
import json
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.actions.event_streams import KEPT, forget_streams
from api.actions.person_access import sign_out_person
from api.models import EventStream, EventStreamOperation, MentorRequest, Person
from api.schema.node import global_id
from tests.acceptance.ears import SUBSCRIBE, events_of
from tests.acceptance.servers import Server, running
from tests.acceptance.stories import asked
from tests.houses import House
from tests.wakers import Recorder

WHO = "{ viewer { name } }"
CONNECT = "mutation ($mentor: ID!) { connect(input: {mentorId: $mentor}) { request { status } errors { code } } }"


@pytest.fixture
async def servers(database: str, tmp_path: Path) -> AsyncIterator[Iterator[Server]]:
    """Two, which share nothing but the database."""
    settings = {
        "BROADCAST_URL": database,
        "MENTORING_CHECK_SECONDS": "1",
        "MENTORING_POLL_SECONDS": "600",
        "MENTORING_WATCH_SECONDS": "600",
    }
    async with (
        running(tmp_path / "data", database_url=database, **settings) as here,
        running(tmp_path / "data", database_url=database, **settings) as there,
    ):
        yield iter((here, there))


class Client:
    """One client, who asks wherever it comes out."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self.token = token
        self._header = {"X-GraphQL-Event-Stream-Token": token}

    async def ask(
        self, server: Server, name: object, query: str | None, *, persisted: object = None, **variables: Any
    ) -> httpx.Response:
        extensions = {"operationId": name, "persistedQuery": persisted}
        content = {"query": query, "variables": variables, "extensions": extensions}
        return await self._http.post(server.graphql, headers=self._header, json=content)

    async def stop(self, server: Server, name: str) -> httpx.Response:
        return await self._http.delete(server.graphql, headers=self._header, params={"operationId": name})

    @asynccontextmanager
    async def opened(self, server: Server) -> AsyncGenerator[AsyncGenerator[dict[str, Any], None], None]:
        headers = {**self._header, "Accept": "text/event-stream"}
        async with self._http.stream("GET", server.graphql, headers=headers) as response:
            assert response.status_code == 200, await response.aread()

            async def told() -> AsyncGenerator[dict[str, Any], None]:
                async for event in events_of(response):
                    yield {"event": event["event"], **json.loads(event["data"])}

            async with contextlib.aclosing(told()) as events:
                yield events


@asynccontextmanager
async def reserved(server: Server, person: Person) -> AsyncGenerator[Client, None]:
    headers = {"Authorization": f"Bearer {server.token(person)}"}
    async with httpx.AsyncClient(headers=headers, timeout=20) as http:
        response = await http.put(server.graphql)
        assert response.status_code == 201
        assert response.headers["content-type"].startswith("text/plain")
        yield Client(http, response.text)


async def first(events: AsyncGenerator[dict[str, Any], None], how_many: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        return [await anext(events) for _ in range(how_many)]


async def until_none_is_left() -> None:
    async with asyncio.timeout(10):
        while await EventStream.exists() or await EventStreamOperation.exists():
            await asyncio.sleep(0.05)


async def test_questions_may_come_in_anywhere_and_are_answered_where_the_stream_is(servers: Iterator[Server]) -> None:
    here, there = servers
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person("Mia")
    async with reserved(here, mentee) as client, client.opened(there) as events:
        for server in (here, there):
            assert (await client.ask(server, "who", WHO)).status_code == 202
            assert await first(events, 2) == [
                {"event": "next", "id": "who", "payload": {"data": {"viewer": {"name": "Mia"}}}},
                {"event": "complete", "id": "who"},
            ]
        assert (await client.ask(here, "ask", CONNECT, mentor=global_id("Mentor", mentor.id))).status_code == 202
        (told, _) = await first(events, 2)
        assert told["payload"]["data"]["connect"] == {"request": {"status": "PENDING"}, "errors": []}
    assert await MentorRequest.filter(mentee_id=mentee.id).count() == 1
    await until_none_is_left()


async def test_operations_run_side_by_side_until_they_are_stopped(servers: Iterator[Server]) -> None:
    here, there = servers
    house = await House.build()
    mentor, mentees = await house.mentor(), [await house.person() for _ in range(3)]
    async with reserved(here, mentor) as client, client.opened(here) as events:
        for name in ("one", "two"):
            assert (await client.ask(there, name, SUBSCRIBE)).status_code == 202
        await client.ask(here, "who", WHO)
        await first(events, 2)
        await asked(there, mentees[0], mentor)
        assert {each["id"] for each in await first(events, 2)} == {"one", "two"}
        assert (await client.stop(there, "one")).status_code == 200
        # Stopping is asked for at one server and done at the other.
        async with asyncio.timeout(10):
            while await EventStreamOperation.filter(name="one").exists():
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        await asked(there, mentees[1], mentor)
        assert [each["id"] for each in await first(events, 1)] == ["two"]
        # The name is free, and an operation that has ended can be stopped once more.
        assert (await client.stop(here, "one")).status_code == 200
        assert (await client.ask(here, "one", SUBSCRIBE)).status_code == 202
        await asyncio.sleep(0.5)
        await asked(there, mentees[2], mentor)
        assert {each["id"] for each in await first(events, 2)} == {"one", "two"}


async def test_a_stream_is_opened_once_with_its_token_alone_and_by_nobody_else(servers: Iterator[Server]) -> None:
    here, there = servers
    house = await House.build()
    person, other = await house.person(), await house.person()
    accept = {"Accept": "text/event-stream"}
    async with (
        reserved(here, person) as client,
        httpx.AsyncClient(timeout=20) as browser,
        httpx.AsyncClient(headers={"Authorization": f"Bearer {here.token(other)}"}) as stranger,
    ):
        address = f"{there.graphql}?token={client.token}"
        assert (await stranger.get(address, headers=accept)).status_code == 404
        body = {"query": WHO, "extensions": {"operationId": "x"}}
        assert (await stranger.post(address, json=body)).status_code == 404
        assert (await stranger.delete(f"{address}&operationId=x")).status_code == 404
        assert (await browser.post(address, json=body)).status_code == 401
        assert (await browser.get(f"{there.graphql}?token=none", headers=accept)).status_code == 404
        async with browser.stream("GET", address, headers=accept) as response:
            assert response.status_code == 200
            events = events_of(response)
            await client.ask(here, "who", WHO)
            assert json.loads((await anext(events))["data"])["payload"]["data"] == {"viewer": {"name": person.name}}
            assert (await browser.get(address, headers=accept)).status_code == 409
        await until_none_is_left()
        assert (await browser.get(address, headers=accept)).status_code == 404
        assert (await client.ask(here, "late", WHO)).status_code == 404


async def test_what_is_wrong_with_a_question_is_said_at_once(servers: Iterator[Server]) -> None:
    here, _ = servers
    house = await House.build()
    person = await house.person()
    async with reserved(here, person) as client:
        for query in ("{", "{ viewer { shoeSize } }", "query A { latestCursor } query B { latestCursor }"):
            response = await client.ask(here, "x", query)
            assert response.status_code == 400
            assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        for name in (None, 7, "", "x" * 201, "\x00"):
            assert (await client.ask(here, name, WHO)).status_code == 400
        # What is asked before the stream is open waits for it.
        assert (await client.ask(here, "x", SUBSCRIBE)).status_code == 202
        assert (await client.ask(here, "x", SUBSCRIBE)).status_code == 409
        async with client.opened(here) as events:
            assert (await client.ask(here, "y", SUBSCRIBE, after="garbage")).status_code == 202
            (refused, end) = await first(events, 2)
        assert (refused["id"], refused["payload"]["errors"][0]["extensions"]["code"]) == ("y", "CURSOR_RESET")
        assert end == {"event": "complete", "id": "y"}


async def test_a_stream_takes_so_many_operations_and_no_more(database: str, tmp_path: Path) -> None:
    house = await House.build()
    person = await house.person()
    async with (
        running(tmp_path / "data", database_url=database, MENTORING_SOCKET_OPERATIONS="2") as server,
        reserved(server, person) as client,
    ):
        answers = [await client.ask(server, str(number), SUBSCRIBE) for number in range(3)]
        assert [each.status_code for each in answers] == [202, 202, 429]


async def test_what_is_known_by_its_hash_to_one_server_is_run_by_another(servers: Iterator[Server]) -> None:
    here, there = servers
    house = await House.build()
    person = await house.person("Mia")
    persisted = {"version": 1, "sha256Hash": hashlib.sha256(WHO.encode()).hexdigest()}
    async with reserved(here, person) as client, client.opened(there) as events:
        unknown = await client.ask(here, "who", None, persisted=persisted)
        assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        for query in (WHO, None):
            assert (await client.ask(here, "who", query, persisted=persisted)).status_code == 202
            told, _ = await first(events, 2)
            assert told["payload"]["data"] == {"viewer": {"name": "Mia"}}


async def test_whoever_is_signed_out_loses_the_stream(servers: Iterator[Server]) -> None:
    here, _ = servers
    house = await House.build()
    person = await house.person()
    async with reserved(here, person) as client, client.opened(here) as events, asyncio.timeout(10):
        await client.ask(here, "listen", SUBSCRIBE)
        await sign_out_person(Recorder(), person=person)
        assert [each async for each in events] == []
    await until_none_is_left()


async def test_what_a_server_that_died_held_is_forgotten(database: str, tmp_path: Path) -> None:
    house = await House.build()
    person = await house.person()
    async with running(tmp_path / "data", database_url=database) as server, reserved(server, person) as client:
        async with client.opened(server):
            await client.ask(server, "listen", SUBSCRIBE)
            server.process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(server.process.wait, 10)
        await forget_streams()
        assert await EventStreamOperation.filter(name="listen").exists()
        await EventStream.all().update(seen_at=datetime.now(UTC) - KEPT - timedelta(seconds=1))
        await forget_streams()
        assert not await EventStream.exists()
        assert not await EventStreamOperation.exists()
