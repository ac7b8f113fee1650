"""The socket's protocol, graphql-transport-ws, over raw frames."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from api.actions.erase_person import erase_person
from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.models import Action, ActionType, Person
from api.schema.node import global_id
from api.settings import Settings
from tests.acceptance.servers import Server
from tests.houses import House
from tests.wakers import Recorder

VIEWER = {"query": "{ viewer { name } }"}


@asynccontextmanager
async def socket(server: Server, **options: Any) -> AsyncIterator[ClientConnection]:
    options.setdefault("subprotocols", [Subprotocol("graphql-transport-ws")])
    async with connect(server.graphql.replace("http", "ws", 1), **options) as client:
        yield client


async def send(client: ClientConnection, message: object) -> None:
    await client.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def receive(client: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(client.recv(), 10))


async def closed_with(client: ClientConnection) -> tuple[int, str]:
    try:
        while True:
            await asyncio.wait_for(client.recv(), 10)
    except ConnectionClosed:
        return client.close_code or 0, client.close_reason or ""


async def signed_in(client: ClientConnection, server: Server, person: Person) -> None:
    await send(client, {"type": "connection_init", "payload": {"authorization": f"Bearer {server.token(person)}"}})
    assert await receive(client) == {"type": "connection_ack"}


@pytest.fixture
async def person(database: str) -> Person:
    return await (await House.build()).person("Ada")


async def test_queries_and_mutations_run_over_the_socket_too(server: Server, person: Person) -> None:
    async with socket(server) as client:
        await signed_in(client, server, person)
        await send(client, {"type": "ping", "payload": {"n": 1}})
        assert await receive(client) == {"type": "pong", "payload": {"n": 1}}
        await send(client, {"id": "1", "type": "subscribe", "payload": VIEWER})
        assert await receive(client) == {"id": "1", "type": "next", "payload": {"data": {"viewer": {"name": "Ada"}}}}
        assert await receive(client) == {"id": "1", "type": "complete"}
        await Person.filter(id=person.id).update(name="Ada Lovelace")
        await send(client, {"id": "1", "type": "subscribe", "payload": VIEWER})
        assert (await receive(client))["payload"]["data"] == {"viewer": {"name": "Ada Lovelace"}}, "nothing is stale"


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer nonsense"}, {"authorization": 7}])
async def test_without_a_good_token_the_socket_closes_with_4403(server: Server, payload: dict[str, Any] | None) -> None:
    async with socket(server) as client:
        await send(client, {"type": "connection_init", "payload": payload})
        code, reason = await closed_with(client)
        assert code == 4403
        assert reason


async def test_the_name_of_the_authorization_may_be_written_in_any_case(server: Server, person: Person) -> None:
    async with socket(server) as client:
        await send(client, {"type": "connection_init", "payload": {"Authorization": f"Bearer {server.token(person)}"}})
        assert await receive(client) == {"type": "connection_ack"}


async def test_a_token_that_expires_closes_the_socket_with_4403(server: Server, person: Person) -> None:
    settings = Settings(data=server.data)
    token = issue_token(settings, local_key(settings.signing_key_file), person.subject, lifetime=timedelta(seconds=2))
    async with socket(server) as client:
        await send(client, {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert await receive(client) == {"type": "connection_ack"}
        assert (await closed_with(client))[0] == 4403


async def test_an_open_socket_of_somebody_who_was_erased_writes_nothing_more(server: Server, person: Person) -> None:
    kind = await ActionType.get(organisation_id=person.organisation_id, label="Course")
    given = f'title: "Mine", typeId: "{global_id("ActionType", kind.id)}"'
    save = f"mutation {{ saveAction(input: {{{given}}}) {{ errors {{ code }} }} }}"
    async with socket(server) as client:
        await signed_in(client, server, person)
        await erase_person(Recorder(), person=person)
        await send(client, {"id": "1", "type": "subscribe", "payload": {"query": save}})
        (error,) = (await receive(client))["payload"]["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert await Action.all().count() == 0


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '"ping"',
        "{}",
        {"type": None},
        {"type": "start"},
        {"type": {}},
        {"type": "subscribe"},
        {"type": "subscribe", "id": {}, "payload": VIEWER},
        {"type": "subscribe", "id": "", "payload": VIEWER},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": {"query": 7}},
        {"type": "subscribe", "id": "1", "payload": {**VIEWER, "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {**VIEWER, "operationName": 7}},
        {"type": "complete"},
        {"type": "ping", "payload": 7},
        {"type": "connection_init", "payload": []},
        b"\x00\x01",
        "[" * 5_000,
    ],
    ids=str,
)
async def test_a_malformed_frame_closes_with_4400_and_leaves_no_traceback(
    module_server: Server, module_person: Person, frame: object
) -> None:
    async with socket(module_server) as client:
        if not (isinstance(frame, dict) and frame.get("type") == "connection_init"):
            await signed_in(client, module_server, module_person)
        await send(client, frame)
        assert (await closed_with(client))[0] == 4400
    assert "Traceback" not in module_server.log.read_text()


async def test_frames_out_of_turn_close_with_their_own_codes(server: Server, person: Person) -> None:
    async with socket(server) as client:
        await send(client, {"id": "1", "type": "subscribe", "payload": VIEWER})
        assert (await closed_with(client))[0] == 4401
    async with socket(server) as client:
        await signed_in(client, server, person)
        await send(client, {"type": "connection_init"})
        assert (await closed_with(client))[0] == 4429
    async with socket(server) as client:
        await signed_in(client, server, person)
        live = {"query": "subscription { notificationReceived { id } }"}
        await send(client, {"id": "1", "type": "subscribe", "payload": live})
        await send(client, {"id": "1", "type": "subscribe", "payload": live})
        assert (await closed_with(client))[0] == 4409
    async with socket(server, subprotocols=None) as client:
        assert (await closed_with(client))[0] == 4406
    async with socket(server) as client:
        assert (await closed_with(client))[0] == 4408


async def test_pages_of_other_origins_open_no_socket(server: Server) -> None:
    with pytest.raises(InvalidStatus):
        async with socket(server, origin="https://evil.example"):
            pass
    async with socket(server, origin=server.url):
        pass


async def test_a_wrong_operation_is_an_error_message_and_the_socket_goes_on(server: Server, person: Person) -> None:
    async with socket(server) as client:
        await signed_in(client, server, person)
        for payload in (
            {"query": "{"},
            {"query": "{ nothing }"},
            {"query": "query A { viewer { id } }", "operationName": "B"},
            {"query": 'subscription { notificationReceived(after: "garbage") { id } }'},
        ):
            await send(client, {"id": "1", "type": "subscribe", "payload": payload})
            answer = await receive(client)
            expected = "CURSOR_RESET" if "garbage" in payload["query"] else "BAD_USER_INPUT"
            assert (answer["type"], answer["id"]) == ("error", "1")
            assert answer["payload"][0]["extensions"]["code"] == expected
        assert answer["payload"][0]["extensions"]["cursor"]
        await send(client, {"id": "1", "type": "subscribe", "payload": VIEWER})
        assert (await receive(client))["type"] == "next"
        assert (await receive(client))["type"] == "complete"


async def test_a_completed_subscription_frees_its_id(server: Server, person: Person) -> None:
    live = {"query": "subscription { notificationReceived { id } }"}
    async with socket(server) as client:
        await signed_in(client, server, person)
        for _ in range(3):
            await send(client, {"id": "1", "type": "subscribe", "payload": live})
            await send(client, {"id": "1", "type": "complete"})
        await send(client, {"id": "1", "type": "subscribe", "payload": VIEWER})
        assert (await receive(client))["payload"]["data"] == {"viewer": {"name": "Ada"}}


async def test_without_a_token_http_answers_401_and_says_how_to_sign_in(server: Server) -> None:
    for token in (None, "nonsense"):
        answer = await server.ask_raw(token, "{ viewer { name } }")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
