"""The service as users run it: a process of its own, on a real port."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.models import Person
from api.settings import Settings
from tests.acceptance.processes import Process
from tests.allowances import OUT_OF_REACH
from tests.ports import free_port

COMMAND = Path(sys.executable).with_name("mentoring-api")
# What a query by GET needs besides.
ASKED_FIRST = {"Apollo-Require-Preflight": "true"}
_SECONDS_TO_START = 30
_numbers = count(1)


@dataclass
class Server:
    """A running process and how to reach it."""

    port: int
    data: Path
    database_url: str
    process: Process
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def graphql(self) -> str:
        return f"{self.url}/graphql"

    def token(self, person: Person) -> str:
        settings = Settings(data=self.data)
        return issue_token(settings, local_key(settings.signing_key_file), person.subject)

    async def ask(self, person: Person, operation: str, **variables: Any) -> dict[str, Any]:
        """The data of a response without errors, through a real client."""
        transport = HTTPXAsyncTransport(url=self.graphql, headers={"Authorization": f"Bearer {self.token(person)}"})
        async with Client(transport=transport) as session:
            document = gql(operation)
            document.variable_values = variables
            data: dict[str, Any] = await session.execute(document)
            return data

    async def ask_raw(
        self, token: str | None, operation: str, variables: dict[str, Any] | None = None
    ) -> httpx.Response:
        """The response as it comes."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient() as client:
            return await client.post(self.graphql, json={"query": operation, "variables": variables}, headers=headers)

    @asynccontextmanager
    async def listening(
        self, person: Person, operation: str, **variables: Any
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Events of a subscription, over a socket of its own that is open once the block begins."""
        transport = WebsocketsTransport(
            url=self.graphql.replace("http", "ws", 1),
            init_payload={"authorization": f"Bearer {self.token(person)}"},
        )
        async with Client(transport=transport) as session:
            document = gql(operation)
            document.variable_values = variables
            events = session.subscribe(document)
            try:
                yield aiter(events)
            finally:
                await events.aclose()


@asynccontextmanager
async def running(
    data: Path, *options: str, database_url: str, port: int | str | None = None, **environment: str
) -> AsyncIterator[Server]:
    """A server on a database that is there already."""
    port = int(port or free_port())
    data.mkdir(parents=True, exist_ok=True)
    log = data / f"server-{port}-{next(_numbers)}.log"
    settings = {"PORT": str(port), "MENTORING_DATA": str(data), "DATABASE_URL": database_url}
    settings |= OUT_OF_REACH | environment
    process = Process("serve", *options, environment={**os.environ, **settings}, log=log)
    server = Server(port=port, data=data, database_url=database_url, process=process, log=log)
    try:
        await _until_ready(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, 10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


async def _until_ready(server: Server) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    async with httpx.AsyncClient() as client:
        while time.monotonic() < deadline:
            if server.process.poll() is not None:
                break
            try:
                # On a shared port another server may answer, so that the log has to say it too.
                ready = (await client.get(f"{server.url}/health/ready")).status_code == 200
                if ready and re.search("Uvicorn running|listening", server.log.read_text()):
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{server.log.read_text()}")


async def next_of(events: AsyncIterator[dict[str, Any]], seconds: float = 10) -> dict[str, Any]:
    """The next event. Waiting that long for one that is due means that it is lost."""
    return await asyncio.wait_for(anext(events), seconds)


__all__ = ["Server", "TransportQueryError", "free_port", "next_of", "running"]
