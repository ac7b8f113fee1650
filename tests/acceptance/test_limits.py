"""Whoever asks too much, or too often, is told so: over HTTP, over streams and over sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from api.models import Person
from tests.acceptance.ears import ACCEPTS, streamed
from tests.acceptance.servers import Server, running
from tests.acceptance.sockets import (
    ADA,
    LIVE,
    VIEWER,
    closed_with,
    greeting,
    receive,
    send,
    signed_in,
    signed_in_socket,
    socket,
    subscribe,
)
from tests.conftest import database_named
from tests.houses import House

FIND = "query ($first: Int) { mentors(first: $first) { nodes { id person { name } } } }"
WIDE = f"{{ viewer {{ {' '.join(f'a{number}: id' for number in range(51))} }} }}"
TIGHT = {
    "MENTORING_QUERY_COST": "300",
    "MENTORING_PERSON_OPERATIONS": "60",
    "MENTORING_PERSON_POINTS": "600",
    "MENTORING_PERSON_CONNECTIONS": "2",
    "MENTORING_ADDRESS_STRANGERS": "10",
    "MENTORING_ADDRESS_CONNECTIONS": "3",
    "MENTORING_SOCKET_OPERATIONS": "1000",
    "MENTORING_TRUSTED_PROXIES": "127.0.0.1",
}


@pytest.fixture(scope="module")
async def module_server(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    data = tmp_path_factory.mktemp("data")
    async with database_named(server_url, "limits") as url, running(data, database_url=url, **TIGHT) as server:
        yield server


@pytest.fixture
async def ada(shared_server: Server) -> Person:
    return await (await House.build()).person("Ada")


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


@dataclass
class Asking:
    """Somebody who asks over HTTP, or nobody."""

    http: httpx.AsyncClient
    server: Server
    person: Person | None = None

    async def __call__(self, query: str, *, headers: dict[str, str] | None = None, **payload: Any) -> httpx.Response:
        given = {"Authorization": f"Bearer {self.server.token(self.person)}"} if self.person else {}
        return await self.http.post(
            self.server.graphql, json={"query": query, **payload}, headers={**given, **(headers or {})}
        )

    async def at_once(self, times: int, query: str, **payload: Any) -> tuple[int, list[httpx.Response]]:
        """How many were not told to wait, and those who were."""
        responses = await asyncio.gather(*(self(query, **payload) for _ in range(times)))
        refused = [response for response in responses if response.status_code == 429]
        return times - len(refused), refused


@pytest.fixture
def ask(http: httpx.AsyncClient, shared_server: Server, ada: Person) -> Asking:
    return Asking(http, shared_server, ada)


@pytest.fixture
def stranger(http: httpx.AsyncClient, shared_server: Server) -> Asking:
    return Asking(http, shared_server)


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), ("application/graphql-response+json", 400)])
async def test_a_document_that_is_too_large_is_refused(ask: Asking, accept: str, status: int) -> None:
    response = await ask(WIDE, headers={"Accept": accept})
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert error["message"].startswith("This document has 51 aliases; at most 50 are allowed.")
    assert error["extensions"] == {"code": "COST_EXCEEDED", "limit": "aliases", "asked": 51, "allowed": 50}
    assert "data" not in response.json()


async def test_an_operation_that_costs_too_much_is_refused_by_its_variables(ask: Asking) -> None:
    fits = await ask(FIND, variables={"first": 90})
    assert fits.json()["data"] == {"mentors": {"nodes": []}}
    refused = await ask(FIND, variables={"first": 100})
    assert refused.json()["errors"][0]["extensions"] == {
        "code": "COST_EXCEEDED",
        "limit": "cost",
        "asked": 11 + 3 * 100,
        "allowed": 300,
    }


async def test_whoever_wants_to_know_is_told_what_an_operation_costs(
    ask: Asking, shared_server: Server, ada: Person
) -> None:
    asked: dict[str, Any] = {"variables": {"first": 5}}
    told = await ask(FIND, **asked, extensions={"cost": True})
    assert told.json()["extensions"] == {"cost": {"points": 11 + 3 * 5, "allowed": 300}}
    assert "extensions" not in (await ask(FIND, **asked)).json()
    async with signed_in_socket(shared_server, ada) as client:
        await subscribe(client, "1", FIND, **asked, extensions={"cost": True})
        assert (await receive(client))["payload"]["extensions"]["cost"]["points"] == 26


async def test_streams_and_sockets_refuse_what_is_too_large_as_well(
    ask: Asking, shared_server: Server, ada: Person
) -> None:
    large = WIDE.replace("{ viewer", "subscription { notificationReceived").replace(": id", ": __typename")
    stream = await ask(large, headers={"Accept": ACCEPTS["sse"]})
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert '"code":"COST_EXCEEDED","limit":"aliases"' in stream.text
    async with signed_in_socket(shared_server, ada) as client:
        await subscribe(client, "1", large)
        message = await receive(client)
        assert (message["type"], message["payload"][0]["extensions"]["limit"]) == ("error", "aliases")
        await subscribe(client, "2", VIEWER)
        assert (await receive(client))["payload"]["data"] == ADA


async def test_whoever_asks_too_often_is_told_when_to_ask_again(ask: Asking) -> None:
    answered, refused = await ask.at_once(100, VIEWER)
    # More comes back while it is being asked.
    assert 60 <= answered < 100
    (error,) = refused[0].json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "limit": "operations", "allowed": 60, "retryAfter": 1}
    assert refused[0].headers["retry-after"] == "1"
    somebody = await (await House.build()).person("Ada")
    assert (await replace(ask, person=somebody)(VIEWER)).json()["data"] == ADA


async def test_what_operations_cost_together_is_limited_too(ask: Asking) -> None:
    answered, refused = await ask.at_once(10, FIND, variables={"first": 90})
    assert 2 <= answered < 10
    assert refused[0].json()["errors"][0]["extensions"]["limit"] == "points"
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    # What costs less is still answered.
    assert (await ask(VIEWER)).json()["data"] == ADA


async def test_a_socket_is_told_and_closed_where_it_goes_on_all_the_same(shared_server: Server, ada: Person) -> None:
    async with signed_in_socket(shared_server, ada) as client:
        for number in range(300):
            await subscribe(client, str(number), VIEWER)
        while (message := await receive(client))["type"] != "error":
            pass
        assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert message["payload"][0]["extensions"]["retryAfter"] == 1
        code, reason = await closed_with(client)
    assert code == 4429
    assert reason == "Too many operations, of which too many were refused"


async def test_a_person_keeps_so_many_sockets_and_streams_open_and_no_more(
    ask: Asking, shared_server: Server, ada: Person
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(signed_in_socket(shared_server, ada))
        token = shared_server.token(ada)
        await stack.enter_async_context(streamed(shared_server, token, "sse", None))
        async with socket(shared_server) as third:
            await send(third, greeting(shared_server, ada))
            assert (await closed_with(third))[0] == 4429
        headers = {"Accept": ACCEPTS["sse"]}
        refused = await ask(LIVE, headers=headers)
        assert refused.status_code == 429
        assert refused.json()["errors"][0]["extensions"]["limit"] == "connections"
        await first.close()
        async with signed_in_socket(shared_server, ada):
            pass


async def test_an_address_keeps_so_many_sockets_open_of_nobody_and_no_more(shared_server: Server, ada: Person) -> None:
    near, far = ({"X-Forwarded-For": address} for address in ("198.51.100.7", "198.51.100.8"))
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(socket(shared_server, additional_headers=near)) for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            await stack.enter_async_context(socket(shared_server, additional_headers=near))
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "10"
        await stack.enter_async_context(socket(shared_server, additional_headers=far))
        # Whoever says who they are makes room.
        await signed_in(opened[0], shared_server, ada)
        await stack.enter_async_context(socket(shared_server, additional_headers=near))


async def test_an_address_is_turned_away_for_strangers_and_whoever_is_known_is_not(
    ask: Asking, stranger: Asking, shared_server: Server
) -> None:
    office = {"X-Forwarded-For": "203.0.113.9"}
    answered, refused = await stranger.at_once(30, VIEWER, headers=office)
    assert 10 <= answered < 30
    assert refused[0].headers["retry-after"] == str(refused[0].json()["errors"][0]["extensions"]["retryAfter"])
    assert refused[0].json()["errors"][0]["extensions"]["limit"] == "strangers"
    async with socket(shared_server, additional_headers=office) as client:
        await send(client, {"type": "connection_init"})
        assert (await closed_with(client))[0] == 4429
    event_stream = {**office, "Accept": ACCEPTS["sse"], "X-GraphQL-Event-Stream-Token": "guessed"}
    guessed = await ask.http.get(shared_server.graphql, headers=event_stream)
    assert guessed.status_code == 429
    known = await ask(VIEWER, headers=office)
    assert known.json()["data"] == ADA
    elsewhere = await stranger(VIEWER, headers={"X-Forwarded-For": "203.0.113.10"})
    assert elsewhere.status_code == 401
