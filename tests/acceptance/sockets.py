"""A socket of graphql-transport-ws, frame by frame: no client of the protocol stands between a test and the server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.models import Person
from tests.acceptance.servers import Server

PROTOCOL = Subprotocol("graphql-transport-ws")
VIEWER = "{ viewer { name } }"
ADA = {"viewer": {"name": "Ada"}}
# Looks into one table alone, which is not that of `VIEWER`.
ORGANISATION = "{ organisation { __typename } }"
LIVE = "subscription ($after: String) { notificationReceived(after: $after) { __typename } }"


@asynccontextmanager
async def socket(server: Server, *, after: str = "", **options: Any) -> AsyncIterator[ClientConnection]:
    options.setdefault("subprotocols", [PROTOCOL])
    async with connect(server.graphql.replace("http", "ws", 1) + after, **options) as client:
        yield client


@asynccontextmanager
async def signed_in_socket(server: Server, person: Person) -> AsyncIterator[ClientConnection]:
    async with socket(server) as client:
        await signed_in(client, server, person)
        yield client


async def send(client: ClientConnection, message: object) -> None:
    await client.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def subscribe(client: ClientConnection, number: str, query: str, **payload: Any) -> None:
    await send(client, {"id": number, "type": "subscribe", "payload": {"query": query, **payload}})


async def receive(client: ClientConnection, seconds: float = 10) -> Any:
    return json.loads(await asyncio.wait_for(client.recv(), seconds))


async def all_within(client: ClientConnection, seconds: float) -> list[Any]:
    """What comes in so many seconds."""
    found = []
    try:
        async with asyncio.timeout(seconds):
            while True:
                found.append(json.loads(await client.recv()))
    except TimeoutError:
        return found


async def closed_with(client: ClientConnection) -> tuple[int, str]:
    """The code and the reason of the end, whatever comes before."""
    _, code, reason = await until_closed(client)
    return code, reason


async def until_closed(client: ClientConnection) -> tuple[list[Any], int, str]:
    """What comes before the end, and the end's code and reason."""
    found = []
    try:
        while True:
            found.append(await receive(client))
    except ConnectionClosed:
        return found, client.close_code or 0, client.close_reason or ""


async def signed_in(client: ClientConnection, server: Server, person: Person) -> None:
    await send(client, greeting(server, person))
    assert await receive(client) == {"type": "connection_ack"}


def greeting(server: Server, person: Person) -> dict[str, Any]:
    return {"type": "connection_init", "payload": {"authorization": f"Bearer {server.token(person)}"}}


@asynccontextmanager
async def locked(server: Server, table: str) -> AsyncIterator[None]:
    """Whoever looks into the table has to wait until the block is left."""
    connection = await asyncpg.connect(server.database_url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()
