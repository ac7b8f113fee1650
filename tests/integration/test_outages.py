"""Outages of the database as asyncpg tells of them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit, urlunsplit

import asyncpg
import pytest
from structlog.testing import capture_logs

from api.domain.errors import Fault, FaultCode, RefusalCode, Refused
from api.notifications.outages import is_outage
from api.transport.errors import unheard

# What PostgreSQL says to a connection that it is about to end.
ADMIN_SHUTDOWN = b"SFATAL\x00VFATAL\x00C57P01\x00Mterminating connection due to administrator command\x00\x00"


@asynccontextmanager
async def in_between(url: str) -> AsyncIterator[tuple[str, list[asyncio.StreamWriter]]]:
    """Another URL of the same database, and the ways back to those who connect to it."""
    parts = urlsplit(url)
    there = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
    clients: list[asyncio.StreamWriter] = []
    ways: list[asyncio.Task[None]] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_unix_connection(str(there))
        clients.append(writer)
        ways.extend(asyncio.create_task(pass_on(*way)) for way in ((reader, questions), (answers, writer)))
        await asyncio.wait(ways)
        for each in (writer, questions):
            each.close()

    with TemporaryDirectory() as folder:
        server = await asyncio.start_unix_server(serve, f"{folder}/.s.PGSQL.5432")
        try:
            yield urlunsplit(parts._replace(query=f"host={folder}")), clients
        finally:
            server.close()
            for way in ways:
                way.cancel()


async def test_a_connection_that_was_told_of_its_end_and_has_not_ended_is_an_outage(fresh_database: str) -> None:
    """A cut reaches an idle connection in two steps, a word and the end; who asks in between is told of neither."""
    async with in_between(fresh_database) as (url, clients):
        connection = await asyncpg.connect(url)
        clients[0].write(b"E" + (len(ADMIN_SHUTDOWN) + 4).to_bytes(4, "big") + ADMIN_SHUTDOWN)
        await asyncio.sleep(0.2)
        with pytest.raises(asyncpg.InternalClientError) as caught:
            await connection.fetch("SELECT 1")
        connection.terminate()
    assert is_outage(caught.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionRefusedError(111, "refused"), ["database_away"]),
        (ValueError("a fault"), ["by default"]),
        (Refused(RefusalCode.ALREADY_DECIDED, "Somebody was faster."), []),
        (Fault(FaultCode.UNAVAILABLE, "Later."), []),
    ],
    ids=["an outage", "a fault", "a refusal", "an answer"],
)
async def test_what_nobody_waits_for_any_more_is_told_for_what_it_is(error: Exception, told: list[str]) -> None:
    loop = asyncio.new_event_loop()
    heard = []
    loop.default_exception_handler = lambda context: heard.append("by default")  # type: ignore[method-assign]
    with capture_logs() as logs:
        unheard(loop, {"message": "Task exception was never retrieved", "exception": error})
    loop.close()
    assert [each["event"] for each in logs] + heard == told
