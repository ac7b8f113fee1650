"""Subscriptions over HTTP: one answer after another, for as long as the connection stands.

Server-sent events follow GraphQL over SSE (npm `graphql-sse`), multipart the protocol of Apollo's clients for
subscriptions. What ends a socket ends these too: a token that expires, a person who may not be
here any more, a client that takes nothing, a server that stops. A stream that breaks off says nothing final, so that
the client comes back and resumes.

Strawberry 0.341 ends the lines of events with CRLF, which clients that look for two LF never read
(`tests/acceptance/test_transports.py`: `test_the_bytes_of_an_event_are_those_of_the_protocol`), and chooses events for
any `Accept` that mentions them (`tests/unit/test_negotiation.py`).
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Final, Generic, Protocol, TypeVar

import orjson
import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import Receive, Scope, Send

from api.domain.errors import Fault, FaultCode
from api.transport.connection import SECONDS_TO_TAKE, Connection, connection_of
from api.transport.errors import STOPPING, internal_fault, told
from api.transport.increments import ByPath
from api.transport.negotiation import BOUNDARY, Medium
from api.transport.operations import Answer, Interrupted
from api.transport.shared_stream import Told

log = structlog.get_logger(__name__)

Said = TypeVar("Said", contravariant=True)
Streamed = TypeVar("Streamed")
_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no", "vary": "Accept"}


class Framing(Protocol[Said]):
    """How what a stream says is wrapped."""

    @property
    def opening(self) -> bytes: ...

    @property
    def heartbeat(self) -> bytes: ...

    @property
    def completed(self) -> bytes: ...

    def answer(self, answer: Said) -> bytes: ...

    def broken_off(self, fault: Fault) -> bytes: ...


class _Events:
    """Server-sent events. Lines end with LF alone, since some clients look for two of them."""

    opening = heartbeat = b":\n\n"
    completed = b"event: complete\ndata:\n\n"

    def broken_off(self, fault: Fault) -> bytes:  # noqa: ARG002 - a stream without its end is what clients act upon
        return b""


class EventFraming(_Events):
    """The answers to one operation. The cursor is the event's id, so that a client which comes back with
    `Last-Event-ID` misses nothing.
    """

    def answer(self, answer: Answer) -> bytes:
        identity = f"id: {answer.cursor}\n".encode() if answer.cursor else b""
        return b"event: next\n" + identity + b"data: " + orjson.dumps(answer.payload) + b"\n\n"


class SharedFraming(_Events):
    """The answers to several operations, each under the name of its own."""

    def answer(self, told: Told) -> bytes:
        if told.answer is None:
            return b"event: complete\ndata: " + orjson.dumps({"id": told.operation}) + b"\n\n"
        content = {"id": told.operation, "payload": told.answer.payload}
        return b"event: next\ndata: " + orjson.dumps(content) + b"\n\n"


class PartFraming:
    """Multipart as Apollo's clients read it. A part counts once the boundary after it is there, so that follows at
    once. What breaks a stream off is told, for these clients do not come back by themselves.
    """

    _boundary = b"\r\n--" + BOUNDARY.encode()
    opening = _boundary
    completed = b"--\r\n"

    def _part(self, content: Any) -> bytes:
        return b"\r\nContent-Type: application/json\r\n\r\n" + orjson.dumps(content) + self._boundary

    @property
    def heartbeat(self) -> bytes:
        return self._part({})

    def answer(self, answer: Answer) -> bytes:
        return self._part({"payload": answer.payload})

    def broken_off(self, fault: Fault) -> bytes:
        return self._part({"payload": None, "errors": [told(fault)]}) + self.completed


class IncrementFraming:
    """Multipart whose parts make up one answer. One that breaks off has no end, which clients take for an error."""

    _boundary = b"\r\n--" + BOUNDARY.encode()
    opening = _boundary
    heartbeat = b""
    completed = b"--\r\n"

    def answer(self, answer: Answer) -> bytes:
        content = self._form(answer.payload)
        return b"\r\nContent-Type: application/json\r\n\r\n" + orjson.dumps(content) + self._boundary

    def _form(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {"hasNext": False, **payload}

    def broken_off(self, fault: Fault) -> bytes:  # noqa: ARG002 - as above
        return b""


class PathFraming(IncrementFraming):
    """The same in the form of August 2022."""

    def __init__(self) -> None:
        self._by_path = ByPath()

    def _form(self, payload: dict[str, Any]) -> dict[str, Any]:
        return self._by_path.part(payload)


_FRAMINGS: Final[dict[Medium, Callable[[], Framing[Answer]]]] = {
    Medium.EVENTS: EventFraming,
    Medium.PARTS: PartFraming,
    Medium.INCREMENTS: IncrementFraming,
    Medium.INCREMENTS_BY_PATH: PathFraming,
}


def framing_of(medium: Medium) -> Framing[Answer]:
    return _FRAMINGS[medium]()


class StreamedAnswers(Generic[Streamed]):
    """An ASGI response. What ``unwelcome`` gives ends once the person may not be here any more, and says why.
    ``leave`` is called at its end, in any case.
    """

    def __init__(
        self,
        answers: AsyncGenerator[Streamed, None],
        medium: Medium,
        framing: Framing[Streamed],
        *,
        unwelcome: Callable[[], Awaitable[str]],
        heartbeat_seconds: float,
        leave: Callable[[], None],
    ) -> None:
        self._answers = answers
        self.medium = medium
        self.headers = MutableHeaders({"content-type": medium.content_type, **_HEADERS})
        self._framing = framing
        self._unwelcome = unwelcome
        self._heartbeat_seconds = heartbeat_seconds
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until either side ends it. Whoever takes nothing of what is sent is dropped."""
        try:
            await self._serve(scope, receive, send)
        finally:
            self._leave()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = connection_of(scope)
        await send({"type": "http.response.start", "status": 200, "headers": self.headers.raw})
        ways_to_end = (
            self._answered(send),
            self._silent(send),
            self._unwelcome_any_more(),
            self._ending(connection),
            _gone(receive),
        )
        tasks = [asyncio.create_task(each) for each in ways_to_end]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        try:
            if stuck := next((each for each in ends if isinstance(each, _TakesNothing)), None):
                raise stuck
            await _send(send, next((each for each in ends if isinstance(each, bytes)), b""), more=False)
        except _TakesNothing:
            log.info("stream_cut", why="takes nothing")
            connection.abort()

    async def _answered(self, send: Send) -> bytes:
        await _send(send, self._framing.opening)
        try:
            async with contextlib.aclosing(self._answers):
                async for answer in self._answers:
                    await _send(send, self._framing.answer(answer))
        except Interrupted as interrupted:
            return self._framing.broken_off(Fault(FaultCode.UNAVAILABLE, str(interrupted)))
        except _TakesNothing:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, clients come back and find us mended
            return self._framing.broken_off(internal_fault(error))
        return self._framing.completed

    async def _silent(self, send: Send) -> None:
        """Shows that the connection is alive, and finds out where nobody takes anything."""
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            await _send(send, self._framing.heartbeat)

    async def _unwelcome_any_more(self) -> bytes:
        return self._framing.broken_off(Fault(FaultCode.UNAUTHENTICATED, await self._unwelcome()))

    async def _ending(self, connection: Connection) -> bytes:
        await connection.ending.wait()
        return self._framing.broken_off(Fault(FaultCode.UNAVAILABLE, STOPPING))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _TakesNothing(Exception):  # noqa: N818 - how a stream ends
    pass


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    """Returns once there is room for more: what waits to be sent is bounded by the transport's own buffer."""
    try:
        async with asyncio.timeout(SECONDS_TO_TAKE):
            await send({"type": "http.response.body", "body": body, "more_body": more})
    except TimeoutError as error:
        raise _TakesNothing from error
