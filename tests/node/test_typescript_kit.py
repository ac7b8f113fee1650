"""The client kit for TypeScript, built by `make test-clients`, and the example of its README."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast
from graphql.utilities import separate_operations

from api.models import Person
from tests.acceptance.conftest import server
from tests.acceptance.kits import Command, KitBehaviour, event, following, pretending
from tests.acceptance.servers import Server
from tests.houses import House
from tests.snippets import ROOT, snippets

HERE = Path(__file__).parent
KIT = ROOT / "clients" / "typescript"
COMPILER_OPTIONS = {
    "target": "ES2022",
    "module": "NodeNext",
    "types": ["node"],
    "strict": True,
    "noPropertyAccessFromIndexSignature": True,
    "noUncheckedIndexedAccess": True,
    "skipLibCheck": False,
}

__all__ = ["server"]


def done(*command: str | Path, cwd: Path) -> str:
    """What a command printed that went well."""
    found = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of somebody who installed the kit as it is packed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text(json.dumps({"type": "module"}))
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": COMPILER_OPTIONS, "files": ["alert.ts"]}))
    packed = done("npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder, cwd=KIT).strip()
    modules = folder / "node_modules"
    (modules / "mentoring-client").mkdir(parents=True)
    done("tar", "--strip-components=1", "-xzf", folder / packed, "-C", modules / "mentoring-client", cwd=folder)
    for name in ("graphql", "graphql-ws", "ws", "@types", "@graphql-typed-document-node"):
        (modules / name).symlink_to(KIT / "node_modules" / name)
    return folder


@pytest.fixture(scope="module")
def alert(project: Path) -> Path:
    """The README's example, compiled."""
    (shown,) = (each for each in snippets("clients/typescript/README.md") if each.file)
    (project / str(shown.file)).write_text(shown.text)
    done(KIT / "node_modules" / ".bin" / "tsc", cwd=project)
    return (project / str(shown.file)).with_suffix(".js")


class TestTypeScriptKit(KitBehaviour):
    @pytest.fixture
    def command(self) -> Command:
        return ["node", str(HERE / "follow-kit.mjs")]

    @pytest.fixture
    def example(self, alert: Path) -> Command:
        return ["node", str(alert)]

    async def test_stopped_while_an_event_is_handled_it_handles_it_to_its_end(self, command: Command) -> None:
        async with (
            pretending([event("1"), event("2")]) as server,
            following(command, server.url, "0") as follower,
        ):
            await follower.until("begun", "1")
            await follower.stop()
            await follower.until("ended")
        assert follower.said("saved") == follower.said("begun") == ["1"]

    async def test_stopped_while_it_waits_for_a_token_it_ends(self, command: Command) -> None:
        async with pretending([event("1")]) as server, following(command, server.url, "0") as follower:
            await follower.until("token")
            await follower.stop()
            await follower.until("ended")
        assert server.afters == []


async def test_every_operation_of_the_kit_is_answered(server: Server) -> None:
    text = "\n".join(file.read_text() for file in sorted((KIT / "operations").glob("*.graphql")))
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 5})
    mentees = [await house.person(held={"PROG": 3}, required={"PROG": 5}) for _ in range(2)]

    async def run(person: Person, name: str, **variables: Any) -> Any:
        operation = separate_operations(parse(text))[name]
        return await server.ask(person, print_ast(operation), **variables)

    assert (await run(mentees[0], "Viewer"))["viewer"]["skillGaps"][0]["levels"] == [4, 5]
    (found,) = (await run(mentees[0], "FindMentors", first=5))["matches"]["nodes"]
    for mentee in mentees:
        answer = await run(mentee, "Connect", input={"mentorId": found["mentor"]["id"], "message": "Would you?"})
        assert answer["connect"]["errors"] == []
    requests = [each["id"] for each in (await run(mentor, "Inbox"))["requests"]["nodes"]]
    for name, request in zip(("Accept", "Decline"), requests, strict=True):
        answer = await run(mentor, name, input={"requestId": request, "comment": "It is so."})
        assert answer[name.lower()]["errors"] == []
    assert (await run(mentor, "Inbox"))["requests"]["nodes"] == []
    entries = (await run(mentor, "Notifications"))["notifications"]["nodes"]
    assert [each["__typename"] for each in entries] == ["RequestReceived"] * 2
    assert entries[-1]["cursor"] == (await run(mentor, "LatestCursor"))["latestCursor"]


def test_the_kit_is_strictly_typed() -> None:
    done("npm", "run", "--silent", "check", cwd=KIT)


def test_the_kit_needs_nothing_of_node() -> None:
    """So that browsers and React Native can use it."""
    (config,) = (json.loads((KIT / "tsconfig.json").read_text()),)
    assert config["compilerOptions"]["types"] == []
    assert not [file for file in (KIT / "src").glob("*.ts") if "node:" in file.read_text()]


def test_the_example_is_twenty_lines_long() -> None:
    (shown,) = (each for each in snippets("clients/typescript/README.md") if each.file)
    assert len(shown.text.splitlines()) <= 20
