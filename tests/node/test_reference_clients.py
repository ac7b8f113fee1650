"""The reference clients of graphql-transport-ws and of GraphQL over SSE, run by Node, while the server is restarted
under them.
"""

import asyncio
import signal
import subprocess
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import pytest

from api.actions.connect import connect
from api.actions.withdraw import withdraw
from api.models import Event, Person
from api.schema.node import global_id
from tests.acceptance.servers import Server, running
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.wakers import Recorder

HERE = Path(__file__).parent
RESTARTS = 20


async def go_on(mentee: Person, mentor: Person, done: asyncio.Event) -> None:
    """Entries for the mentor's log, all the time."""
    while not done.is_set():
        request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
        await asyncio.sleep(0.03)
        await withdraw(Recorder(), viewer=viewer_of(mentee), request_id=request.id)
        await asyncio.sleep(0.03)


async def grown(seen: Path, client: subprocess.Popen[bytes], errors: Path, *, to: int | None = None) -> None:
    """Wait until the client has printed more entries than now, or as many as said."""
    wanted = to or len(seen.read_text().split()) + 1
    async with asyncio.timeout(30):
        while len(seen.read_text().split()) < wanted:
            assert client.poll() is None, errors.read_text()
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("client_of", ["follow-ws.mjs", "follow-sse.mjs"])
async def test_a_client_with_its_default_retries_loses_nothing_over_twenty_restarts(
    database: str, tmp_path: Path, client_of: str
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    port, data = free_port(), tmp_path / "data"

    def started() -> AbstractAsyncContextManager[Server]:
        return running(data, database_url=database, port=port, MENTORING_REUSE_PORT="true")

    seen, errors, done = tmp_path / "seen", tmp_path / "errors", asyncio.Event()
    async with AsyncExitStack() as stack:
        present = await stack.enter_async_context(started())
        cursor = (await present.ask(mentor, "{ latestCursor }"))["latestCursor"]
        command = ["node", str(HERE / client_of), present.graphql, present.token(mentor), cursor]
        with seen.open("wb") as out, errors.open("wb") as wrong:
            client = subprocess.Popen(command, stdout=out, stderr=wrong)
        stack.callback(client.wait)
        stack.callback(client.kill)
        writer = asyncio.create_task(go_on(mentee, mentor, done))
        for number in range(RESTARTS):
            following = await stack.enter_async_context(started())
            present.process.send_signal(signal.SIGKILL if number % 3 == 2 else signal.SIGTERM)
            await asyncio.to_thread(present.process.wait, 15)
            present = following
            # A client that is just connecting to what is killed is told of a reset by the system, after which this one
            # gives up by default: each stop is of a server that is followed.
            await grown(seen, client, errors)
        done.set()
        await writer
        written = [event async for event in Event.filter(person_id=mentor.id).order_by("seq")]
        assert len(written) > RESTARTS * 10
        await grown(seen, client, errors, to=len(written))
        await asyncio.sleep(1)
    names = {"REQUEST_RECEIVED": "RequestReceived", "REQUEST_WITHDRAWN": "RequestWithdrawn"}
    assert seen.read_text().split() == [global_id(names[each.kind], each.id) for each in written]
