"""What the server does with frames that are no message of graphql-transport-ws. The table of rules is in
`test_socket_protocol.py`.
"""

from typing import Any

import pytest

from api.models import Person
from tests.acceptance.servers import Server
from tests.acceptance.sockets import (
    closed_with,
    receive,
    send,
    signed_in_socket,
    socket,
    subscribe,
    until_closed,
)

VIEWER = {"query": "{ viewer { name } }"}
# A close frame has room for so many bytes of reason.
LONGEST_REASON = 123
NO_MESSAGE: list[object] = [
    "",
    " ",
    "{",
    "{}{}",
    "[]",
    "null",
    "7",
    "true",
    '"ping"',
    "NaN",
    "{}",
    '[{"type": "ping"}]',
    "[" * 5_000,
    '{"type": "ping", "payload": {"lone": "\\ud800"}}',
    # A pong could not be written.
    f'{{"type": "ping", "payload": {{"deep": {"[" * 400 + "]" * 400}}}}}',
]
NO_TYPES: list[object] = [None, 7, True, {}, [], ["ping"], "", "PING", "ping ", "start", "stop", "ka"]
NO_TYPE: list[object] = [
    *({"type": kind} for kind in NO_TYPES),
    {"type": "connection_terminate"},
    {"type": "connection_ack"},
    {"type": "next", "id": "1", "payload": {"data": None}},
    {"type": "error", "id": "1", "payload": [{"message": "no"}]},
    {"type": "x" * 5_000},
    {"type": "é" * 5_000},
    {"payload": VIEWER, "id": "1"},
]
NO_OBJECT: list[object] = [7, "text", True, [], [{}]]
NO_STRING: list[object] = [7, True, {}, [], ["1"]]
WRONG_FIELD: list[object] = [
    *({"type": kind, "payload": payload} for kind in ("connection_init", "ping", "pong") for payload in NO_OBJECT),
    *({"type": "complete", "id": number} for number in (None, "", *NO_STRING)),
    *({"type": "subscribe", "id": number, "payload": VIEWER} for number in (None, "", *NO_STRING)),
    *({"type": "subscribe", "id": "1", "payload": payload} for payload in (None, {}, *NO_OBJECT)),
    *({"type": "subscribe", "id": "1", "payload": {"query": query}} for query in (None, *NO_STRING)),
    *({"type": "subscribe", "id": "1", "payload": {**VIEWER, "operationName": name}} for name in NO_STRING),
    *({"type": "subscribe", "id": "1", "payload": {**VIEWER, "variables": each}} for each in NO_OBJECT),
    *({"type": "subscribe", "id": "1", "payload": {**VIEWER, "extensions": each}} for each in NO_OBJECT),
    {"type": "complete"},
    {"type": "subscribe"},
    {"type": "subscribe", "id": "1"},
    {"type": "subscribe", "payload": VIEWER},
]
BINARY: list[object] = [b"", b"\x00\x01", b'{"type": "ping"}']


def briefly(frame: object) -> str:
    return repr(frame)[:80]


@pytest.mark.parametrize("frame", [*NO_MESSAGE, *NO_TYPE, *WRONG_FIELD, *BINARY], ids=briefly)
async def test_a_malformed_frame_closes_with_4400_and_leaves_no_traceback(
    module_server: Server, module_person: Person, frame: object
) -> None:
    """Invalid message: what has a type or a form that the protocol does not know ends the socket with 4400 and a
    reason; before the connection is acknowledged as well as after.
    """
    for opened in (socket(module_server), signed_in_socket(module_server, module_person)):
        async with opened as client:
            await send(client, frame)
            before, code, reason = await until_closed(client)
            assert (before, code) == ([], 4400)
            assert 0 < len(reason.encode()) <= LONGEST_REASON
    assert "Traceback" not in module_server.log.read_text()


async def test_text_that_is_no_utf_8_closes_the_socket_as_rfc_6455_has_it(
    module_server: Server, module_person: Person
) -> None:
    """Communication: messages are text. What is no text is refused a layer below, with 1007."""
    async with signed_in_socket(module_server, module_person) as client:
        await client.send(b'{"type": "\xff"}', text=True)
        assert (await closed_with(client))[0] == 1007


async def test_nothing_that_follows_a_malformed_frame_is_run(module_server: Server, module_person: Person) -> None:
    """Invalid message: the closure is immediate."""
    async with signed_in_socket(module_server, module_person) as client:
        await send(client, "{}")
        await send(client, {"type": "ping"})
        await subscribe(client, "1", VIEWER["query"])
        before, code, _ = await until_closed(client)
        assert (before, code) == ([], 4400)


async def test_what_ends_one_socket_leaves_the_others_alone(module_server: Server, module_person: Person) -> None:
    """Invalid message: it is the sender's own socket that closes."""
    async with signed_in_socket(module_server, module_person) as good:
        async with signed_in_socket(module_server, module_person) as bad:
            await send(bad, "{}")
            assert (await closed_with(bad))[0] == 4400
        await subscribe(good, "1", VIEWER["query"])
        assert (await receive(good))["type"] == "next"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ping"},
        {"type": "pong", "payload": {"a": 1}},
        {"type": "complete", "id": "nobody"},
        {"type": "subscribe", "id": "1", "payload": {**VIEWER, "extra": {"of": "payload"}}},
    ],
    ids=briefly,
)
async def test_fields_that_the_protocol_does_not_name_are_passed_over(
    module_server: Server, module_person: Person, message: dict[str, Any]
) -> None:
    """Message types: each message has fields of its own. More of them change nothing, as with the reference server."""
    async with signed_in_socket(module_server, module_person) as client:
        await send(client, {**message, "extra": [1], "query": 7, "extensions": []})
        await send(client, {"type": "ping", "payload": {"last": True}})
        kinds = {"ping": ["pong", "pong"], "subscribe": ["complete", "next", "pong"]}.get(message["type"], ["pong"])
        assert sorted([(await receive(client))["type"] for _ in kinds]) == kinds


async def test_a_message_may_come_in_several_fragments(module_server: Server, module_person: Person) -> None:
    """Communication: a message is the text, however the socket cuts it."""
    async with signed_in_socket(module_server, module_person) as client:
        await client.send(['{"type": ', '"ping", "payload"', ': {"n": "', 'é"}}'])
        assert await receive(client) == {"type": "pong", "payload": {"n": "é"}}
