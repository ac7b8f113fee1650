"""Hints that somebody's log has grown, between the processes of a deployment.

The broker carries a hint, never data: with it gone, subscriptions find new entries at their next poll.

Faults of broadcaster 0.3.1 that this module works around, each with its test in `tests/integration/test_wakeups.py`:

- Two first subscribers of a channel at once overwrite each other: each process subscribes once, to one channel.
- The PostgreSQL backend has one connection for everything, so that concurrent publishes fail, and its payloads end
  at 7,999 bytes: one task publishes, one message after another, each well below that.
- Its queues have no bound: what this process hands on is one flag a subscription, set or not.
- Leaving a broker that is gone may wait for ever: we wait a little, then leave without a word.
- With redis-py 8.1 messages are lost: `pyproject.toml` holds it below 8.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Final

import structlog
from broadcaster import Broadcast
from broadcaster._base import Subscriber

log = structlog.get_logger(__name__)

_CHANNEL: Final = "mentoring_wakeups"
# Keys have at most 19 digits, so a message stays below 6,100 bytes.
_KEYS_A_MESSAGE: Final = 300
_FIRST_RETRY_SECONDS: Final = 0.1
_LAST_RETRY_SECONDS: Final = 5.0
_LEAVING_SECONDS: Final = 1.0


class Wakeups:
    """Wakes the subscriptions of a person wherever they are held. Make one a process and keep ``running`` open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._listeners: dict[int, set[asyncio.Event]] = {}
        self._unpublished: set[int] = set()
        self._something_to_publish = asyncio.Event()
        self._connected = asyncio.Event()

    def wake(self, person_ids: Iterable[int]) -> None:
        """Say that these people's logs have grown. Returns at once and never fails: delivery does not hang on it."""
        self._unpublished.update(person_ids)
        if self._unpublished:
            self._something_to_publish.set()

    async def connected(self) -> None:
        """Wait until the broker is there and this process hears it."""
        await self._connected.wait()

    @property
    def listeners(self) -> int:
        """How many subscriptions this process holds."""
        return sum(map(len, self._listeners.values()))

    @contextlib.contextmanager
    def listening(self, person_id: int) -> Iterator[asyncio.Event]:
        """A flag that is set whenever this person's log may have grown; whoever waits clears it first, then reads."""
        flag = asyncio.Event()
        self._listeners.setdefault(person_id, set()).add(flag)
        try:
            yield flag
        finally:
            flags = self._listeners[person_id]
            flags.discard(flag)
            if not flags:
                del self._listeners[person_id]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and publish for as long as the block lasts; reconnects to a broker that went away."""
        task = asyncio.create_task(self._keep_connected(), name="wake-ups")
        try:
            yield
        finally:
            await _abandon(task)

    async def _keep_connected(self) -> None:
        delay = _FIRST_RETRY_SECONDS
        while True:
            session = asyncio.create_task(self._session(), name="wake-ups session")
            try:
                await asyncio.wait({session})
                error = session.exception()
            finally:
                await _abandon(session)
            if self._connected.is_set():
                delay = _FIRST_RETRY_SECONDS
            self._connected.clear()
            log.warning("broker_lost", error=repr(error), retry_in_seconds=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LAST_RETRY_SECONDS)

    async def _session(self) -> None:
        """One connection to the broker, from its beginning to the error that ends it."""
        async with Broadcast(self._url) as broadcast, broadcast.subscribe(_CHANNEL) as messages:
            self._connected.set()
            self._wake_everybody()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._publish(broadcast))
                group.create_task(self._hear(messages))

    async def _publish(self, broadcast: Broadcast) -> None:
        while True:
            while self._unpublished:
                keys = [self._unpublished.pop() for _ in range(min(_KEYS_A_MESSAGE, len(self._unpublished)))]
                try:
                    await broadcast.publish(_CHANNEL, " ".join(map(str, keys)))
                except BaseException:
                    self._unpublished.update(keys)
                    raise
            await self._something_to_publish.wait()
            self._something_to_publish.clear()

    async def _hear(self, messages: Subscriber) -> None:
        while True:
            message = await messages.get()
            self._wake_here(int(key) for key in message.message.split())

    def _wake_here(self, person_ids: Iterable[int]) -> None:
        for person_id in person_ids:
            for flag in self._listeners.get(person_id, ()):
                flag.set()

    def _wake_everybody(self) -> None:
        self._wake_here(tuple(self._listeners))


async def _abandon(task: asyncio.Task[None]) -> None:
    """End a task that may not be able to end by itself."""
    task.cancel()
    await asyncio.wait({task}, timeout=_LEAVING_SECONDS)
