"""The blocks of the page for front-end teams, run as they stand."""

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api.actions.connect import connect
from tests.acceptance.servers import Server, running
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.snippets import snippets
from tests.wakers import Recorder

HERE = Path(__file__).parent
BLOCKS = {each.file: each.text for each in snippets("docs/front-end.md") if each.language == "js" and each.file}
# The network layer is what the page shows of Relay; it is asked here as Relay asks it.
ASK = """
const { network } = await import("./NETWORK");
const run = (operationKind, name, text, variables) =>
  network.execute({ operationKind, name, text, params: {}, id: null, metadata: {} }, variables, {});
const start = await run("query", "Start", "query Start { latestCursor viewer { name } }", {}).toPromise();
console.log(`Listening as ${start.data.viewer.name}`);
const live = "subscription Live($after: String) { notificationReceived(after: $after) { __typename } }";
run("subscription", "Live", live, { after: start.data.latestCursor }).subscribe({
  next: ({ data }) => console.log(data.notificationReceived.__typename),
});
"""


@asynccontextmanager
async def started(name: str, server: Server, token: str) -> AsyncIterator[asyncio.StreamReader]:
    """What a block prints. It lies where its imports are found."""
    block, asking = HERE / f"page-{name}", HERE / f"ask-{name}"
    block.write_text(BLOCKS[name])
    asking.write_text(ASK.replace("NETWORK", block.name))
    program = asking if "network" in name else block
    settings = {"MENTORING_URL": server.graphql, "MENTORING_TOKEN": token}
    process = await asyncio.create_subprocess_exec(
        "node", str(program), stdout=PIPE, env={**os.environ, **settings}, start_new_session=True
    )
    try:
        assert process.stdout
        yield process.stdout
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        block.unlink()
        asking.unlink()


async def line_of(output: asyncio.StreamReader) -> str:
    async with asyncio.timeout(20):
        return (await output.readline()).decode().strip()


@pytest.mark.parametrize("name", BLOCKS)
async def test_a_block_hears_what_happens_and_what_it_missed(database: str, tmp_path: Path, name: str) -> None:
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 5})
    mentees = [await house.person(required={"PROG": 5}) for _ in range(2)]
    port, data = free_port(), tmp_path / "data"
    async with (
        running(data, database_url=database, port=port) as server,
        started(name, server, server.token(mentor)) as output,
    ):
        assert await line_of(output) == f"Listening as {mentor.name}"
        await connect(Recorder(), viewer=viewer_of(mentees[0]), mentor_id=mentor.id)
        assert await line_of(output) == "RequestReceived"
        server.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(server.process.wait, 10)
        await connect(Recorder(), viewer=viewer_of(mentees[1]), mentor_id=mentor.id)
        async with running(data, database_url=database, port=port):
            # The network layer comes back by itself, and asks once more what it was asked.
            for _ in range(2 if "network" in name else 1):
                assert await line_of(output) == "RequestReceived"


def test_every_block_of_code_is_run() -> None:
    assert {"urql.mjs", "apollo.mjs", "relay-network.mjs"} == set(BLOCKS), json.dumps(list(BLOCKS))
