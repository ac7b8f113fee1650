"""The service's main job, end to end: found, asked, heard of, answered, heard of."""

import asyncio
from typing import Any

from api.models import Person
from tests.acceptance.servers import Server, next_of
from tests.houses import House

REQUEST_RECEIVED = """
subscription ($after: String) {
  requestReceived(after: $after) {
    cursor
    request { id message percent status mentee { name email } }
  }
}
"""
REQUEST_DECIDED = """
subscription ($after: String) {
  requestDecided(after: $after) {
    cursor
    request { id comment status mentor { person { name email } } mentorship { active } }
  }
}
"""
FIND = "{ matches(first: 5) { nodes { percent mentor { id person { name } } } } }"
CONNECT = """
mutation ($mentor: ID!, $message: String) {
  connect(input: {mentorId: $mentor, message: $message}) { request { id } errors { code message } }
}
"""
ACCEPT = """
mutation ($request: ID!, $comment: String!) {
  accept(input: {requestId: $request, comment: $comment}) { request { status } errors { code message } }
}
"""
DECLINE = ACCEPT.replace("accept(", "decline(")


async def connected(server: Server, mentee: Person, mentor_id: str, message: str) -> str:
    answer = await server.ask(mentee, CONNECT, mentor=mentor_id, message=message)
    assert answer["connect"]["errors"] == []
    return str(answer["connect"]["request"]["id"])


async def test_a_mentee_finds_a_mentor_asks_and_both_hear_of_it_live(server: Server) -> None:
    house = await House.build()
    mentor = await house.mentor("Amina الأمين", held={"PROG": 5})
    mentee = await house.person("Béatrice 🙂", held={"PROG": 3}, required={"PROG": 5})
    async with (
        server.listening(mentor, REQUEST_RECEIVED) as alerts,
        server.listening(mentee, REQUEST_DECIDED) as decisions,
    ):
        waiting = [asyncio.create_task(next_of(events)) for events in (alerts, decisions)]
        await asyncio.sleep(0.3)

        (found,) = (await server.ask(mentee, FIND))["matches"]["nodes"]
        assert (found["percent"], found["mentor"]["person"]["name"]) == (100.0, "Amina الأمين")
        request_id = await connected(server, mentee, found["mentor"]["id"], "Would you?")

        alert = (await waiting[0])["requestReceived"]["request"]
        assert alert == {
            "id": request_id,
            "message": "Would you?",
            "percent": 100.0,
            "status": "PENDING",
            "mentee": {"name": "Béatrice 🙂", "email": None},
        }
        assert (await server.ask(mentee, FIND))["matches"]["nodes"] == [], "whoever was asked leaves the list"

        await server.ask(mentor, ACCEPT, request=request_id, comment="Gladly 🎉")
        decision = (await waiting[1])["requestDecided"]["request"]
        assert decision == {
            "id": request_id,
            "comment": "Gladly 🎉",
            "status": "ACCEPTED",
            "mentor": {"person": {"name": "Amina الأمين", "email": mentor.email}},
            "mentorship": {"active": True},
        }


async def test_a_socket_cut_in_between_and_resumed_misses_nothing_and_repeats_nothing(server: Server) -> None:
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 5})
    mentees = [await house.person(held={"PROG": 3}, required={"PROG": 5}) for _ in range(12)]
    mentor_id = (await server.ask(mentees[0], FIND))["matches"]["nodes"][0]["mentor"]["id"]
    start = (await server.ask(mentor, "{ latestCursor }"))["latestCursor"]
    sent: list[str] = []

    async def ask_all() -> None:
        for mentee in mentees:
            sent.append(await connected(server, mentee, mentor_id, "Hello"))
            await asyncio.sleep(0.02)

    async def read(after: str, how_many: int) -> list[dict[str, Any]]:
        async with server.listening(mentor, REQUEST_RECEIVED, after=after) as events:
            return [(await next_of(events))["requestReceived"] for _ in range(how_many)]

    asking = asyncio.create_task(ask_all())
    seen: list[dict[str, Any]] = []
    for how_many in (3, 1, 5, 3):
        seen += await read(seen[-1]["cursor"] if seen else start, how_many)
    await asking
    assert [each["request"]["id"] for each in seen] == sent


async def test_a_decision_made_while_the_mentee_was_away_is_replayed_first(server: Server) -> None:
    house = await House.build()
    mentors = [await house.mentor(held={"PROG": 5}) for _ in range(2)]
    mentee = await house.person(held={"PROG": 3}, required={"PROG": 5})
    start = (await server.ask(mentee, "{ latestCursor }"))["latestCursor"]
    found = (await server.ask(mentee, FIND))["matches"]["nodes"]
    requests = [await connected(server, mentee, each["mentor"]["id"], "Hello") for each in found]
    await server.ask(mentors[0], DECLINE, request=requests[0], comment="Not now")
    async with server.listening(mentee, REQUEST_DECIDED, after=start) as decisions:
        first = (await next_of(decisions))["requestDecided"]["request"]
        await server.ask(mentors[1], ACCEPT, request=requests[1], comment="Yes")
        second = (await next_of(decisions))["requestDecided"]["request"]
    assert [(each["id"], each["status"]) for each in (first, second)] == [
        (requests[0], "DECLINED"),
        (requests[1], "ACCEPTED"),
    ]
