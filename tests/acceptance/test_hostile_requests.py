"""Requests that are too large, nested too deeply, of a kind that is not served; and what status an answer has."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from api.models import Person
from api.transport.parameters import MOST_NESTED
from api.transport.requests import MOST_BODY
from tests.acceptance.servers import ASKED_FIRST, Server
from tests.acceptance.sockets import closed_with, receive, signed_in_socket, socket

VIEWER = "{ viewer { name } }"
SIZED = "query ($n: Int!) { matches(first: $n) { totalCount } }"
RESPONSE, JSON = "application/graphql-response+json", "application/json"


@pytest.fixture
async def client(module_server: Server, module_person: Person) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {module_server.token(module_person)}", "Content-Type": JSON}
    async with httpx.AsyncClient(base_url=module_server.url, headers=headers) as client:
        yield client


def body_of(size: int) -> bytes:
    """An operation of so many bytes."""
    bare = orjson.dumps({"query": VIEWER})
    return bare + b" " * (size - len(bare))


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 50_000):
        yield body[start : start + 50_000]


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
async def test_a_body_has_so_much_room(client: httpx.AsyncClient, chunked: bool) -> None:
    for size, status in ((MOST_BODY, 200), (MOST_BODY + 1, 413), (3 * MOST_BODY, 413)):
        body = body_of(size)
        answer = await client.post("/graphql", content=chunks(body) if chunked else body)
        assert answer.status_code == status
        if status == 413:
            assert str(MOST_BODY) in answer.json()["errors"][0]["message"]


async def test_a_body_that_is_said_to_be_too_long_is_refused_before_any_of_it_comes(
    module_server: Server, client: httpx.AsyncClient
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", module_server.port)
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: here\r\nAuthorization: {client.headers['authorization']}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000000000000\r\nExpect: 100-continue\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()


def nested(levels: int) -> str:
    """JSON of so many levels."""
    return '{"a":' * (levels % 2) + '[{"a":' * (levels // 2) + "1" + "}]" * (levels // 2) + "}" * (levels % 2)


def operation(levels: int) -> str:
    """The same, as an operation. What its variables may hold is another limit's."""
    return f'{{"query": "{VIEWER}", "extensions": {{"a": {nested(levels - 2)}}}}}'


async def test_json_is_nested_so_deeply_and_no_deeper(client: httpx.AsyncClient) -> None:
    for levels, status in ((MOST_NESTED, 200), (MOST_NESTED + 1, 400), (1_000, 400), (30_000, 400)):
        answer = await client.post("/graphql", content=operation(levels))
        assert answer.status_code == status, levels
        assert status == 200 or str(MOST_NESTED) in answer.json()["errors"][0]["message"]
    wide = {"query": VIEWER, "extensions": {"a": [[]] * 1_000}}
    assert (await client.post("/graphql", json=wide)).status_code == 200
    for name in ("variables", "extensions"):
        query = {"query": VIEWER, name: nested(MOST_NESTED + 1)}
        answer = await client.get("/graphql", params=query, headers=ASKED_FIRST)
        assert (answer.status_code, "deeply" in answer.text) == (400, True)


async def test_over_a_socket_too(module_server: Server, module_person: Person) -> None:
    async with signed_in_socket(module_server, module_person) as good:
        await good.send(f'{{"id": "1", "type": "subscribe", "payload": {operation(MOST_NESTED - 1)}}}')
        assert (await receive(good))["payload"]["data"]
        await receive(good)
        await good.send(f'{{"id": "1", "type": "subscribe", "payload": {operation(MOST_NESTED)}}}')
        code, reason = await closed_with(good)
        assert (code, str(MOST_NESTED) in reason) == (4400, True)
    async with socket(module_server) as long:
        await long.send(orjson.dumps({"type": "connection_init", "payload": {"a": "x" * 65_536}}).decode())
        assert (await closed_with(long))[0] == 1009


@pytest.mark.parametrize(
    ("content_type", "body", "status", "word"),
    [
        (JSON, orjson.dumps([{"query": VIEWER}] * 2), 400, "batch"),
        (JSON, b"[]", 400, "batch"),
        ("multipart/form-data; boundary=x", b"--x--", 415, "Files"),
        ("application/x-www-form-urlencoded", b"query={viewer{name}}", 415, "JSON"),
        ("text/plain", orjson.dumps({"query": VIEWER}), 415, "JSON"),
        ("application/graphql", VIEWER.encode(), 415, "JSON"),
        ("application/json; charset=utf-16", VIEWER.encode("utf-16"), 415, "UTF-8"),
        ("", orjson.dumps({"query": VIEWER}), 415, "JSON"),
    ],
)
async def test_what_is_not_served_is_told_what_is(
    client: httpx.AsyncClient, content_type: str, body: bytes, status: int, word: str
) -> None:
    answer = await client.post("/graphql", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, word in answer.json()["errors"][0]["message"]) == (status, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Content-Type": "text/plain"}, 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 400),
        ({"Content-Type": "text/plain, application/json"}, 400),
        ({"Apollo-Require-Preflight": ""}, 400),
        ({"Apollo-Require-Preflight": "1"}, 200),
        ({"X-Apollo-Operation-Name": "Viewer"}, 200),
        ({"Content-Type": "Application/JSON; charset=utf-8"}, 200),
    ],
    ids=str,
)
async def test_a_get_needs_a_header_that_browsers_ask_about_first(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    del client.headers["content-type"]
    answer = await client.get("/graphql", params={"query": VIEWER}, headers=headers)
    assert answer.status_code == status
    assert ("data" in answer.json()) is (status == 200)
    assert status == 200 or "Apollo-Require-Preflight" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_nor_does_a_query_come_as_a_stream_without_it(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.get("/graphql", params={"query": VIEWER}, headers={"Content-Type": "", "Accept": accept})
    assert (answer.status_code, "BAD_USER_INPUT" in answer.text, '"data"' in answer.text) == (200, True, False)


REFUSED = {
    "parsing": ({"query": "{"}, 400, 200),
    "validation": ({"query": "{ nothing }"}, 400, 200),
    "a variable": ({"query": SIZED, "variables": {"n": "x"}}, 400, 200),
    "a variable that is missing": ({"query": SIZED}, 400, 200),
    "no such operation": ({"query": "query A { __typename }", "operationName": "B"}, 400, 200),
    "no request": ({"query": 7}, 400, 400),
    "a part that is missing": ({"query": '{ viewer { name } node(id: "garbage") { id } }'}, 200, 200),
    "nothing at all": ({"query": "{ viewer { name } }"}, 200, 200),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_the_status_says_whether_the_operation_was_run_where_the_client_reads_it(
    client: httpx.AsyncClient, what: str
) -> None:
    """GraphQL over HTTP, 6.4: with `application/graphql-response+json` a request that was not run has a status of 400,
    and one that was run has 200, errors of fields or not.
    """
    request, status, status_of_json = REFUSED[what]
    for accept, expected in ((RESPONSE, status), (JSON, status_of_json)):
        answer = await client.post("/graphql", json=request, headers={"Accept": accept})
        assert answer.status_code == expected
        assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
        assert ("data" in answer.json()) is (status == 200)


@pytest.mark.parametrize(
    ("accept", "told"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        (f"{JSON};q=0.5, {RESPONSE}", RESPONSE),
        (f"{JSON}, {RESPONSE};q=0.5", JSON),
        (", ".join([RESPONSE] * 500), RESPONSE),
        ("text/html", None),
        (f"{JSON};q=0", None),
        ("image/*", None),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_the_answer_takes_the_form_that_is_asked_for_or_406(
    client: httpx.AsyncClient, accept: str, told: str | None
) -> None:
    answer = await client.post("/graphql", json={"query": VIEWER}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["vary"]) == (200 if told else 406, "Accept")
    assert told is None or answer.headers["content-type"].startswith(told)
