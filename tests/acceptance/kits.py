"""What both client kits do, whatever language they are in. Each is a command that follows a log and tells, a line of
JSON a word, what it is at: `{"token": …}`, `{"begun": cursor}`, `{"handled": cursor}`, `{"saved": cursor}`,
`{"reset": cursor}`, `{"retry": code}`, and at last `{"stopped": code, "message": …}` or `{"ended": true}`.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.actions.connect import connect
from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.models import Person
from api.settings import Settings
from tests.acceptance.demos import Demo, demo
from tests.acceptance.servers import Server, running
from tests.acceptance.stories import asked
from tests.acceptance.stories import connect as ask_to_connect
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.wakers import Recorder

Word = dict[str, Any]
Command = list[str]
_SECONDS: Final = 20
_EVENT: Final = "notificationReceived"


@asynccontextmanager
async def started(command: Command, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await rest_of(process)


async def rest_of(process: asyncio.subprocess.Process) -> bytes:
    """Kill it, and what it has started: Node, where it comes as a wheel, is a child of what was asked for. What it had
    said and nobody had read.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    more, _ = await asyncio.wait_for(process.communicate(), 10)
    return more


async def lines_of(process: asyncio.subprocess.Process, how_many: int) -> list[str]:
    """The next lines. One that waits to come back waits for a quarter of a minute at most."""
    assert process.stdout
    async with asyncio.timeout(45):
        return [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(how_many)]


async def one_listens(url: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(_SECONDS):
        while not re.search(r"^mentoring_subscriptions 1\.0$", (await client.get(f"{url}/metrics")).text, re.MULTILINE):
            await asyncio.sleep(0.05)


@dataclass
class Follower:
    """A kit that runs, and all that it said."""

    process: asyncio.subprocess.Process
    words: list[Word] = field(default_factory=list)

    async def until(self, kind: str, value: Any = ...) -> Word:
        """The next word of this kind, and of this value where one is given."""
        assert self.process.stdout
        async with asyncio.timeout(_SECONDS):
            while line := await self.process.stdout.readline():
                self.words.append(json.loads(line))
                if kind in self.words[-1] and value in (..., self.words[-1][kind]):
                    return self.words[-1]
        raise AssertionError(f"it ended after {self.words}")

    def said(self, kind: str) -> list[Any]:
        return [word[kind] for word in self.words if kind in word]

    async def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"stop\n")
        await self.process.stdin.drain()


@asynccontextmanager
async def following(command: Command, url: str, cursor: str, *tokens: str) -> AsyncIterator[Follower]:
    async with started([*command, url, cursor, *(tokens or ("a token",))]) as process:
        yield Follower(process)


def event(cursor: str) -> Word:
    return {"type": "next", "payload": {"data": {_EVENT: {"__typename": "RequestReceived", "cursor": cursor}}}}


def refusal(code: str, **extensions: str) -> Word:
    return {"type": "error", "payload": [{"message": "It is so.", "extensions": {"code": code, **extensions}}]}


CUT: Final = {"type": "cut"}


def close(code: int, reason: str = "It is so.") -> Word:
    return {"type": "close", "code": code, "reason": reason}


@dataclass
class Pretender:
    """A server that says to each connection what it was told to say, and keeps what it was asked for."""

    url: str
    afters: list[str | None] = field(default_factory=list)


@asynccontextmanager
async def pretending(*connections: Iterable[Word]) -> AsyncIterator[Pretender]:
    """After the last of these, connections are accepted and nothing is said."""
    scripts = iter(connections)

    async def talk(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await socket.recv()
            await socket.send(json.dumps({"type": "connection_ack"}))
            asked_for = json.loads(await socket.recv())
            pretender.afters.append(asked_for["payload"].get("variables", {}).get("after"))
            for word in next(scripts, ()):
                if word["type"] == "close":
                    await socket.close(word["code"], word["reason"])
                elif word["type"] == "cut":
                    # What is on its way would be lost with the connection.
                    await asyncio.sleep(0.3)
                    socket.transport.abort()
                else:
                    await socket.send(json.dumps({"id": asked_for["id"], **word}))
            async for frame in socket:
                if json.loads(frame)["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))

    async with serve(talk, "127.0.0.1", 0, subprotocols=[Subprotocol("graphql-transport-ws")]) as server:
        port = server.sockets[0].getsockname()[1]
        pretender = Pretender(f"ws://127.0.0.1:{port}/graphql")
        yield pretender


def passing_token(server: Server, person: Person, *, seconds: float) -> str:
    key = local_key(Settings(data=server.data).signing_key_file)
    return issue_token(Settings(data=server.data), key, person.subject, lifetime=timedelta(seconds=seconds))


async def latest_cursor(server: Server, person: Person) -> str:
    cursor: str = (await server.ask(person, "{ latestCursor }"))["latestCursor"]
    return cursor


class KitBehaviour:
    """The tests. A module of tests has a class of this kind, with `command`, which follows as said above, and
    `example`, which runs that of the README.
    """

    @pytest.fixture
    def command(self) -> Command:
        raise NotImplementedError

    @pytest.fixture
    def example(self) -> Command:
        raise NotImplementedError

    async def test_the_example_shows_the_alert_of_the_demo(self, example: Command, migrated_folder: Path) -> None:
        with demo(migrated_folder) as shown:
            url = f"http://127.0.0.1:{shown.port}"
            async with started(example, **environment(f"{url}/graphql", shown.token("mentor"))) as process:
                await one_listens(url)
                await shown.ask("mentee", shown.operation(3))
                (line,) = await lines_of(process, 1)
        assert line == f"{mentee_of(shown)} asks: Would you mentor me?"

    async def test_over_a_server_that_is_killed_the_example_tells_each_request_once_and_in_order(
        self, example: Command, database: str, tmp_path: Path
    ) -> None:
        house = await House.build()
        mentor, mentees = await house.mentor(), [await house.person() for _ in range(13)]
        port, due, told = free_port(), list[str](), list[str]()

        def at_work() -> AbstractAsyncContextManager[Server]:
            return running(tmp_path / "data", database_url=database, port=port)

        def next_mentee() -> tuple[Person, str]:
            mentee, message = mentees[len(due)], f"Would you, {len(due)}?"
            due.append(f"{mentee.name} asks: {message}")
            return mentee, message

        async def ask_here() -> None:
            mentee, message = next_mentee()
            assert (await ask_to_connect(server, mentee, mentor, message=message))["error"] is None

        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(at_work())
            settings = environment(server.graphql, server.token(mentor))
            process = await stack.enter_async_context(started(example, **settings))
            await one_listens(server.url)
            for _ in range(3):
                await ask_here()
                await ask_here()
                told += await lines_of(process, len(due) - len(told))
                # This one may be told before the server is gone, or after.
                await ask_here()
                server.process.send_signal(signal.SIGKILL)
                await asyncio.to_thread(server.process.wait, 10)
                mentee, message = next_mentee()
                await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, message=message)
                server = await stack.enter_async_context(at_work())
            told += await lines_of(process, len(due) - len(told))
            await ask_here()
            told += await lines_of(process, 1)
            await asyncio.sleep(0.5)
            more = await rest_of(process)
        assert told == due
        assert more == b""

    async def test_a_token_that_has_expired_is_replaced_and_nothing_is_missed(
        self, command: Command, server: Server
    ) -> None:
        house = await House.build()
        mentor, mentees = await house.mentor(), [await house.person() for _ in range(2)]
        beginning = await latest_cursor(server, mentor)
        passing, fresh = passing_token(server, mentor, seconds=5), server.token(mentor)
        async with following(command, server.graphql, beginning, passing, fresh) as follower:
            await asked(server, mentees[0], mentor)
            await follower.until("token", fresh)
            await asked(server, mentees[1], mentor)
            await follower.until("handled", await latest_cursor(server, mentor))
        assert follower.said("retry") == [4403]
        assert follower.said("token") == [passing, fresh]
        assert len(follower.said("handled")) == 2

    async def test_a_cursor_that_fits_no_more_starts_over_where_the_server_says(
        self, command: Command, server: Server
    ) -> None:
        house = await House.build()
        mentor, mentee = await house.mentor(), await house.person()
        foreign = await latest_cursor(server, mentee)
        beginning = await latest_cursor(server, mentor)
        await asked(server, mentee, mentor)
        async with following(command, server.graphql, foreign, server.token(mentor)) as follower:
            assert (await follower.until("reset"))["reset"] == beginning
            await follower.until("handled")
            await follower.until("saved")
        assert follower.said("retry") == ["CURSOR_RESET"]
        assert follower.said("saved") == [beginning, await latest_cursor(server, mentor)]

    async def test_without_a_cursor_it_begins_where_the_log_ends_and_misses_nothing_from_there(
        self, command: Command, server: Server
    ) -> None:
        house = await House.build()
        mentor, mentees = await house.mentor(), [await house.person() for _ in range(2)]
        await asked(server, mentees[0], mentor)
        end = await latest_cursor(server, mentor)
        async with following(command, server.graphql, "", server.token(mentor)) as follower:
            await follower.until("saved", end)
            await asked(server, mentees[1], mentor)
            await follower.until("handled", await latest_cursor(server, mentor))
        assert len(follower.said("handled")) == 1

    async def test_each_event_is_handled_to_its_end_and_saved_before_the_next_begins(self, command: Command) -> None:
        async with (
            pretending([event("1"), event("2"), event("3"), CUT]) as server,
            following(command, server.url, "0") as follower,
        ):
            await follower.until("saved", "3")
        told = [word for word in follower.words if "token" not in word]
        assert told == [{kind: cursor} for cursor in "123" for kind in ("begun", "handled", "saved")]

    async def test_it_comes_back_after_the_last_event_handled_and_ignores_one_that_it_has_handled(
        self, command: Command
    ) -> None:
        async with (
            pretending([event("1"), event("2"), event("2"), CUT], [event("1"), event("2"), event("3")]) as server,
            following(command, server.url, "0") as follower,
        ):
            await follower.until("saved", "3")
        assert server.afters == ["0", "2"]
        assert follower.said("handled") == ["1", "2", "3"]

    async def test_it_does_not_come_back_before_all_that_it_was_told_is_handled(self, command: Command) -> None:
        async with (
            pretending([event("1"), event("2"), close(1000)], [event("3")]) as server,
            following(command, server.url, "0") as follower,
        ):
            await follower.until("handled", "3")
        assert server.afters == ["0", "2"]
        assert follower.said("handled") == ["1", "2", "3"]

    async def test_after_a_reset_the_cursor_of_an_event_may_be_one_that_was_there_before(
        self, command: Command
    ) -> None:
        async with (
            pretending([event("1"), CUT], [refusal("CURSOR_RESET", cursor="0")], [event("1")]) as server,
            following(command, server.url, "0") as follower,
        ):
            await follower.until("reset", "0")
            await follower.until("handled", "1")
        assert server.afters == ["0", "1", "0"]

    async def test_it_never_gives_up_on_what_may_pass(self, command: Command) -> None:
        codes = [1000, 1001, 1011, 1012, 1013, 4403, 4408, 4499]
        errors = ["UNAVAILABLE", "INTERNAL", "RATE_LIMITED", "UNAUTHENTICATED"]
        endings = [
            *([close(code)] for code in codes),
            *([refusal(code)] for code in errors),
            [CUT],
            [{"type": "complete"}],
        ]
        async with (
            pretending(*endings, [event("1")]) as server,
            following(command, server.url, "0") as follower,
        ):
            await follower.until("handled", "1")
        assert follower.said("retry")[: len(codes + errors)] == codes + errors
        assert server.afters == ["0"] * (len(endings) + 1)
        assert len(follower.said("token")) == len(server.afters)

    @pytest.mark.parametrize(
        ("ending", "code", "advice"),
        [
            (close(4400), 4400, "Check that the URL is that of /graphql"),
            (close(4401), 4401, "Check that the URL is that of /graphql"),
            (close(4406), 4406, "does not speak graphql-transport-ws"),
            (close(1008), 1008, "MENTORING_ALLOWED_ORIGINS"),
            (refusal("BAD_USER_INPUT"), "BAD_USER_INPUT", "Mend the operation"),
            (refusal("FORBIDDEN"), "FORBIDDEN", "Mend the operation"),
        ],
    )
    async def test_it_stops_at_what_would_be_refused_each_time_and_says_what_to_do(
        self, command: Command, ending: Word, code: int | str, advice: str
    ) -> None:
        async with pretending([event("1"), ending]) as server, following(command, server.url, "0") as follower:
            stopped = await follower.until("stopped", code)
            assert await asyncio.wait_for(follower.process.wait(), 5) == 0
        assert advice in stopped["message"]
        assert stopped["message"].startswith("It is so.")
        assert follower.said("saved") == ["1"]
        assert follower.said("retry") == []

    async def test_a_server_from_which_nothing_is_heard_counts_as_lost(self, command: Command, server: Server) -> None:
        house = await House.build()
        mentor, mentee = await house.mentor(), await house.person()
        beginning = await latest_cursor(server, mentor)
        async with following(command, server.graphql, beginning, server.token(mentor)) as follower:
            await one_listens(server.url)
            server.process.send_signal(signal.SIGSTOP)
            try:
                await follower.until("retry")
            finally:
                server.process.send_signal(signal.SIGCONT)
            await asked(server, mentee, mentor)
            await follower.until("handled")

    async def test_a_connection_on_which_nothing_happens_stays(self, command: Command, server: Server) -> None:
        house = await House.build()
        mentor, mentee = await house.mentor(), await house.person()
        beginning = await latest_cursor(server, mentor)
        async with following(command, server.graphql, beginning, server.token(mentor)) as follower:
            await one_listens(server.url)
            # More than twice the silence that the command bears.
            await asyncio.sleep(5)
            await asked(server, mentee, mentor)
            await follower.until("handled")
        assert follower.said("retry") == []

    async def test_stopped_it_ends_at_once(self, command: Command, server: Server) -> None:
        person = await (await House.build()).person()
        async with following(command, server.graphql, "", server.token(person)) as follower:
            await one_listens(server.url)
            await follower.stop()
            async with asyncio.timeout(10):
                await follower.until("ended")
                assert await follower.process.wait() == 0
        assert "Traceback" not in server.log.read_text()


def environment(url: str, token: str) -> dict[str, str]:
    return {"MENTORING_URL": url, "MENTORING_TOKEN": token}


def mentee_of(shown: Demo) -> str:
    (name,) = re.findall(r"^(.+) looks for a mentor:$", shown.text, re.MULTILINE)
    return str(name)
