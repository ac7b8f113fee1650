"""HTTP as far as it is needed here. A pool of httpx compares every call that waits with every connection: with hundreds
of both, after an outage, it did nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import orjson

# What tells that a connection was lost, or never came about.
LOST: Final = (OSError, EOFError)


class NotHttpError(OSError):
    """What came back was none of HTTP: as good as nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """``length`` is that of the body in bytes."""

    status: int
    length: int
    reader: asyncio.StreamReader

    async def read(self) -> bytes:
        return await self.reader.readexactly(self.length)


@asynccontextmanager
async def posted(
    port: int, body: Mapping[str, object], headers: Mapping[str, str], *, seconds: float
) -> AsyncIterator[Response]:
    """Post this as JSON over a connection of its own, which ends with the block. ``seconds`` is how long the beginning
    of a response may take.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        content = orjson.dumps(body)
        lines = {"Host": "soak", "Content-Type": "application/json", "Content-Length": len(content), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + content)
        async with asyncio.timeout(seconds):
            response = _response(await reader.readuntil(b"\r\n\r\n"), reader)
        yield response
    finally:
        writer.transport.abort()


def _response(head: bytes, reader: asyncio.StreamReader) -> Response:
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.casefold(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    try:
        return Response(status=int(first.split(" ")[1]), length=int(fields["content-length"]), reader=reader)
    except (KeyError, IndexError, ValueError) as error:
        raise NotHttpError(first) from error
