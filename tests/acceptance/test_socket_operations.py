"""What graphql-transport-ws says of operations: subscribe, next, error, complete. The table of rules is in
`test_socket_protocol.py`.
"""

import hashlib
from collections import Counter

import pytest

from api.models import Person
from tests.acceptance.servers import Server
from tests.acceptance.sockets import (
    ADA,
    LIVE,
    ORGANISATION,
    VIEWER,
    all_within,
    closed_with,
    locked,
    receive,
    send,
    signed_in_socket,
    socket,
    subscribe,
    until_closed,
)
from tests.acceptance.stories import asked
from tests.houses import House

MUTATION = "mutation { saveMentorPreferences(input: {optionIds: []}) { errors { code } } }"


@pytest.fixture
async def person(shared_server: Server) -> Person:
    return await (await House.build()).person("Ada")


@pytest.mark.parametrize("number", ["1", " ", "é" * 300, "x" * 300], ids=lambda each: each[:5])
@pytest.mark.parametrize("first", [LIVE, VIEWER, MUTATION], ids=lambda each: each.split()[0])
async def test_an_id_in_use_closes_with_4409_and_names_it(
    shared_server: Server, person: Person, first: str, number: str
) -> None:
    """Subscribe: an id that is active must not come again, whatever kind of operation has it. The reason names the id,
    as far as a closing frame has room.
    """
    async with signed_in_socket(shared_server, person) as client, locked(shared_server, "person"):
        await subscribe(client, number, first)
        await subscribe(client, number, ORGANISATION)
        before, code, reason = await until_closed(client)
        assert (before, code) == ([], 4409)
        if len(number) == 1:
            assert reason == f"Subscriber for {number} already exists"
        assert reason.startswith(f"Subscriber for {number[:40]}")
        assert len(reason.encode()) <= 123


async def test_an_id_may_be_used_again_once_its_operation_is_over(shared_server: Server, person: Person) -> None:
    """Subscribe: an id is kept for as long as its operation lasts: until Complete of either side, or Error."""
    async with signed_in_socket(shared_server, person) as client:
        for _ in range(3):
            await subscribe(client, "1", VIEWER)
            assert (await receive(client))["payload"] == {"data": ADA}
            assert await receive(client) == {"id": "1", "type": "complete"}
            await subscribe(client, "1", "{ nothing }")
            assert (await receive(client))["type"] == "error"
            await subscribe(client, "1", LIVE)
            await send(client, {"id": "1", "type": "complete"})
        await subscribe(client, "1", ORGANISATION)
        assert (await receive(client))["payload"] == {"data": {"organisation": {"__typename": "Organisation"}}}
        assert await receive(client) == {"id": "1", "type": "complete"}


async def test_an_id_that_is_used_again_at_once_hears_its_own_operation_alone(
    shared_server: Server, person: Person
) -> None:
    """Complete: what was completed says no more, neither in its own name nor in that of the id's next operation."""
    async with signed_in_socket(shared_server, person) as client, locked(shared_server, "person"):
        for _ in range(50):
            await subscribe(client, "1", VIEWER)
            await send(client, {"id": "1", "type": "complete"})
        await subscribe(client, "1", ORGANISATION)
        assert [each["type"] for each in await all_within(client, 1)] == ["next", "complete"]


async def test_variables_and_the_operations_name_arrive_and_may_be_null(shared_server: Server, person: Person) -> None:
    """Subscribe: beside the query there may be a name, variables and extensions, each of which may be null."""
    query = "query A($yes: Boolean = false) { viewer { name @include(if: $yes) __typename } } query B { __typename }"
    async with signed_in_socket(shared_server, person) as client:
        await subscribe(client, "1", query, operationName="A", variables={"yes": True}, extensions={})
        assert (await receive(client))["payload"]["data"]["viewer"]["name"] == "Ada"
        assert (await receive(client))["type"] == "complete"
        await subscribe(client, "1", query, operationName="B", variables=None, extensions=None)
        assert (await receive(client))["payload"] == {"data": {"__typename": "Query"}}
        assert (await receive(client))["type"] == "complete"
        await subscribe(client, "1", VIEWER, operationName=None)
        assert (await receive(client))["payload"] == {"data": ADA}


async def test_extensions_arrive(shared_server: Server, person: Person) -> None:
    """Subscribe: the payload's extensions, of which a persisted query is told by its answer."""
    text = "query { viewer { name } } # by its hash"
    name = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}
    wrong = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    async with signed_in_socket(shared_server, person) as client:
        await send(client, {"id": "1", "type": "subscribe", "payload": {"extensions": name}})
        answer = await receive(client)
        assert (answer["type"], answer["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")
        await subscribe(client, "1", text, extensions=wrong)
        assert (await receive(client))["type"] == "error"
        await subscribe(client, "1", text, extensions=name)
        assert [(await receive(client))["type"] for _ in range(2)] == ["next", "complete"]
        await send(client, {"id": "1", "type": "subscribe", "payload": {"extensions": name}})
        assert (await receive(client))["payload"] == {"data": ADA}


async def test_an_operation_before_the_acknowledgement_closes_with_4401_and_is_not_run(
    shared_server: Server, person: Person
) -> None:
    """Subscribe: nothing is run for a connection that is not acknowledged; its socket closes with 4401."""
    for query in (VIEWER, MUTATION, LIVE, "{"):
        async with socket(shared_server) as client:
            await subscribe(client, "1", query)
            assert await until_closed(client) == ([], 4401, "Unauthorized")


@pytest.mark.parametrize(
    ("query", "data"),
    [(VIEWER, ADA), (MUTATION, {"saveMentorPreferences": {"errors": []}})],
    ids=["query", "mutation"],
)
async def test_a_query_and_a_mutation_give_one_next_and_then_complete(
    shared_server: Server, person: Person, query: str, data: object
) -> None:
    """Next, Complete, Single result operation: at most one Next, and Complete after it."""
    async with signed_in_socket(shared_server, person) as client:
        await subscribe(client, "one", query)
        assert await all_within(client, 1) == [
            {"id": "one", "type": "next", "payload": {"data": data}},
            {"id": "one", "type": "complete"},
        ]


async def test_errors_of_fields_come_with_the_data_in_next(shared_server: Server, person: Person) -> None:
    """Next: its payload is an execution result, errors and all. Error is for what was not executed."""
    async with signed_in_socket(shared_server, person) as client:
        await subscribe(client, "1", '{ notifications(after: "x") { totalCount } }')
        answer, end = await all_within(client, 1)
        assert (answer["type"], answer["payload"]["data"]) == ("next", None)
        assert answer["payload"]["errors"][0]["path"] == ["notifications"]
        assert end == {"id": "1", "type": "complete"}


async def test_a_subscription_gives_a_next_for_each_entry(shared_server: Server) -> None:
    """Next, Streaming operation: results come over time, and the stream goes on after each."""
    house = await House.build()
    mentor = await house.mentor()
    after = (await shared_server.ask(mentor, "{ latestCursor }"))["latestCursor"]
    async with signed_in_socket(shared_server, mentor) as client:
        await subscribe(client, "1", LIVE, variables={"after": after})
        for _ in range(3):
            await asked(shared_server, await house.person(), mentor)
            entry = {"notificationReceived": {"__typename": "RequestReceived"}}
            assert await receive(client) == {"id": "1", "type": "next", "payload": {"data": entry}}
        assert await all_within(client, 0.5) == []


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": ""}, "BAD_USER_INPUT"),
        ({"query": "{"}, "BAD_USER_INPUT"),
        ({"query": "{ nothing otherwise }"}, "BAD_USER_INPUT"),
        ({"query": "query A { viewer { id } }", "operationName": "B"}, "BAD_USER_INPUT"),
        ({"query": "query A { viewer { id } } query B { viewer { id } }"}, "BAD_USER_INPUT"),
        ({"query": "query ($id: ID!) { node(id: $id) { id } }"}, "BAD_USER_INPUT"),
        ({"query": "subscription { nothing }"}, "BAD_USER_INPUT"),
        ({"query": 'subscription { notificationReceived(after: "garbage") { id } }'}, "CURSOR_RESET"),
    ],
    ids=str,
)
async def test_a_wrong_operation_is_an_error_message_and_the_socket_goes_on(
    shared_server: Server, person: Person, payload: dict[str, str], code: str
) -> None:
    """Error, Complete: what is not executed is told as a list of GraphQL errors, which is the last word on it."""
    async with signed_in_socket(shared_server, person) as client:
        await send(client, {"id": "1", "type": "subscribe", "payload": payload})
        answer = await receive(client)
        assert (answer["type"], answer["id"]) == ("error", "1")
        assert await all_within(client, 0.2) == []
        assert answer["payload"]
        assert all(each["message"] and each["extensions"]["code"] == code for each in answer["payload"])
        if code == "CURSOR_RESET":
            assert answer["payload"][0]["extensions"]["cursor"]
        await subscribe(client, "1", VIEWER)
        assert [(await receive(client))["type"] for _ in range(2)] == ["next", "complete"]


async def test_a_stream_that_the_client_completes_says_nothing_more_and_others_go_on(shared_server: Server) -> None:
    """Complete: a client that has stopped listening hears nothing more of that operation, not even Complete."""
    house = await House.build()
    mentor = await house.mentor()
    after = (await shared_server.ask(mentor, "{ latestCursor }"))["latestCursor"]
    async with signed_in_socket(shared_server, mentor) as client:
        for number in ("stopped", "open"):
            await subscribe(client, number, LIVE, variables={"after": after})
        await asked(shared_server, await house.person(), mentor)
        assert {(await receive(client))["id"] for _ in range(2)} == {"stopped", "open"}
        await send(client, {"id": "stopped", "type": "complete"})
        for _ in range(2):
            await asked(shared_server, await house.person(), mentor)
        assert [(each["id"], each["type"]) for each in await all_within(client, 1)] == [("open", "next")] * 2


@pytest.mark.parametrize("query", [VIEWER, MUTATION], ids=["query", "mutation"])
async def test_the_result_of_a_query_that_was_completed_before_is_not_sent(
    shared_server: Server, person: Person, query: str
) -> None:
    """Complete: that holds for an operation with a single result, too."""
    async with signed_in_socket(shared_server, person) as client:
        async with locked(shared_server, "person"):
            await subscribe(client, "1", query)
            assert await all_within(client, 0.3) == [], "it waits"
            await send(client, {"id": "1", "type": "complete"})
            await send(client, {"type": "ping"})
            assert await receive(client) == {"type": "pong"}
        assert await all_within(client, 0.7) == []


async def test_completing_what_is_over_or_was_never_there_is_ignored(shared_server: Server, person: Person) -> None:
    """Complete, Invalid message: the two sides may complete at the same time; an id that is not known is no error."""
    async with signed_in_socket(shared_server, person) as client:
        await send(client, {"id": "never", "type": "complete"})
        await subscribe(client, "1", VIEWER)
        await subscribe(client, "2", "{ nothing }")
        assert Counter([(await receive(client))["type"] for _ in range(3)]) == Counter(["next", "complete", "error"])
        for number in ("1", "2", "1", "2", "never"):
            await send(client, {"id": number, "type": "complete"})
        await send(client, {"type": "ping"})
        assert await all_within(client, 0.5) == [{"type": "pong"}]
    async with socket(shared_server) as client:
        await send(client, {"id": "before", "type": "complete"})
        await send(client, {"type": "ping"})
        assert await receive(client) == {"type": "pong"}
        await client.close()
        assert (await closed_with(client))[0] == 1000
