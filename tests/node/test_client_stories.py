"""The clients that front-end teams use, unchanged, each through the same story: see story.mjs."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from api.actions.connect import connect
from api.actions.withdraw import withdraw
from api.models import Event, MentorRequest
from api.schema.node import global_id
from tests.acceptance.servers import running
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.wakers import Recorder

HERE = Path(__file__).parent
CLIENTS = [
    "graphql-sse",
    "apollo-socket",
    "apollo-multipart",
    "urql-socket",
    "urql-sse",
    "url-loader-socket",
]


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_asks_is_told_what_is_wrong_hears_live_and_loses_nothing_when_the_server_dies(
    database: str, tmp_path: Path, client: str
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(held={"PROG": 5}), await house.person("Mia", required={"PROG": 5})
    port, data = free_port(), tmp_path / "data"
    errors = tmp_path / "errors"
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(data, database_url=database, port=port))
        people = server.token(mentee), server.token(mentor), global_id("Mentor", mentor.id)
        with errors.open("wb") as wrong:
            process = await asyncio.create_subprocess_exec(
                "node", str(HERE / "story.mjs"), client, server.graphql, *people, stdout=-1, stderr=wrong
            )
        assert process.stdout
        seen: list[str] = []

        async def read_until(how_many: int, last: str | None = None) -> None:
            async with asyncio.timeout(30):
                while len(seen) < how_many or (last and last not in seen):
                    line = (await process.stdout.readline()).decode().strip()  # type: ignore[union-attr]
                    assert line, errors.read_text()
                    seen.append(line)

        try:
            await read_until(2, "ready")
            server.process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(server.process.wait, 10)
            request = await MentorRequest.get(mentor_id=mentor.id)
            await withdraw(Recorder(), viewer=viewer_of(mentee), request_id=request.id)
            await stack.enter_async_context(running(data, database_url=database, port=port))
            await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
            await read_until(4)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
    written = [event async for event in Event.filter(person_id=mentor.id).order_by("seq")]
    names = {"REQUEST_RECEIVED": "RequestReceived", "REQUEST_WITHDRAWN": "RequestWithdrawn"}
    assert [each for each in seen if each != "ready"] == [global_id(names[each.kind], each.id) for each in written]
