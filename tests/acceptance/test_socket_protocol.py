"""What graphql-transport-ws asks of a server (PROTOCOL.md of npm `graphql-ws` 6.4), rule by rule, over raw frames.

Communication
    it is graphql-transport-ws          test_the_sub_protocol_is_picked_from_those_that_are_offered
    another one: 4406                   test_a_client_of_another_sub_protocol_is_told_4406
    JSON text, a type in each, an id    test_all_that_the_server_says_has_a_form_of_the_protocol
      in what is of an operation        test_text_that_is_no_utf_8_closes_the_socket_as_rfc_6455_has_it
                                        test_a_message_may_come_in_several_fragments
    operations mix                      test_operations_run_side_by_side_and_the_fast_one_comes_first
    the server may close, and says why  test_a_server_that_is_told_to_stop_closes_its_sockets_and_is_gone_in_ten_seconds
                                        test_a_token_that_expires_closes_the_socket_with_4403
    the client closes with 1000         test_a_client_that_says_goodbye_is_answered_and_leaves_no_traceback
ConnectionInit
    not in time: 4408                   test_whoever_does_not_initialise_in_time_is_told_4408_and_others_stay
    more than one: 4429                 test_a_second_initialisation_closes_with_4429
    rejected: 4403, and nothing is run  test_without_a_good_token_the_socket_closes_with_4403
ConnectionAck
    answers ConnectionInit; then ready  test_the_acknowledgement_comes_before_the_first_answer
Ping, Pong
    a ping has its pong, and payload    test_a_pong_carries_what_its_ping_carried
    at any time                         test_pings_are_answered_before_initialisation_and_while_operations_run
    the server may ping                 test_the_server_pings_and_goes_on_with_whoever_answers
                                        test_a_client_that_answers_pings_stays_and_one_that_does_not_is_cut
    a pong may come unasked             test_pongs_that_nobody_asked_for_are_passed_over
Subscribe
    an id in use, of any kind: 4409     test_an_id_in_use_closes_with_4409_and_names_it
    an id is free again once completed  test_an_id_may_be_used_again_once_its_operation_is_over
                                        test_an_id_that_is_used_again_at_once_hears_its_own_operation_alone
    what a payload may hold             test_variables_and_the_operations_name_arrive_and_may_be_null
                                        test_extensions_arrive
    not before the Ack: 4401            test_an_operation_before_the_acknowledgement_closes_with_4401_and_is_not_run
Next
    the results, then Complete          test_a_query_and_a_mutation_give_one_next_and_then_complete
                                        test_errors_of_fields_come_with_the_data_in_next
                                        test_a_subscription_gives_a_next_for_each_entry
Error
    a list of errors, and no Complete   test_a_wrong_operation_is_an_error_message_and_the_socket_goes_on
Complete
    of the client: nothing more comes   test_a_stream_that_the_client_completes_says_nothing_more_and_others_go_on
                                        test_the_result_of_a_query_that_was_completed_before_is_not_sent
    of what is over or was not: ignored test_completing_what_is_over_or_was_never_there_is_ignored
Invalid message
    4400, at once, with a reason        test_a_malformed_frame_closes_with_4400_and_leaves_no_traceback
                                        test_nothing_that_follows_a_malformed_frame_is_run
                                        test_what_ends_one_socket_leaves_the_others_alone
    fields that it does not name        test_fields_that_the_protocol_does_not_name_are_passed_over
"""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.typing import Subprotocol

from api.models import Person
from tests.acceptance.servers import Server, running
from tests.acceptance.sockets import (
    ADA,
    LIVE,
    ORGANISATION,
    PROTOCOL,
    VIEWER,
    all_within,
    closed_with,
    greeting,
    locked,
    receive,
    send,
    signed_in_socket,
    socket,
    subscribe,
    until_closed,
)
from tests.houses import House


@pytest.fixture
async def person(shared_server: Server) -> Person:
    return await (await House.build()).person("Ada")


def test_the_table_above_names_every_test_there_is() -> None:
    """So that a rule without a test shows."""
    folder = Path(__file__).parent
    ours = [Path(__file__), folder / "test_socket_operations.py", folder / "test_socket_frames.py"]
    told = set(re.findall(r" (test_\w+)$", __doc__ or "", re.MULTILINE))
    defined = {
        file: set(re.findall(r"^async def (test_\w+)", file.read_text(), re.MULTILINE))
        for file in folder.glob("test_*.py")
    }
    assert told <= set.union(*defined.values())
    assert set.union(*(defined[file] for file in ours)) <= told


@pytest.mark.parametrize("offered", [[PROTOCOL], ["graphql-ws", PROTOCOL], [PROTOCOL, "graphql-ws"]], ids=str)
async def test_the_sub_protocol_is_picked_from_those_that_are_offered(
    shared_server: Server, offered: list[Subprotocol]
) -> None:
    """Communication: the name of the sub-protocol is graphql-transport-ws."""
    async with socket(shared_server, subprotocols=offered) as client:
        assert client.subprotocol == PROTOCOL


@pytest.mark.parametrize("offered", [None, ["graphql-ws"], ["graphql-transport-ws2"]], ids=str)
async def test_a_client_of_another_sub_protocol_is_told_4406(
    shared_server: Server, person: Person, offered: list[Subprotocol] | None
) -> None:
    """Communication: there is no other sub-protocol. The reference server accepts, names none, and closes with 4406."""
    async with socket(shared_server, subprotocols=offered) as client:
        assert client.subprotocol is None
        before, code, reason = await until_closed(client)
        assert (before, code, bool(reason)) == ([], 4406, True)


async def test_all_that_the_server_says_has_a_form_of_the_protocol(shared_server: Server, person: Person) -> None:
    """Communication, Message types: JSON in text, a type in each, an id in what belongs to an operation, no more."""
    fields = {
        "connection_ack": {"type"},
        "pong": {"type"},
        "next": {"id", "type", "payload"},
        "error": {"id", "type", "payload"},
        "complete": {"id", "type"},
    }
    async with socket(shared_server) as client:
        await send(client, greeting(shared_server, person))
        await send(client, {"type": "ping"})
        await subscribe(client, "right", VIEWER)
        await subscribe(client, "wrong", "{ nothing }")
        for _ in range(5):
            message = await client.recv()
            assert isinstance(message, str)
            answer = json.loads(message)
            assert answer.keys() == fields.pop(answer["type"])
    assert fields == {}


async def test_operations_run_side_by_side_and_the_fast_one_comes_first(shared_server: Server, person: Person) -> None:
    """Communication: several operations are active at once, and their messages mix."""
    async with signed_in_socket(shared_server, person) as client:
        async with locked(shared_server, "person"):
            await subscribe(client, "slow", VIEWER)
            await subscribe(client, "fast", ORGANISATION)
            assert [(each["id"], each["type"]) for each in [await receive(client), await receive(client)]] == [
                ("fast", "next"),
                ("fast", "complete"),
            ]
        assert await receive(client) == {"id": "slow", "type": "next", "payload": {"data": ADA}}
        assert await receive(client) == {"id": "slow", "type": "complete"}


async def test_a_client_that_says_goodbye_is_answered_and_leaves_no_traceback(
    shared_server: Server, person: Person
) -> None:
    """Communication: the client ends socket and connection with 1000, whatever is running."""
    async with signed_in_socket(shared_server, person) as client:
        await subscribe(client, "1", LIVE)
        async with locked(shared_server, "person"):
            await subscribe(client, "2", VIEWER)
            await client.close(1000)
            assert (await closed_with(client))[0] == 1000
    assert "Traceback" not in shared_server.log.read_text()


async def test_whoever_does_not_initialise_in_time_is_told_4408_and_others_stay(
    shared_server: Server, person: Person
) -> None:
    """ConnectionInit: it has to come within the server's waiting time, which is 5 s; pings do not count for it."""
    started = time.monotonic()
    async with signed_in_socket(shared_server, person) as good, socket(shared_server) as late:
        for _ in range(3):
            await asyncio.sleep(1)
            await send(late, {"type": "ping"})
        before, code, reason = await until_closed(late)
        assert 4.5 < time.monotonic() - started < 8
        assert (code, reason) == (4408, "Connection initialisation timeout")
        assert before == [{"type": "pong"}] * 3
        await asyncio.sleep(1)
        await subscribe(good, "1", VIEWER)
        assert (await receive(good))["payload"] == {"data": ADA}


async def test_a_second_initialisation_closes_with_4429(shared_server: Server, person: Person) -> None:
    """ConnectionInit: once only, and it does not matter whether the first one has been acknowledged."""
    for first_answered in (True, False):
        async with socket(shared_server) as client:
            await send(client, greeting(shared_server, person))
            if first_answered:
                assert await receive(client) == {"type": "connection_ack"}
            await send(client, {"type": "connection_init"})
            assert await closed_with(client) == (4429, "Too many initialisation requests")


@pytest.mark.parametrize(
    "init",
    [
        {},
        {"payload": None},
        {"payload": {}},
        {"payload": {"authorization": None}},
        {"payload": {"authorization": "Bearer nonsense"}},
        {"payload": {"authorization": 7}},
    ],
    ids=str,
)
async def test_without_a_good_token_the_socket_closes_with_4403(shared_server: Server, init: dict[str, Any]) -> None:
    """ConnectionInit: its payload may be missing or null; a connection that is rejected is best closed with 4403."""
    async with socket(shared_server) as client:
        await send(client, {"type": "connection_init", **init})
        await subscribe(client, "1", VIEWER)
        before, code, reason = await until_closed(client)
        assert (before, code, bool(reason)) == ([], 4403, True)


async def test_the_acknowledgement_comes_before_the_first_answer(shared_server: Server, person: Person) -> None:
    """ConnectionAck: the expected answer to ConnectionInit, after which operations may be asked for."""
    async with socket(shared_server) as client:
        await send(client, greeting(shared_server, person))
        await subscribe(client, "1", VIEWER)
        assert [(await receive(client))["type"] for _ in range(3)] == ["connection_ack", "next", "complete"]


@pytest.mark.parametrize(
    "payload",
    [{"n": 1}, {}, {"text": "é\n" * 1_000, "list": [None, 1.5, {}]}, {"deep": json.loads("[" * 30 + "]" * 30)}],
    ids=lambda each: repr(each)[:30],
)
async def test_a_pong_carries_what_its_ping_carried(
    shared_server: Server, person: Person, payload: dict[str, Any]
) -> None:
    """Ping: it must be answered; both may hold a payload, and the reference server sends back what it got."""
    async with signed_in_socket(shared_server, person) as client:
        await send(client, {"type": "ping", "payload": payload})
        await send(client, {"type": "ping"})
        await send(client, {"type": "ping", "payload": None})
        assert [await receive(client) for _ in range(3)] == [
            {"type": "pong", "payload": payload},
            *[{"type": "pong"}] * 2,
        ]


async def test_pings_are_answered_before_initialisation_and_while_operations_run(
    shared_server: Server, person: Person
) -> None:
    """Ping, Pong: at any time in the life of a socket, and as soon as may be."""
    async with socket(shared_server) as client, locked(shared_server, "organisation"):
        await send(client, {"type": "ping"})
        assert await receive(client, 1) == {"type": "pong"}
        await send(client, greeting(shared_server, person))
        assert await receive(client) == {"type": "connection_ack"}
        await subscribe(client, "1", ORGANISATION)
        await send(client, {"type": "ping"})
        assert await receive(client, 1) == {"type": "pong"}


async def test_the_server_pings_and_goes_on_with_whoever_answers(database: str, tmp_path: Path) -> None:
    """Ping: it goes in both directions. The answer may carry what it likes, and gets none."""
    person = await (await House.build()).person("Ada")
    async with (
        running(tmp_path / "data", database_url=database, MENTORING_PING_SECONDS="0.5") as server,
        signed_in_socket(server, person) as client,
    ):
        for _ in range(3):
            assert await receive(client, 3) == {"type": "ping"}
            await send(client, {"type": "pong", "payload": {"mine": True}})
        await subscribe(client, "1", VIEWER)
        assert {"id": "1", "type": "next", "payload": {"data": ADA}} in await all_within(client, 1)


async def test_pongs_that_nobody_asked_for_are_passed_over(shared_server: Server, person: Person) -> None:
    """Pong: it may come as a heartbeat, at any time, with a payload or none."""
    async with socket(shared_server) as client:
        for message in ({"type": "pong"}, {"type": "pong", "payload": {"n": 1}}, {"type": "pong", "payload": None}):
            await send(client, message)
        await send(client, greeting(shared_server, person))
        await send(client, {"type": "pong"})
        assert await all_within(client, 0.5) == [{"type": "connection_ack"}]
