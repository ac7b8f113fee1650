"""The clients that front-end teams use, unchanged, each through the same story: see story.mjs."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from api.actions.withdraw import withdraw
from api.models import Event, MentorRequest
from api.schema.node import global_id
from tests.acceptance.servers import running
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.wakers import Recorder

HERE = Path(__file__).parent
CLIENTS = [
    "graphql-ws",
    "graphql-sse",
    "graphql-sse-single",
    "apollo-socket",
    "apollo-multipart",
    "apollo-apq",
    "urql-socket",
    "urql-sse",
    "relay",
    "url-loader-socket",
    "url-loader-sse",
]
CONNECT = "mutation ($mentor: ID!) { connect(input: {mentorId: $mentor}) { errors { code } } }"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_asks_is_told_what_is_wrong_hears_live_and_loses_nothing_when_the_server_dies(
    database: str, tmp_path: Path, client: str
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(held={"PROG": 5}), await house.person("Mia", required={"PROG": 5})
    mentor_id = global_id("Mentor", mentor.id)
    port, data, errors = free_port(), tmp_path / "data", tmp_path / "errors"
    async with asyncio.timeout(60), AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(data, database_url=database, port=port))
        command = ["node", str(HERE / "story.mjs"), client, server.graphql, server.token(mentee), server.token(mentor)]
        with errors.open("wb") as wrong:
            # In a session of its own: the wheel's `node` is a script that starts the real one, and both are to end.
            process = await asyncio.create_subprocess_exec(
                *command, mentor_id, stdout=PIPE, stderr=wrong, start_new_session=True
            )
        assert process.stdout
        seen: list[str] = []

        async def read_until(how_many: int) -> None:
            async with asyncio.timeout(30):
                while len(seen) < how_many:
                    line = (await process.stdout.readline()).decode().strip()  # type: ignore[union-attr]
                    assert line, errors.read_text()
                    seen.append(line)

        try:
            await read_until(2)
            server.process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(server.process.wait, 10)
            request = await MentorRequest.get(mentor_id=mentor.id)
            await withdraw(Recorder(), viewer=viewer_of(mentee), request_id=request.id)
            server = await stack.enter_async_context(running(data, database_url=database, port=port))
            assert (await server.ask(mentee, CONNECT, mentor=mentor_id))["connect"]["errors"] == []
            await read_until(4)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    written = [event async for event in Event.filter(person_id=mentor.id).order_by("seq")]
    assert [event.kind for event in written] == ["REQUEST_RECEIVED", "REQUEST_WITHDRAWN", "REQUEST_RECEIVED"]
    first, *later = (
        global_id(name, event.id)
        for name, event in zip(("RequestReceived", "RequestWithdrawn", "RequestReceived"), written, strict=True)
    )
    assert seen == [first, "ready", *later]
