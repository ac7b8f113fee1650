"""Hints that somebody's log has grown, between the processes of a deployment.

The broker carries a hint, never data: with it gone, new entries are found by `watch.py`, within a second. Subscriptions
of the process that made the change need no broker at all.

Faults of broadcaster 0.3.1 that this module works around, each with its test in `tests/integration/test_wakeups.py`:

- Two first subscribers of a channel at once overwrite each other: each process subscribes once, to one channel
  (`test_many_processes_starting_at_once_all_hear`).
- The PostgreSQL backend has one connection for everything, so that concurrent publishes fail, and its payloads end
  at 7,999 bytes: one task publishes, one message after another, each well below that
  (`test_no_wake_up_is_lost_among_many_at_once`).
- Its queues have no bound: what this process hands on is one flag a subscription, set or not
  (`test_a_burst_is_served_by_one_read`).
- After a restart of the broker, or `pg_terminate_backend`, it hears nothing for ever and says nothing: each process
  listens for a beat of its own, and connects anew where it stays away
  (`test_a_broker_that_fell_silent_is_noticed_and_everybody_is_woken`).
- Connecting to, publishing to, or leaving a broker that is gone may wait for ever: we wait a little
  (`test_a_broker_that_was_stopped_holds_up_nobody`).
- With redis-py 8.1 messages are lost: `pyproject.toml` holds it below 8
  (`test_one_process_wakes_the_subscriptions_of_another`).
"""

import asyncio
import contextlib
import random
import uuid
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
_LAST_RETRY_SECONDS: Final = 3.0
_LEAVING_SECONDS: Final = 1.0
_CONNECTING_SECONDS: Final = 3.0
_PUBLISHING_SECONDS: Final = 2.0
_FIRST_BEATS_SECONDS: Final = 0.1
_BEAT_SECONDS: Final = 0.5
_SILENCE_SECONDS: Final = 2.0
POLL_SECONDS_WITHOUT_BROKER: Final = 1.0


class BrokerSilent(Exception):  # noqa: N818 - how a connection ends
    """The broker took what we sent, and we never heard it."""


class Flag(asyncio.Event):
    """Set whenever a log may have grown. ``head`` is the last number that whoever holds it has read, or was told of."""

    def __init__(self) -> None:
        super().__init__()
        self.head = -1


class Wakeups:
    """Wakes the subscriptions of a person wherever they are held. Make one a process and keep ``running`` open.

    ``reconnects`` counts how often the broker was lost.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = uuid.uuid4().hex[:12]
        self._listeners: dict[int, set[Flag]] = {}
        self._unpublished: set[int] = set()
        self._something_to_publish = asyncio.Event()
        self._connected = asyncio.Event()
        self._beat_due = False
        self._last_beat = 0.0
        self.reconnects = 0

    def wake(self, person_ids: Iterable[int]) -> None:
        """Say that these people's logs have grown. Returns at once and never fails: delivery does not hang on it."""
        keys = tuple(person_ids)
        self._wake_here(keys)
        self._unpublished.update(keys)
        if self._unpublished:
            self._something_to_publish.set()

    async def connected(self) -> None:
        """Wait until the broker is there and this process hears it."""
        await self._connected.wait()

    @property
    def is_connected(self) -> bool:
        return self._connected.is_set()

    @property
    def listeners(self) -> int:
        """How many subscriptions this process holds."""
        return sum(len(self._listeners[person_id]) for person_id in self.people)

    @property
    def people(self) -> list[int]:
        """Whose logs this process listens to. Keys of people are above 0; another is that of `api.search.hints`."""
        return [key for key in self._listeners if key > 0]

    def wake_behind(self, person_id: int, head: int) -> None:
        """Wake those here who know of less than this person's log holds."""
        for flag in self._listeners.get(person_id, ()):
            if flag.head < head:
                flag.head = head
                flag.set()

    def look_again(self, person_id: int) -> None:
        """Wake those here who listen to this person's log, though it has not grown."""
        self._wake_here((person_id,))

    @contextlib.contextmanager
    def listening(self, person_id: int) -> Iterator[Flag]:
        """A flag that is set whenever this person's log may have grown; whoever waits clears it first, then reads."""
        flag = Flag()
        self._listeners.setdefault(person_id, set()).add(flag)
        try:
            yield flag
        finally:
            flags = self._listeners[person_id]
            flags.discard(flag)
            if not flags:
                del self._listeners[person_id]

    async def patience(self, flag: asyncio.Event, poll_seconds: float) -> None:
        """Wait until a flag is set, or until it is time to look all the same: sooner while the broker is away. For what
        stands in no log, and so is not watched.
        """
        seconds = poll_seconds if self.is_connected else min(poll_seconds, POLL_SECONDS_WITHOUT_BROKER)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await flag.wait()

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
            self.reconnects += 1
            # From here on they poll every second; and what was missed while the broker was dying is found now.
            self._wake_everybody()
            log.warning("broker_lost", error=repr(error), retry_in_seconds=delay)
            # Jitter, so that processes that lost it together do not come back together.
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311
            delay = min(delay * 2, _LAST_RETRY_SECONDS)

    async def _session(self) -> None:
        """One connection to the broker, from its beginning to the error that ends it."""
        async with contextlib.AsyncExitStack() as stack:
            async with asyncio.timeout(_CONNECTING_SECONDS):
                broadcast = Broadcast(self._url)
                stack.callback(_end_tasks, broadcast)
                await stack.enter_async_context(broadcast)
                messages = await stack.enter_async_context(broadcast.subscribe(_CHANNEL))
            self._last_beat = asyncio.get_running_loop().time()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._publish(broadcast))
                group.create_task(self._hear(messages))
                group.create_task(self._beat())

    async def _beat(self) -> None:
        """Send a beat, and see that it comes back."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._last_beat < _SILENCE_SECONDS:
            self._beat_due = True
            self._something_to_publish.set()
            await asyncio.sleep(_BEAT_SECONDS if self._connected.is_set() else _FIRST_BEATS_SECONDS)
        raise BrokerSilent

    async def _publish(self, broadcast: Broadcast) -> None:
        while True:
            await self._something_to_publish.wait()
            self._something_to_publish.clear()
            while self._unpublished or self._beat_due:
                self._beat_due = False
                keys = [self._unpublished.pop() for _ in range(min(_KEYS_A_MESSAGE, len(self._unpublished)))]
                try:
                    async with asyncio.timeout(_PUBLISHING_SECONDS):
                        await broadcast.publish(_CHANNEL, " ".join((self._name, *map(str, keys))))
                except BaseException:
                    self._unpublished.update(keys)
                    self._something_to_publish.set()
                    raise

    async def _hear(self, messages: Subscriber) -> None:
        while True:
            name, *keys = (await messages.get()).message.split()
            if name != self._name:
                self._wake_here(map(int, keys))
                continue
            self._last_beat = asyncio.get_running_loop().time()
            if not self._connected.is_set():
                self._connected.set()
                # What others announced before this process heard them is found now.
                self._wake_everybody()

    def _wake_here(self, person_ids: Iterable[int]) -> None:
        for person_id in person_ids:
            for flag in self._listeners.get(person_id, ()):
                flag.set()

    def _wake_everybody(self) -> None:
        self._wake_here(tuple(self._listeners))


def _end_tasks(broadcast: Broadcast) -> None:
    """End the tasks that it leaves behind, also where it never got connected, and look at what ended them: nobody else
    does, and asyncio would report each as an error of ours.
    """
    for owner, name in ((broadcast, "_listener_task"), (broadcast._backend, "_listener")):  # noqa: SLF001
        task = getattr(owner, name, None)
        if isinstance(task, asyncio.Task):
            task.cancel()
            task.add_done_callback(_look_at_error)


def _look_at_error(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()


async def _abandon(task: asyncio.Task[None]) -> None:
    """End a task that may not be able to end by itself."""
    task.add_done_callback(_look_at_error)
    task.cancel()
    await asyncio.wait({task}, timeout=_LEAVING_SECONDS)
