"""Who may open a socket, for how long, and that what it says is fresh. Its protocol is in `test_socket_protocol.py`."""

from datetime import timedelta

import pytest
from websockets.exceptions import InvalidStatus

from api.actions.erase_person import erase_person
from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.models import Action, ActionType, Person
from api.schema.node import global_id
from api.settings import Settings
from tests.acceptance.servers import Server
from tests.acceptance.sockets import closed_with, receive, send, signed_in, socket
from tests.houses import House
from tests.wakers import Recorder

VIEWER = {"query": "{ viewer { name } }"}


@pytest.fixture
async def person(database: str) -> Person:
    return await (await House.build()).person("Ada")


@pytest.mark.parametrize("after", ["", "/"])
async def test_queries_and_mutations_run_over_the_socket_too(server: Server, person: Person, after: str) -> None:
    async with socket(server, after=after) as client:
        await signed_in(client, server, person)
        await send(client, {"type": "ping", "payload": {"n": 1}})
        assert await receive(client) == {"type": "pong", "payload": {"n": 1}}
        await send(client, {"id": "1", "type": "subscribe", "payload": VIEWER})
        assert await receive(client) == {"id": "1", "type": "next", "payload": {"data": {"viewer": {"name": "Ada"}}}}
        assert await receive(client) == {"id": "1", "type": "complete"}
        await Person.filter(id=person.id).update(name="Ada Lovelace")
        await send(client, {"id": "1", "type": "subscribe", "payload": VIEWER})
        assert (await receive(client))["payload"]["data"] == {"viewer": {"name": "Ada Lovelace"}}, "nothing is stale"


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


async def test_pages_of_other_origins_open_no_socket(server: Server) -> None:
    with pytest.raises(InvalidStatus):
        async with socket(server, origin="https://evil.example"):
            pass
    async with socket(server, origin=server.url):
        pass


async def test_without_a_token_http_answers_401_and_says_how_to_sign_in(server: Server) -> None:
    for token in (None, "nonsense"):
        answer = await server.ask_raw(token, "{ viewer { name } }")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
