"""Raw frames over a socket, as no client would let one send them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.models import Person
from tests.acceptance.servers import Server

VIEWER = {"query": "{ viewer { name } }"}


@asynccontextmanager
async def socket(server: Server, **options: Any) -> AsyncIterator[ClientConnection]:
    options.setdefault("subprotocols", [Subprotocol("graphql-transport-ws")])
    async with connect(server.graphql.replace("http", "ws", 1), **options) as client:
        yield client


async def send(client: ClientConnection, message: object) -> None:
    await client.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def receive(client: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(client.recv(), 10))


async def closed_with(client: ClientConnection) -> tuple[int, str]:
    try:
        while True:
            await asyncio.wait_for(client.recv(), 10)
    except ConnectionClosed:
        return client.close_code or 0, client.close_reason or ""


async def signed_in(client: ClientConnection, server: Server, person: Person) -> None:
    await send(client, {"type": "connection_init", "payload": {"authorization": f"Bearer {server.token(person)}"}})
    assert await receive(client) == {"type": "connection_ack"}
