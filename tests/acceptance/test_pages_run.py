"""What the documentation prints is run as it stands: operations, a call by curl, commands of the command line.

The story has a test of its own, programs have theirs, targets of the Makefile are what CI runs.
"""

import asyncio
import json
import os
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from graphql import OperationDefinitionNode, OperationType, parse, print_ast

from api.actions.connect import connect
from api.models import Device, Person
from api.notifications.cursors import log_cursor
from api.notifications.log import log_of
from api.schema.node import global_id
from tests.acceptance.servers import COMMAND, Server, next_of
from tests.frameworks import (
    ATTRIBUTE_HEADERS,
    LEVELS_SHEET,
    SKILL_HEADERS,
    Rows,
    attribute_row,
    skill_row,
    write_csv,
    write_xlsx,
)
from tests.houses import House, viewer_of
from tests.snippets import ROOT, Snippet, snippets
from tests.wakers import Recorder

CONNECT: Final = "mutation ($mentor: ID!) { connect(input: {mentorId: $mentor}) { errors { code } } }"
PAGES: Final = ("README.md", "docs/front-end.md", "docs/mobile.md", "docs/push.md", "docs/import.md")


def blocks_of(language: str) -> list[Snippet]:
    return [each for page in PAGES for each in snippets(page) if each.language == language]


def blocks_in(page: str, language: str) -> list[str]:
    return [each.text for each in snippets(page) if each.language == language]


def printed_operations() -> list[tuple[str, OperationDefinitionNode]]:
    return [
        (f"{block.page}:{block.line} {definition.name.value if definition.name else ''}", definition)
        for block in blocks_of("graphql")
        for definition in parse(block.text).definitions
        if isinstance(definition, OperationDefinitionNode)
    ]


OPERATIONS: Final = printed_operations()
# The page that tells how to register prints the variables, too.
REGISTRATION: Final = next(each for each in map(json.loads, blocks_in("docs/push.md", "json")) if "input" in each)


@dataclass
class Scene:
    """A mentor whom somebody has asked, and a mentee who has not. ``start`` is a cursor from before that, ``device``
    one of the mentee's.
    """

    mentor: Person
    mentee: Person
    start: str
    device: Device

    @classmethod
    async def build(cls) -> "Scene":
        house = await House.build()
        mentor = await house.mentor("Grace", held={"PROG": 5})
        mentee, other = [await house.person(name, required={"PROG": 5}) for name in ("Ada", "Edsger")]
        log = await log_of(viewer_of(mentor))
        await connect(Recorder(), viewer=viewer_of(other), mentor_id=mentor.id, message="Would you?")
        device = await Device.create(
            organisation_id=house.organisation.id, person_id=mentee.id, kind="FCM", address=f"token-{mentee.id}"
        )
        return cls(mentor=mentor, mentee=mentee, start=log_cursor(log.epoch, log.seq), device=device)

    @property
    def meant(self) -> dict[str, Any]:
        """What stands for an ellipsis, and the value of each variable, by name."""
        return {
            **REGISTRATION,
            "device": global_id("Device", self.device.id),
            "mentorId": global_id("Mentor", self.mentor.id),
            "mentor": global_id("Mentor", self.mentor.id),
            "key": "5a0c1f9e",
            "after": self.start,
        }

    def filled_in(self, operation: OperationDefinitionNode) -> tuple[str, dict[str, Any]]:
        text = re.sub(r'(\w+): "…"', lambda found: f'{found[1]}: "{self.meant[found[1]]}"', print_ast(operation))
        names = [each.variable.name.value for each in operation.variable_definitions or ()]
        return text, {name: self.meant[name] for name in names}


@pytest.mark.parametrize("operation", [each for _, each in OPERATIONS], ids=[name for name, _ in OPERATIONS])
async def test_an_operation_is_answered_without_an_error(
    shared_server: Server, operation: OperationDefinitionNode
) -> None:
    scene = await Scene.build()
    text, variables = scene.filled_in(operation)
    if operation.operation is OperationType.SUBSCRIPTION:
        async with shared_server.listening(scene.mentor, text, **variables) as events:
            ((_, entry),) = (await next_of(events)).items()
        assert entry["request"]["mentee"]["name"] == "Edsger"
        return
    asking = scene.mentor if "after" in variables else scene.mentee
    answers = await shared_server.ask(asking, text, **variables)
    assert all(answers.values())
    assert all(not answer["errors"] for answer in answers.values() if isinstance(answer, dict) and "errors" in answer)


@asynccontextmanager
async def called(command: str, server: Server, token: str) -> AsyncIterator[httpx.Response]:
    """What curl would be answered: not everybody who tests has it."""
    words = shlex.split(command.replace("$TOKEN", token))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1]
    (address,) = (word for word in words if word.startswith("localhost:8000"))
    url = f"{server.url}{address.removeprefix('localhost:8000')}"
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        yield response


async def test_what_curl_is_shown_to_ask_is_answered_by_a_stream(shared_server: Server) -> None:
    (block,) = (each for each in blocks_of("sh") if each.text.startswith("curl"))
    scene = await Scene.build()
    async with called(block.text, shared_server, shared_server.token(scene.mentor)) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        await shared_server.ask(scene.mentee, CONNECT, mentor=global_id("Mentor", scene.mentor.id))
        async with asyncio.timeout(10):
            lines = [line async for line in until_an_entry(response)]
    data: dict[str, Any] = json.loads(lines[-1].removeprefix("data: "))
    assert data["data"]["notificationReceived"]["__typename"] == "RequestReceived"


async def until_an_entry(response: httpx.Response) -> AsyncIterator[str]:
    async for line in response.aiter_lines():
        yield line
        if line.startswith("data: {"):
            return


def test_the_commands_of_an_import_do_what_they_say(fresh_database: str, tmp_path: Path) -> None:
    skills: Rows = [SKILL_HEADERS, skill_row(1, "PROG", range(2, 7)), skill_row(2, "DESN", range(2, 7))]
    attributes: Rows = [ATTRIBUTE_HEADERS, attribute_row("COLL", "Business skills/Behavioural factors")]
    write_xlsx(tmp_path / "sfia-8.xlsx", Skills=skills, Attributes=attributes, Levels=LEVELS_SHEET)
    for name, rows in (("skills", skills), ("attributes", attributes), ("levels", LEVELS_SHEET)):
        write_csv(tmp_path / f"{name}.csv", rows)
    (table,) = re.findall(r"^\| column .*?\n\n", (ROOT / "docs/import.md").read_text(), re.MULTILINE | re.DOTALL)
    columns = dict(re.findall(r"^\| (`Email`|`Name`|`Held levels`) .*\| `([^`]+)` \|$", table, re.MULTILINE))
    assert len(columns) == 3
    write_csv(tmp_path / "people.csv", [[name.strip("`") for name in columns], list(columns.values())])
    said = []
    for block in blocks_of("sh"):
        if not block.text.startswith("mentoring-api import"):
            continue
        for line in block.text.splitlines():
            done = subprocess.run(
                [COMMAND, *shlex.split(line)[1:]],
                cwd=tmp_path,
                env={**os.environ, "DATABASE_URL": fresh_database},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
    assert len(said) == 3
    assert "1" in said[-1]
