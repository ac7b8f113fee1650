"""A stream of events that several operations share, where its connection is held.

What is to run on it stands in rows which any process may write (`actions/event_streams.py`), so that it does not matter
where a client's questions come in.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import orjson
import structlog

from api.actions.event_streams import QueuedOperation, close_stream, end_operation, keep_stream, operations_of
from api.domain.errors import Fault
from api.domain.viewer import Viewer
from api.models import EventStream
from api.notifications.outages import is_outage
from api.notifications.wakeups import Wakeups
from api.transport.errors import internal_fault, told
from api.transport.negotiation import Medium
from api.transport.operations import Answer, Interrupted, Operations
from api.transport.parameters import read_operation

log = structlog.get_logger(__name__)

_SECONDS_UNTIL_TRIED_AGAIN: Final = 0.5
_SECONDS_BETWEEN_SIGNS: Final = 15.0
# What waits for the connection to take it.
_MOST_WAITING: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer to one of the operations, or its end where there is none."""

    operation: str
    answer: Answer | None = None


class SharedStream:
    """Runs the operations of a stream for as long as ``told`` is iterated."""

    def __init__(
        self, stream: EventStream, viewer: Viewer, *, operations: Operations, wakeups: Wakeups, poll_seconds: float
    ) -> None:
        self._stream = stream
        self._viewer = viewer
        self._operations = operations
        self._wakeups = wakeups
        self._poll_seconds = poll_seconds
        self._said: asyncio.Queue[Told | Exception] = asyncio.Queue(_MOST_WAITING)
        self._running: dict[int, asyncio.Task[None]] = {}
        # An operation that ends between a look at the rows and what is made of them would run twice.
        self._looking = asyncio.Lock()

    async def told(self) -> AsyncGenerator[Told, None]:
        """What all its operations answer, each in its own order. Raises ``Interrupted``."""
        keepers = [asyncio.create_task(self._until_broken(each)) for each in (self._follow, self._keep)]
        try:
            while True:
                said = await self._said.get()
                if isinstance(said, Exception):
                    raise said
                yield said
        finally:
            tasks = [*keepers, *self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._close()

    async def _close(self) -> None:
        try:
            await close_stream(self._stream)
        except Exception as error:
            if not is_outage(error):
                raise
            # It is forgotten within a minute.
            log.warning("stream_not_closed", error=repr(error))

    async def _until_broken(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the stream ends with it
            await self._said.put(error)

    async def _follow(self) -> None:
        """Start what is asked for, stop what is taken back."""
        with self._wakeups.listening(self._viewer.person_id) as woken:
            while True:
                woken.clear()
                try:
                    await self._look()
                except Exception as error:
                    if not is_outage(error):
                        raise
                    log.warning("operations_not_read", error=repr(error))
                    await asyncio.sleep(_SECONDS_UNTIL_TRIED_AGAIN)
                    continue
                await self._wakeups.patience(woken, self._poll_seconds)

    async def _look(self) -> None:
        async with self._looking:
            present = await operations_of(self._stream, known=self._running)
            for operation in present:
                if operation.id not in self._running:
                    task = asyncio.create_task(self._run(operation), name=f"operation {operation.name}")
                    self._running[operation.id] = task
            for key in self._running.keys() - {operation.id for operation in present}:
                self._running.pop(key).cancel()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_SIGNS)
            try:
                kept = await keep_stream(self._stream)
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("stream_not_kept", error=repr(error))
                continue
            if not kept:
                raise Interrupted("This stream was given up. Reserve another one.")

    async def _run(self, operation: QueuedOperation) -> None:
        structlog.contextvars.bind_contextvars(operation_id=operation.name)
        try:
            await self._answer(operation)
            async with self._looking:
                await end_operation(operation)
                self._running.pop(operation.id, None)
            await self._said.put(Told(operation=operation.name))
        except Exception as error:  # noqa: BLE001 - told where the stream is
            await self._said.put(error)

    async def _answer(self, operation: QueuedOperation) -> None:
        asked = read_operation(orjson.loads(operation.parameters or ""))
        try:
            run = self._operations.run(asked, self._viewer, increments=Medium.EVENTS.increments)
            async with contextlib.aclosing(run) as answers:
                async for answer in answers:
                    await self._said.put(Told(operation=operation.name, answer=answer))
        except Interrupted:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an id to quote
            fault = error if isinstance(error, Fault) else internal_fault(error)
            refused = Answer(payload={"errors": [told(fault)]}, refused=True)
            await self._said.put(Told(operation=operation.name, answer=refused))
