"""What graphql-transport-ws asks of a server, over raw frames: PROTOCOL.md of npm `graphql-ws` 6, section by section.

Each test says which of the rules it shows, and the last one that none of them is left out.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from api.models import Person
from tests.acceptance.raw_sockets import VIEWER, closed_with, receive, send, signed_in, socket
from tests.acceptance.servers import Server, running
from tests.houses import House

LIVE = {"query": "subscription { notificationReceived { id } }"}
NAME = {"data": {"viewer": {"name": "Ada"}}}

# What a server must, should, or may not do, in our words.
RULES: Final = {
    "socket: subprotocol": "Speaks graphql-transport-ws, to those who ask for it.",
    "messages: JSON": "Takes and sends text frames that hold one JSON object each.",
    "messages: type": "Every message that it sends has a type.",
    "messages: id": "Every message about an operation has that operation's id.",
    "messages: interleaved": "Several operations run at a time, and their messages mix.",
    "connection_init: late": "Closes with 4408 where it does not come within the waiting time.",
    "connection_init: twice": "Closes with 4429 where it comes again, acknowledged or not.",
    "connection_init: refused": "Closes with 4403 where it refuses the connection.",
    "connection_init: payload": "The payload may be left out, or null.",
    "connection_ack": "Answers a connection that it takes.",
    "ping: pong": "Answers a ping at once, with its payload.",
    "ping: any time": "Takes pings at any time, before the connection is acknowledged too.",
    "ping: own": "May send pings of its own.",
    "pong: any time": "Takes pongs at any time, asked for or not.",
    "subscribe: before ack": "Closes with 4401 where the connection is not acknowledged yet.",
    "subscribe: id in use": "Closes with 4409 where an operation of that id runs, of whatever kind.",
    "subscribe: id free": "Takes an id again once the operation is complete.",
    "subscribe: payload": "Takes operationName, variables and extensions, each of which may be null.",
    "next: then complete": "Completes an operation after its last result.",
    "next: single": "Sends at most one result of a query or a mutation.",
    "error: before execution": "Tells what is wrong with an operation as errors, and goes on.",
    "error: final": "Sends nothing more of an operation after its errors, no complete either.",
    "complete: nothing more": "Sends nothing more of an operation that the client completed.",
    "complete: single": "Nor the result of a query or mutation that was completed before it was there.",
    "complete: late": "Takes no notice of a complete for an operation that has ended, or never was.",
    "invalid: closed": "Closes with 4400 at anything that is no message of the protocol, and says why.",
    "invalid: reason": "The reason fits into a close frame: 123 bytes.",
}
Test = TypeVar("Test")
_shown: set[str] = set()


def shows(*rules: str) -> Callable[[Test], Test]:
    assert set(rules) <= set(RULES)
    _shown.update(rules)
    return lambda test: test


@pytest.fixture
async def client(module_server: Server) -> AsyncIterator[ClientConnection]:
    async with socket(module_server) as client:
        yield client


@pytest.fixture
async def acknowledged(client: ClientConnection, module_server: Server, module_person: Person) -> ClientConnection:
    await signed_in(client, module_server, module_person)
    return client


async def subscribe(client: ClientConnection, name: object, payload: object = VIEWER) -> None:
    await send(client, {"id": name, "type": "subscribe", "payload": payload})


async def until_pong(client: ClientConnection) -> list[Any]:
    """Everything that was on its way."""
    await send(client, {"type": "ping", "payload": {"the": "end"}})
    messages = []
    while (message := await receive(client)) != {"type": "pong", "payload": {"the": "end"}}:
        messages.append(message)
    return messages


@shows("socket: subprotocol")
async def test_whoever_asks_for_another_protocol_is_told_by_4406(module_server: Server) -> None:
    for offered in (None, ["graphql-ws"]):
        async with socket(module_server, subprotocols=offered) as client:
            assert (await closed_with(client))[0] == 4406
    async with socket(module_server, subprotocols=["graphql-ws", "graphql-transport-ws"]) as client:
        assert client.subprotocol == "graphql-transport-ws"


@shows("connection_init: late")
async def test_a_connection_that_is_never_initialised_closes_with_4408(client: ClientConnection) -> None:
    assert await closed_with(client) == (4408, "Connection initialisation timeout")


@shows("connection_init: twice")
async def test_a_second_initialisation_closes_with_4429(
    module_server: Server, module_person: Person, acknowledged: ClientConnection
) -> None:
    await send(acknowledged, {"type": "connection_init"})
    assert await closed_with(acknowledged) == (4429, "Too many initialisation requests")
    async with socket(module_server) as hasty:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {module_server.token(module_person)}"}}
        await send(hasty, init)
        await send(hasty, init)
        assert (await closed_with(hasty))[0] == 4429


@pytest.mark.parametrize(
    "payload", [{}, {"payload": None}, {"payload": {}}, {"payload": {"authorization": "Bearer x"}}]
)
@shows("connection_init: refused", "connection_init: payload")
async def test_a_connection_without_a_token_is_well_formed_and_refused_with_4403(
    client: ClientConnection, payload: dict[str, Any]
) -> None:
    await send(client, {"type": "connection_init", **payload})
    code, reason = await closed_with(client)
    assert (code, bool(reason)) == (4403, True)


@shows("connection_ack", "messages: JSON", "messages: type")
async def test_a_connection_is_acknowledged_in_a_text_frame(
    client: ClientConnection, module_server: Server, module_person: Person
) -> None:
    payload = {"authorization": f"Bearer {module_server.token(module_person)}"}
    await send(client, {"type": "connection_init", "payload": payload, "more": "than the protocol knows"})
    frame = await asyncio.wait_for(client.recv(), 10)
    assert isinstance(frame, str)
    assert json.loads(frame) == {"type": "connection_ack"}


@shows("ping: pong", "ping: any time", "pong: any time")
async def test_pings_are_answered_with_what_they_carry_and_pongs_are_taken_before_anything_else(
    client: ClientConnection, module_server: Server, module_person: Person
) -> None:
    async def exchanged() -> None:
        await send(client, {"type": "pong"})
        await send(client, {"type": "pong", "payload": {"unasked": True}})
        payloads: list[dict[str, Any]] = [{}, {"payload": None}, {"payload": {}}, {"payload": {"n": [1, "ä", None]}}]
        for payload in payloads:
            await send(client, {"type": "ping", **payload})
            expected = payload if payload.get("payload") is not None else {}
            assert await receive(client) == {"type": "pong", **expected}

    await exchanged()
    await signed_in(client, module_server, module_person)
    await exchanged()
    await subscribe(client, "1", LIVE)
    await exchanged()


@shows("ping: own")
async def test_the_server_asks_whether_somebody_is_there(database: str, tmp_path: Path) -> None:
    person = await (await House.build()).person("Ada")
    async with (
        running(tmp_path / "data", database_url=database, MENTORING_PING_SECONDS="0.5") as server,
        socket(server) as client,
    ):
        await signed_in(client, server, person)
        assert await receive(client) == {"type": "ping"}


@shows("subscribe: before ack")
async def test_an_operation_before_the_acknowledgement_closes_with_4401(client: ClientConnection) -> None:
    await subscribe(client, "1")
    assert await closed_with(client) == (4401, "Unauthorized")


@pytest.mark.parametrize("second", [VIEWER, LIVE], ids=["query", "subscription"])
@shows("subscribe: id in use", "invalid: reason")
async def test_an_id_that_is_in_use_closes_with_4409(acknowledged: ClientConnection, second: object) -> None:
    name = "ä" * 200
    await subscribe(acknowledged, name, LIVE)
    await subscribe(acknowledged, name, second)
    code, reason = await closed_with(acknowledged)
    assert code == 4409
    assert reason.startswith("Subscriber for ää")
    assert len(reason.encode()) <= 123


@shows("subscribe: id free", "complete: nothing more")
async def test_an_id_is_free_once_its_operation_is_complete_whoever_completed_it(
    acknowledged: ClientConnection,
) -> None:
    for _ in range(3):
        await subscribe(acknowledged, "1", LIVE)
        await send(acknowledged, {"id": "1", "type": "complete"})
    for _ in range(3):
        await subscribe(acknowledged, "1")
        assert [await receive(acknowledged) for _ in range(2)] == [
            {"id": "1", "type": "next", "payload": NAME},
            {"id": "1", "type": "complete"},
        ]
    await subscribe(acknowledged, "1", {"query": "{"})
    assert (await receive(acknowledged))["type"] == "error"
    await subscribe(acknowledged, "1")
    assert (await receive(acknowledged))["type"] == "next"


@shows("subscribe: payload")
async def test_an_operation_comes_with_name_variables_and_extensions_or_without(
    acknowledged: ClientConnection,
) -> None:
    query = "query A($id: ID!) { node(id: $id) { id } } query B { viewer { name } }"
    await subscribe(acknowledged, "1", {"query": query, "operationName": "A", "variables": {"id": "?"}})
    assert (await receive(acknowledged))["payload"] == {"data": {"node": None}}
    assert (await receive(acknowledged))["type"] == "complete"
    nothing = {"operationName": None, "variables": None, "extensions": None}
    await subscribe(acknowledged, "1", {**VIEWER, **nothing})
    assert (await receive(acknowledged))["payload"] == NAME
    assert (await receive(acknowledged))["type"] == "complete"
    await subscribe(acknowledged, "1", {"query": "{ latestCursor }", "extensions": {"persistedQuery": 7}})
    assert "persistedQuery" in (await receive(acknowledged))["payload"][0]["message"]


@shows("next: then complete", "next: single", "messages: id", "messages: interleaved")
async def test_operations_run_side_by_side_and_each_is_answered_once_under_its_id(
    acknowledged: ClientConnection,
) -> None:
    await subscribe(acknowledged, "live", LIVE)
    names = [str(number) for number in range(20)]
    for name in names:
        await subscribe(acknowledged, name)
    messages = [await receive(acknowledged) for _ in range(2 * len(names))]
    assert await until_pong(acknowledged) == []
    for name in names:
        assert [each for each in messages if each["id"] == name] == [
            {"id": name, "type": "next", "payload": NAME},
            {"id": name, "type": "complete"},
        ]


@pytest.mark.parametrize(
    "payload",
    [
        {"query": "{"},
        {"query": ""},
        {"query": "{ nothing }"},
        {"query": "query A { viewer { id } }", "operationName": "B"},
        {"query": "query A { viewer { id } } query B { viewer { id } }"},
        {"query": "query ($id: ID!) { node(id: $id) { id } }"},
        {"query": 'subscription { notificationReceived(after: "garbage") { id } }'},
    ],
    ids=str,
)
@shows("error: before execution", "error: final")
async def test_a_wrong_operation_is_told_in_errors_and_the_socket_goes_on(
    acknowledged: ClientConnection, payload: dict[str, Any]
) -> None:
    await subscribe(acknowledged, "1", payload)
    answer = await receive(acknowledged)
    assert (answer["type"], answer["id"]) == ("error", "1")
    expected = "CURSOR_RESET" if "garbage" in payload["query"] else "BAD_USER_INPUT"
    assert answer["payload"][0]["extensions"]["code"] == expected
    assert await until_pong(acknowledged) == []
    await subscribe(acknowledged, "1")
    assert (await receive(acknowledged))["payload"] == NAME


@asynccontextmanager
async def held_up(server: Server) -> AsyncIterator[None]:
    """Whatever reads or writes people waits meanwhile."""
    connection = await asyncpg.connect(server.database_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


@shows("complete: single")
async def test_what_the_client_completed_is_not_answered_any_more(
    module_server: Server, acknowledged: ClientConnection
) -> None:
    async with held_up(module_server):
        await subscribe(acknowledged, "1")
        await subscribe(acknowledged, "2")
        assert await until_pong(acknowledged) == []
        await send(acknowledged, {"id": "1", "type": "complete"})
        assert await until_pong(acknowledged) == []
    assert [await receive(acknowledged) for _ in range(2)] == [
        {"id": "2", "type": "next", "payload": NAME},
        {"id": "2", "type": "complete"},
    ]
    assert await until_pong(acknowledged) == []


@shows("complete: late")
async def test_a_complete_for_what_has_ended_or_never_was_is_ignored(acknowledged: ClientConnection) -> None:
    await subscribe(acknowledged, "1")
    assert [(await receive(acknowledged))["type"] for _ in range(2)] == ["next", "complete"]
    for name in ("1", "1", "never"):
        await send(acknowledged, {"id": name, "type": "complete"})
    assert await until_pong(acknowledged) == []


@pytest.mark.parametrize(
    "frame",
    [
        "",
        " ",
        "{",
        "[]",
        "null",
        "7",
        '"ping"',
        "{}",
        "[" * 5_000,
        b"",
        b"\x00\x01",
        json.dumps({"type": "ping"}).encode(),
        {"type": None},
        {"type": {}},
        {"type": "start"},
        {"type": "x" * 5_000},
        {"type": "connection_ack"},
        {"type": "next", "id": "1", "payload": {}},
        {"type": "error", "id": "1", "payload": []},
        {"type": "subscribe"},
        {"type": "subscribe", "payload": VIEWER},
        {"type": "subscribe", "id": None, "payload": VIEWER},
        {"type": "subscribe", "id": {}, "payload": VIEWER},
        {"type": "subscribe", "id": 1, "payload": VIEWER},
        {"type": "subscribe", "id": "", "payload": VIEWER},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": []},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": "1", "payload": {"query": 7}},
        {"type": "subscribe", "id": "1", "payload": {**VIEWER, "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {**VIEWER, "operationName": 7}},
        {"type": "subscribe", "id": "1", "payload": {**VIEWER, "extensions": "x"}},
        {"type": "complete"},
        {"type": "complete", "id": 7},
        {"type": "ping", "payload": 7},
        {"type": "pong", "payload": []},
        {"type": "connection_init", "payload": []},
        {"type": "connection_init", "payload": "x"},
    ],
    ids=lambda frame: str(frame)[:80],
)
@shows("invalid: closed", "invalid: reason", "messages: JSON")
async def test_what_is_no_message_closes_with_4400_and_leaves_no_traceback(
    client: ClientConnection, module_server: Server, module_person: Person, frame: object
) -> None:
    if not (isinstance(frame, dict) and frame.get("type") == "connection_init"):
        await signed_in(client, module_server, module_person)
    await send(client, frame)
    code, reason = await closed_with(client)
    assert code == 4400
    assert 0 < len(reason.encode()) <= 123
    assert "Traceback" not in module_server.log.read_text()


async def test_after_a_close_nothing_more_is_read(module_server: Server, acknowledged: ClientConnection) -> None:
    await send(acknowledged, "nonsense")
    for _ in range(100):
        with contextlib.suppress(ConnectionClosed):
            await subscribe(acknowledged, "1")
    assert (await closed_with(acknowledged))[0] == 4400
    assert "Traceback" not in module_server.log.read_text()


def test_no_rule_is_left_out() -> None:
    assert _shown == set(RULES)
