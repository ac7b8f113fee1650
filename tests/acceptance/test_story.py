"""The story of `docs/story.md`, followed word by word on the demo organisation."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Final

from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from tests.acceptance.demos import Demo, demo
from tests.acceptance.servers import next_of

STORY = Path(__file__).parents[2] / "docs" / "story.md"
_BLOCK = re.compile(r"```graphql\n(.*?)```(?:\n\n```json\n(.*?)```)?", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """An operation of the story, who runs it, and its variables as they are printed."""

    who: str
    operation: str
    variables: dict[str, str]


def steps() -> Iterator[tuple[str, Step]]:
    for section in re.split(r"^## ", STORY.read_text(), flags=re.MULTILINE)[1:]:
        who = re.match(r"\d+\. (Mentor|Mentee): ", section)
        assert who, section
        for operation, variables in _BLOCK.findall(section):
            name = re.match(r"\w+ (\w+)", operation)
            assert name, operation
            yield name[1], Step(who[1].lower(), operation, json.loads(variables or "{}"))


# To whom the story's mails go: the request, the acceptance, and the end to both.
WRITTEN_TO: Final = ("mentor", "mentee", "mentor", "mentee")
Answers = dict[str, dict[str, Any]]


def _leadership(step: str) -> Callable[[Answers], str]:
    return lambda given: next(
        option["id"] for option in given[step]["organisation"]["preferenceOptions"] if option["label"] == "Leadership"
    )


# What stands in angle brackets, and where it comes from.
MEANT: Final[dict[str, Callable[[Answers], Any]]] = {
    "<the id of Leadership, from step 1>": _leadership("MayI"),
    "<the id of Leadership, from this step>": _leadership("WhatILack"),
    "<the mentor's name>": lambda given: given["MayI"]["viewer"]["name"],
    "<the mentor's id, from step 5>": lambda given: given["WhoCouldTeachMe"]["matches"]["nodes"][0]["mentor"]["id"],
    "<the id of the mentee's request>": lambda given: next(
        request["id"]
        for request in given["Asked"]["requests"]["nodes"]
        if request["mentee"]["name"] == given["WhatILack"]["viewer"]["name"]
    ),
    "<draft.owner.id, from step 7>": lambda given: given["Accept"]["accept"]["draft"]["owner"]["id"],
    "<draft.type.id, from step 7>": lambda given: given["Accept"]["accept"]["draft"]["type"]["id"],
    "<draft.title, from step 7>": lambda given: given["Accept"]["accept"]["draft"]["title"],
    "<request.mentorship.id, from step 7>": lambda given: given["Accept"]["accept"]["request"]["mentorship"]["id"],
    "<request.mentorship.id, from step 9>": lambda given: next(
        each["request"]["mentorship"]["id"]
        for each in given["Meanwhile"]["notifications"]["nodes"]
        if each["__typename"] == "RequestDecided"
    ),
}


async def follow(demo: Demo) -> tuple[Answers, list[dict[str, Any]]]:
    """What every operation gave, and what the mentor heard while listening."""
    given: Answers = {}
    transport = WebsocketsTransport(
        url=f"ws://127.0.0.1:{demo.port}/graphql", init_payload={"authorization": f"Bearer {demo.token('mentor')}"}
    )
    async with Client(transport=transport) as mentor:
        heard = aiter(mentor.subscribe(gql(dict(steps())["Listen"].operation)))
        first = asyncio.create_task(next_of(heard, seconds=30))
        await asyncio.sleep(0.5)
        for name, step in steps():
            if name != "Listen":
                variables = {key: MEANT[value](given) for key, value in step.variables.items()}
                response = await demo.answer(step.who, step.operation, **variables)
                given[name] = response["data"] | {"refused": response.get("errors", [])}
        return given, [await first, await next_of(heard)]


async def test_the_story_works_word_by_word(migrated_folder: Path) -> None:
    with demo(migrated_folder) as running:
        given, heard = await follow(running)
        refused = {name: answer.pop("refused") for name, answer in given.items()}
        async with asyncio.timeout(10):
            while len(mails := list((migrated_folder / "mail").glob("*.eml"))) < len(WRITTEN_TO):
                await asyncio.sleep(0.05)
    refusals = [error["path"] for error in refused.pop("WhatItClosed")]
    assert refusals == [["node", "skillGaps"], ["node", "actionPlan"]]
    assert [errors for errors in refused.values() if errors] == []
    payloads = [next(iter(given[name].values())) for name in ("Offer", "Want", "Ask", "Accept", "Plan", "End")]
    assert [payload["errors"] for payload in payloads] == [[]] * 6

    assert given["MayI"]["viewer"]["mentorEligibility"]["eligible"] is True
    assert "UPDATE_MENTOR_PROFILE" in given["MayI"]["viewer"]["mentorActions"]
    (found,) = given["WhoCouldTeachMe"]["matches"]["nodes"]
    assert sum(each["points"] for each in found["gaps"]) == found["skillPercent"] == found["percent"] > 0
    unlisted = given["WhyNot"]["mentor"]["match"]
    assert [each["code"] for each in unlisted["unlistedReasons"]] == ["ALREADY_ASKED"]
    assert given["Asked"]["viewer"]["pendingRequestCount"] == len(given["Asked"]["requests"]["nodes"])
    assert {each["mentee"]["email"] for each in given["Asked"]["requests"]["nodes"]} == {None}
    assert given["Accept"]["accept"]["request"]["mentee"]["email"]
    assert any(each["mentee"]["skillGaps"] for each in given["MyMentees"]["viewer"]["mentees"] if each["active"])
    (planned,) = given["Meanwhile"]["viewer"]["actionPlan"]["actions"]["nodes"]
    assert [each["kind"] for each in planned["history"]["nodes"]] == ["ADDED"]
    assert given["End"]["endMentorship"]["mentorship"]["endedBy"] == "MENTEE"
    closed = given["WhatItClosed"]["node"]
    assert closed["name"]
    assert [closed[name] for name in ("email", "skillGaps", "actionPlan")] == [None] * 3
    assert [each["notificationReceived"]["__typename"] for each in heard] == ["RequestReceived", "MentorshipEnded"]
    people = {"mentor": given["MayI"]["viewer"]["name"], "mentee": given["WhatILack"]["viewer"]["name"]}
    written_to = [message_from_bytes(mail.read_bytes(), policy=default)["To"].addresses[0] for mail in mails]
    assert sorted(each.display_name for each in written_to) == sorted(people[who] for who in WRITTEN_TO)
