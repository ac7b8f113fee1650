"""What holds for live entries whatever carries them: WebSocket, server-sent events, multipart, or asking again."""

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from api.actions.person_access import sign_out_person
from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.models import ActionType, Event, Person
from api.schema.node import global_id
from api.settings import Settings
from tests.acceptance.ears import ACCEPTS, EARS, SUBSCRIBE, Answers, Ear, Ended, events_of, streamed
from tests.acceptance.servers import Server, running
from tests.acceptance.stories import asked, do, mentored
from tests.acceptance.test_slow_clients import DETAILS, LISTEN, plan_with
from tests.houses import House
from tests.ports import free_port
from tests.wakers import Recorder


@pytest.fixture
async def server(database: str, tmp_path: Path) -> AsyncIterator[Server]:
    settings = {"MENTORING_PING_SECONDS": "1", "MENTORING_CHECK_SECONDS": "1"}
    async with running(tmp_path / "data", database_url=database, **settings) as server:
        yield server


@pytest.fixture(params=EARS)
def ear(request: pytest.FixtureRequest) -> Ear:
    return EARS[request.param]


@pytest.fixture(params=[name for name in EARS if name != "polling"])
def open_ear(request: pytest.FixtureRequest) -> Ear:
    """Those that keep a connection open."""
    return EARS[request.param]


async def heard(answers: Answers, how_many: int) -> list[dict[str, Any]]:
    """The next entries."""
    async with asyncio.timeout(10):
        return [(await anext(answers))["data"]["notificationReceived"] for _ in range(how_many)]


async def end_of(answers: Answers, *, seconds: float = 10) -> object:
    """The code with which it ends, whatever is heard before."""
    async with asyncio.timeout(seconds):
        try:
            while True:
                await anext(answers)
        except Ended as ended:
            return ended.code


async def latest_cursor(server: Server, person: Person) -> str:
    cursor: str = (await server.ask(person, "{ latestCursor }"))["latestCursor"]
    return cursor


async def test_what_was_missed_comes_first_and_then_what_happens(server: Server, ear: Ear) -> None:
    house = await House.build()
    mentor, mentees = await house.mentor(), [await house.person() for _ in range(6)]
    beginning = await latest_cursor(server, mentor)
    for mentee in mentees[:3]:
        await asked(server, mentee, mentor)
    async with ear(server, server.token(mentor), beginning) as answers:
        entries = await heard(answers, 3)
        for mentee in mentees[3:]:
            await asked(server, mentee, mentor)
            entries += await heard(answers, 1)
    # Again from the middle: the rest, once.
    async with ear(server, server.token(mentor), entries[2]["cursor"]) as answers:
        assert await heard(answers, 3) == entries[3:]
    written = await Event.filter(person_id=mentor.id).order_by("seq")
    assert [each["id"] for each in entries] == [global_id("RequestReceived", event.id) for event in written]


async def test_without_a_cursor_there_is_what_happens_from_now_on(server: Server, ear: Ear) -> None:
    house = await House.build()
    mentor, mentees = await house.mentor(), [await house.person() for _ in range(2)]
    await asked(server, mentees[0], mentor)
    async with ear(server, server.token(mentor), None) as answers:
        waiting = asyncio.create_task(heard(answers, 1))
        await asyncio.sleep(1)
        await asked(server, mentees[1], mentor)
        (entry,) = await waiting
    last = await Event.filter(person_id=mentor.id).order_by("-seq").first()
    assert last
    assert entry["id"] == global_id("RequestReceived", last.id)


async def test_a_cursor_that_fits_no_log_is_answered_with_where_to_start_over(server: Server, ear: Ear) -> None:
    house = await House.build()
    person, other = await house.person(), await house.person()
    for cursor in ("garbage", await latest_cursor(server, other)):
        async with ear(server, server.token(person), cursor) as answers, asyncio.timeout(10):
            (error,) = (await anext(answers))["errors"]
        assert error["extensions"]["code"] == "CURSOR_RESET"
        async with ear(server, server.token(person), error["extensions"]["cursor"]) as answers:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await anext(answers)


async def test_once_a_mentorship_has_ended_its_entries_are_not_even_replayed(server: Server, ear: Ear) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    mentorship = await mentored(server, mentee, mentor)
    beginning = await latest_cursor(server, mentor)
    kind = await ActionType.get(organisation_id=house.organisation.id, label="Course")
    await do(server, mentee, "saveAction", title="Read", typeId=global_id("ActionType", kind.id))
    async with ear(server, server.token(mentor), beginning) as answers:
        assert [each["__typename"] for each in await heard(answers, 1)] == ["ActionPlanChanged"]
    await do(server, mentee, "endMentorship", mentorshipId=mentorship, reason="Done")
    async with ear(server, server.token(mentor), beginning) as answers:
        assert [each["__typename"] for each in await heard(answers, 1)] == ["MentorshipEnded"]


async def test_over_a_server_that_is_killed_each_entry_comes_once_and_in_order(
    database: str, tmp_path: Path, ear: Ear
) -> None:
    house = await House.build()
    mentor, mentees = await house.mentor(), [await house.person() for _ in range(12)]
    port, entries = free_port(), []
    async with running(tmp_path / "data", database_url=database, port=port) as server:
        cursor = await latest_cursor(server, mentor)
    missed = 0
    for sign in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        async with (
            running(tmp_path / "data", database_url=database, port=port) as server,
            ear(server, server.token(mentor), cursor) as answers,
        ):
            for _ in range(3):
                await asked(server, mentees.pop(), mentor)
            entries += await heard(answers, missed + 3)
            cursor = entries[-1]["cursor"]
            # It may come, but is not handled any more.
            await asked(server, mentees.pop(), mentor)
            missed = 1
            server.process.send_signal(sign)
            await asyncio.to_thread(server.process.wait, 10)
    async with (
        running(tmp_path / "data", database_url=database, port=port) as server,
        ear(server, server.token(mentor), cursor) as answers,
    ):
        entries += await heard(answers, missed)
    written = await Event.filter(person_id=mentor.id).order_by("seq")
    assert [each["id"] for each in entries] == [global_id("RequestReceived", event.id) for event in written]
    assert len(entries) == 12


async def test_one_who_is_signed_out_hears_nothing_more(server: Server, open_ear: Ear) -> None:
    person = await (await House.build()).person()
    async with open_ear(server, server.token(person), None) as answers:
        ending = asyncio.create_task(end_of(answers))
        await asyncio.sleep(1)
        await sign_out_person(Recorder(), person=person)
        assert await ending in {4403, "UNAUTHENTICATED", None}


async def test_a_token_that_expires_ends_what_is_open(server: Server, open_ear: Ear) -> None:
    person = await (await House.build()).person()
    settings = Settings(data=server.data)
    key = local_key(settings.signing_key_file)
    token = issue_token(settings, key, person.subject, lifetime=timedelta(seconds=3))
    async with open_ear(server, token, None) as answers:
        assert await end_of(answers) in {4403, "UNAUTHENTICATED", None}
    for kind in ACCEPTS:
        async with streamed(server, token, kind, None) as response:
            assert response.status_code == 401


async def test_whoever_reads_is_told_at_once_that_the_server_stops(
    database: str, tmp_path: Path, open_ear: Ear
) -> None:
    person = await (await House.build()).person()
    async with (
        running(tmp_path / "data", database_url=database) as server,
        open_ear(server, server.token(person), None) as answers,
    ):
        ending = asyncio.create_task(end_of(answers))
        await asyncio.sleep(1)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert await ending in {1012, "UNAVAILABLE", None}
        await asyncio.to_thread(server.process.wait, 10)
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("kind", ACCEPTS)
async def test_a_stream_that_is_not_read_is_cut_in_ten_seconds_and_holds_little(server: Server, kind: str) -> None:
    house = await House.build()
    person = await house.person()
    await plan_with(person, house, 200)
    nodes = (await server.ask(person, "{ notifications(first: 1) { nodes { cursor } } }"))["notifications"]["nodes"]
    before = psutil.Process(server.process.pid).memory_info().rss
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    narrow.connect(("127.0.0.1", server.port))
    body = json.dumps({"query": LISTEN % DETAILS, "variables": {"after": nodes[0]["cursor"]}}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {server.token(person)}\r\n"
        f"Accept: {ACCEPTS[kind]}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with narrow:
        narrow.sendall(head.encode() + body)
        async with asyncio.timeout(12):
            while "stream_cut" not in server.log.read_text():
                await asyncio.sleep(0.1)
        assert psutil.Process(server.process.pid).memory_info().rss - before < 30_000_000
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("kind", ACCEPTS)
async def test_a_stream_shows_that_it_is_alive_while_nothing_happens(server: Server, kind: str) -> None:
    person = await (await House.build()).person()
    async with streamed(server, server.token(person), kind, None) as response:
        chunks = response.aiter_text()
        async with asyncio.timeout(10):
            assert [await anext(chunks) for _ in range(3)] == {
                "sse": [":\n\n"] * 3,
                "multipart": [
                    "\r\n--graphql",
                    *["\r\nContent-Type: application/json\r\n\r\n{}\r\n--graphql"] * 2,
                ],
            }[kind]
        assert response.headers["cache-control"] == "no-store"


async def test_the_bytes_of_an_event_are_those_of_the_protocol(server: Server) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    beginning = await latest_cursor(server, mentor)
    await asked(server, mentee, mentor)
    async with streamed(server, server.token(mentor), "sse", beginning) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        text = ""
        async for chunk in response.aiter_text():
            text += chunk
            if "data:" in text:
                break
    event = await Event.get(person_id=mentor.id)
    cursor = text.split("id: ")[1].split("\n")[0]
    payload = {
        "data": {
            "notificationReceived": {
                "__typename": "RequestReceived",
                "id": global_id("RequestReceived", event.id),
                "cursor": cursor,
            }
        }
    }
    written = json.dumps(payload, separators=(",", ":"))
    assert text == f":\n\nevent: next\nid: {cursor}\ndata: {written}\n\n"


async def test_queries_and_what_is_wrong_come_as_events_where_events_are_what_is_asked_for(server: Server) -> None:
    person = await (await House.build()).person("Ada")
    headers = {"Authorization": f"Bearer {server.token(person)}", "Accept": "text/event-stream"}
    async with httpx.AsyncClient(headers=headers) as client:
        for query, kinds in (("{ viewer { name } }", {"data"}), ("{ nothing }", {"errors"}), ("{", {"errors"})):
            async with client.stream("POST", server.graphql, json={"query": query}) as response:
                first, last = [event async for event in events_of(response)]
                assert (response.status_code, last) == (200, {"event": "complete", "data": ""})
                assert json.loads(first["data"]).keys() == kinds
        # By GET no mutation goes, and a subscription without a header of its own.
        mutation = "mutation { saveMentorPreferences(input: {optionIds: []}) { errors { code } } }"
        async with client.stream("GET", server.graphql, params={"query": mutation}) as response:
            first, _ = [event async for event in events_of(response)]
            assert json.loads(first["data"])["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        async with client.stream("GET", server.graphql, params={"query": SUBSCRIBE}) as response:
            async for chunk in response.aiter_text():
                assert chunk == ":\n\n"
                break


async def test_a_subscription_sent_as_if_it_were_a_query_is_told_what_to_use(server: Server) -> None:
    person = await (await House.build()).person()
    answer = await server.ask_raw(server.token(person), SUBSCRIBE)
    assert answer.status_code == 400
    message = answer.json()["errors"][0]["message"]
    assert "graphql-transport-ws" in message
    assert "text/event-stream" in message
