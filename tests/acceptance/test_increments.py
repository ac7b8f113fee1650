"""Answers in parts, `@defer` and `@stream`, for whoever reads them, and whole for everybody else."""

import json
from typing import Any

import httpx
import pytest

from api.models import Person
from tests.acceptance.ears import events_of, parts_of
from tests.acceptance.servers import Server
from tests.acceptance.sockets import receive, send, signed_in, socket
from tests.houses import House

DEFERRED = """query { viewer { name ... @defer(label: "place") { location ... @defer { timeZone } } } }"""
AT_ONCE = "query { viewer { name location timeZone } }"
STREAMED = 'query { viewer { skills @stream(initialCount: 1, label: "rest") { level } } }'
BROKEN = """query { viewer { name ... @defer(label: "cursor") { id } } notifications(after: "x") { totalCount } }"""
DRAFT = "multipart/mixed;incrementalSpec=v0.2, application/graphql-response+json, application/json;q=0.9"
AUGUST = "multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json;q=0.9"
# As urql sends it with everything.
ANYTHING = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"


@pytest.fixture
async def person(shared_server: Server) -> Person:
    house = await House.build()
    return await house.person(
        "Ada", held={"PROG": 3, "DESN": 4, "TEST": 5}, location="Leeds", time_zone="Europe/London"
    )


async def parts(server: Server, person: Person, query: str, accept: str) -> tuple[str, list[dict[str, Any]]]:
    """The content type, and what came."""
    headers = {"Authorization": f"Bearer {server.token(person)}", "Accept": accept}
    async with (
        httpx.AsyncClient(timeout=10, headers=headers) as client,
        client.stream("POST", server.graphql, json={"query": query}) as response,
    ):
        kind = response.headers["content-type"]
        if kind.startswith("multipart"):
            return kind, [part async for part in parts_of(response)]
        if kind.startswith("text/event-stream"):
            events = [event async for event in events_of(response)]
            assert events.pop()["event"] == "complete"
            return kind, [json.loads(event["data"]) for event in events]
        await response.aread()
        return kind, [response.json()]


def at(data: Any, path: list[Any]) -> Any:
    for step in path:
        data = data[step]
    return data


def merged(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The draft's form, put together as a client does."""
    first, *rest = answers
    data, pending = first["data"], {each["id"]: each for each in first["pending"]}
    assert first["hasNext"] is True
    for answer in rest:
        pending |= {each["id"]: each for each in answer.get("pending", ())}
        for part in answer.get("incremental", ()):
            place = at(data, [*pending[part["id"]]["path"], *part.get("subPath", ())])
            if "items" in part:
                place.extend(part["items"])
            else:
                place.update(part["data"])
        for done in answer.get("completed", ()):
            del pending[done["id"]]
    assert (pending, answers[-1]["hasNext"]) == ({}, False)
    result: dict[str, Any] = data
    return result


@pytest.mark.parametrize("accept", [DRAFT, ANYTHING, "multipart/mixed", "text/event-stream"])
async def test_what_is_deferred_comes_later_and_is_the_same_in_the_end(
    shared_server: Server, person: Person, accept: str
) -> None:
    kind, answers = await parts(shared_server, person, DEFERRED, accept)
    assert kind.startswith(
        "text/event-stream" if accept == "text/event-stream" else 'multipart/mixed;boundary="graphql"'
    )
    assert answers[0]["data"] == {"viewer": {"name": "Ada"}}
    assert answers[0]["pending"][0]["label"] == "place"
    whole = await shared_server.ask(person, AT_ONCE)
    assert merged(answers) == whole
    assert whole["viewer"]["timeZone"] == "Europe/London"


async def test_in_the_form_of_august_each_part_says_where_it_belongs(shared_server: Server, person: Person) -> None:
    kind, (first, *rest) = await parts(shared_server, person, DEFERRED, AUGUST)
    assert kind == 'multipart/mixed;boundary="graphql";deferSpec=20220824'
    assert first == {"data": {"viewer": {"name": "Ada"}}, "hasNext": True}
    data = first["data"]
    for part in (part for answer in rest for part in answer.get("incremental", ())):
        at(data, part["path"]).update(part["data"])
    labels = [part.get("label") for answer in rest for part in answer.get("incremental", ())]
    assert data == await shared_server.ask(person, AT_ONCE)
    assert labels == ["place", None]
    assert [answer["hasNext"] for answer in rest][-1] is False


@pytest.mark.parametrize("accept", [DRAFT, ANYTHING, "text/event-stream"])
async def test_a_list_comes_bit_by_bit(shared_server: Server, person: Person, accept: str) -> None:
    _, answers = await parts(shared_server, person, STREAMED, accept)
    assert len(answers[0]["data"]["viewer"]["skills"]) == 1
    assert len(merged(answers)["viewer"]["skills"]) == 3


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "*/*"])
async def test_who_reads_no_parts_gets_everything_at_once(shared_server: Server, person: Person, accept: str) -> None:
    whole = await shared_server.ask(person, AT_ONCE)
    _, (answer,) = await parts(shared_server, person, DEFERRED, accept)
    assert answer == {"data": whole}
    _, (streamed,) = await parts(shared_server, person, STREAMED, AUGUST)
    assert len(streamed["data"]["viewer"]["skills"]) == 3


async def test_over_a_socket_everything_comes_at_once(shared_server: Server, person: Person) -> None:
    async with socket(shared_server) as client:
        await signed_in(client, shared_server, person)
        await send(client, {"id": "1", "type": "subscribe", "payload": {"query": DEFERRED}})
        answer = await receive(client)
    assert answer["payload"] == {"data": await shared_server.ask(person, AT_ONCE)}


async def test_errors_in_parts_carry_codes_as_everywhere(shared_server: Server, person: Person) -> None:
    for accept in (DRAFT, AUGUST):
        _, answers = await parts(shared_server, person, BROKEN, accept)
        assert answers[0]["errors"][0]["extensions"]["code"] == "CURSOR_RESET"


async def test_an_answer_without_parts_is_a_part_of_its_own(shared_server: Server, person: Person) -> None:
    for query in (
        AT_ONCE,
        DEFERRED.replace("@defer(", "@defer(if: false, ").replace("@defer {", "@defer(if: false) {"),
    ):
        _, (answer,) = await parts(shared_server, person, query, "multipart/mixed")
        assert answer == {"data": await shared_server.ask(person, AT_ONCE), "hasNext": False}


async def test_a_wrong_document_is_told_so_in_a_part(shared_server: Server, person: Person) -> None:
    _, (answer,) = await parts(shared_server, person, "{ viewer { ... @defer { nothing } } }", DRAFT)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "data" not in answer
