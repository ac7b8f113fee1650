"""Subscriptions that are the same run once: what a person hears on several sockets is read, executed and encoded once,
and then written to each of them, in one go.

A subscription runs by itself until it has read all that there is. Where another one of the same person asks the same,
it then hands over to an execution that both share (`Context.hand_over`), from its place in the log on: it is given what
lies after its own position, and nothing twice. A socket that takes nothing just now, once it does so again, and all of
them where the shared execution ends, go on by themselves from where they were: so whoever is slow holds up nobody, has
nothing executed that they would not take, and nothing needs a queue.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from api.domain.viewer import Viewer
from api.notifications.cursors import log_cursor
from api.notifications.wakeups import Wakeups

log = structlog.get_logger(__name__)

# Others want the processor, too, where thousands are written to, or much to many: about two milliseconds' work.
_WRITTEN_AT_A_TIME: Final = 500
_BYTES_AT_A_TIME: Final = 262_144

Write = Callable[[bytes], bool]
Room = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of a shared execution, with the number of its entry."""

    payload: dict[str, Any]
    position: int


Run = Callable[[str], AsyncGenerator[Said, None]]


@dataclass(frozen=True, slots=True)
class _Key:
    """What decides over what is heard. When somebody signed in does not: a token's end closes its socket."""

    viewer: Viewer
    query: str
    name: str | None
    variables: str
    epoch: UUID


class Listener:
    """A socket's subscription. ``write`` sends an encoded answer at once, or returns False where it cannot; ``room``
    returns once it can, and raises where that is never; ``run`` executes the same operation for all, after a cursor.
    """

    def __init__(self, audiences: "Audiences", write: Write, room: Room) -> None:
        self._audiences = audiences
        self._write = write
        self._room = room
        self._asked: tuple[Viewer, str, str | None, str] | None = None
        self._run: Run | None = None
        self._left: asyncio.Future[None] | None = None
        self._alone = False
        self.position = -1
        self.epoch: UUID | None = None

    def ask(self, viewer: Viewer, query: str, name: str | None, variables: object, run: Run) -> None:
        """What it listens to. ``variables`` are all that decides over what is heard beside the text."""
        # As text, which takes no more room than it needs.
        encoded = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS).decode()
        self._asked = (replace(viewer, token_issued_at=None), query, name, encoded)
        self._run = run

    def hand_over(self, epoch: UUID, position: int) -> bool:
        """Whether others go on for it from here, after number ``position`` of a log."""
        if self._asked is None or self._run is None or self._alone:
            return False
        self.epoch, self.position = epoch, position
        return self._audiences.take(self, _Key(*self._asked, epoch), self._run)

    @property
    def handed_over(self) -> bool:
        return self._left is not None

    async def left(self) -> str:
        """Wait until it has to go on by itself. Returns the cursor from which on."""
        if self._left is None or self.epoch is None:
            raise RuntimeError("It was not handed over.")
        await self._left
        await self._room()
        self._left = None
        return log_cursor(self.epoch, self.position)

    def enter(self) -> None:
        self._left = asyncio.get_running_loop().create_future()

    def hear(self, payload: bytes, position: int) -> bool:
        """Write an answer, if it is after all that was heard. False where that cannot be done."""
        if position <= self.position:
            return True
        if not self._write(payload):
            return False
        self.position = position
        return True

    def leave(self, *, for_good: bool) -> None:
        """Go on by itself; ``for_good`` where sharing did not work."""
        self._alone = self._alone or for_good
        if self._left is not None and not self._left.done():
            self._left.set_result(None)


class _Audience:
    """Listeners that share an execution, which has come to ``position``."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.listeners: set[Listener] = set()
        self.task: asyncio.Task[None] | None = None

    async def tell(self, answers: AsyncGenerator[Said, None]) -> None:
        async with contextlib.aclosing(answers):
            async for said in answers:
                self.position = said.position
                payload = orjson.dumps(said.payload)
                at_a_time = min(_WRITTEN_AT_A_TIME, _BYTES_AT_A_TIME // len(payload) + 1)
                for number, listener in enumerate(tuple(self.listeners), 1):
                    if listener in self.listeners and not listener.hear(payload, said.position):
                        self.listeners.discard(listener)
                        listener.leave(for_good=False)
                    if number % at_a_time == 0:
                        await asyncio.sleep(0)


class Audiences:
    """Who shares with whom, in one process."""

    def __init__(self, wakeups: Wakeups) -> None:
        self._wakeups = wakeups
        self._alone: dict[_Key, Listener] = {}
        self._audiences: dict[_Key, _Audience] = {}
        self._keys: dict[Listener, _Key] = {}

    @property
    def spared(self) -> int:
        """How many subscriptions are open beyond those that run."""
        return sum(max(0, len(audience.listeners) - 1) for audience in self._audiences.values())

    def listener(self, write: Write, room: Room) -> Listener:
        return Listener(self, write, room)

    def take(self, listener: Listener, key: _Key, run: Run) -> bool:
        """Whether a listener that has read up to its position is among those who share, from now on."""
        self._keys[listener] = key
        audience = self._audiences.get(key)
        if audience is None:
            other = self._alone.setdefault(key, listener)
            if other is listener:
                return False
            del self._alone[key]
            audience = self._begun(key, listener.position, run)
            # The other one hands over as soon as it looks.
            self._wakeups.look_again(key.viewer.person_id)
        if listener.position < audience.position:
            return False
        listener.enter()
        audience.listeners.add(listener)
        return True

    def forget(self, listener: Listener) -> None:
        """It ended. An execution for nobody ends with it."""
        key = self._keys.pop(listener, None)
        if key is None:
            return
        if self._alone.get(key) is listener:
            del self._alone[key]
        audience = self._audiences.get(key)
        if audience is not None:
            audience.listeners.discard(listener)
            if not audience.listeners and audience.task is not None:
                audience.task.cancel()
                del self._audiences[key]

    def _begun(self, key: _Key, position: int, run: Run) -> _Audience:
        audience = self._audiences[key] = _Audience(position)
        cursor = log_cursor(key.epoch, position)
        audience.task = asyncio.create_task(self._tell(key, audience, run(cursor)), name="audience")
        return audience

    async def _tell(self, key: _Key, audience: _Audience, answers: AsyncGenerator[Said, None]) -> None:
        try:
            await audience.tell(answers)
        except Exception as error:  # noqa: BLE001 - each meets it by itself, and says so to its client
            log.info("audience_dissolved", error=repr(error), listeners=len(audience.listeners))
        finally:
            if self._audiences.get(key) is audience:
                del self._audiences[key]
            for listener in audience.listeners:
                listener.leave(for_good=True)
