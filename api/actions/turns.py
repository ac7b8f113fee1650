"""Whose turn it is to write: as many at once as there are connections to spare, in the order in which they came; fewer
where this process is late.

Without it, a service that gets more than it can do works at what people have given up on: every question waits for all
others, and nobody is answered in time. So what is asked in vain is told so early, and reading never waits for writing.
Who writes has the others wait as well, alerts of what was done before among them: the later this process is, the fewer
write at once, and who finds no place here finds one in another process.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from tortoise.connection import get_connection

from api.domain.errors import Fault, FaultCode

# Sooner than clients give up on an answer, which they do after five seconds or more.
_MOST_SECONDS: Final = 3.0
_SHARE_THAT_MAY_WRITE: Final = 0.7
# What one round of the event loop takes: every statement of every alert waits for one.
_SECONDS_LATE: Final = 0.04
_SECONDS_IN_TIME: Final = 0.02
_FEWEST: Final = 2
_BUSY: Final = "The service has too much to do just now. Try again in a moment; nothing was changed."

# One for each pool of connections.
_turns: Final[WeakKeyDictionary[Any, "_Turns"]] = WeakKeyDictionary()


async def turn_to_write() -> Callable[[], None]:
    """Wait for it. Returns what is to be called once it is over. Raises ``Fault`` (UNAVAILABLE) after three seconds;
    whoever leaves before their turn has asked for nothing.
    """
    turns = _turns_of(get_connection("default"))
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            await turns.acquire()
    except TimeoutError as error:
        raise Fault(FaultCode.UNAVAILABLE, _BUSY) from error
    return turns.release


def _turns_of(pool: Any) -> "_Turns":
    if pool not in _turns:
        _turns[pool] = _Turns(most_at_once(pool.pool_maxsize))
    return _turns[pool]


def most_at_once(connections: int) -> int:
    """How many may write over so many connections; one at least."""
    return max(1, int(connections * _SHARE_THAT_MAY_WRITE))


class _Turns:
    """A semaphore whose number goes down by one with each turn that begins late, and up again with each in time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._allowed = most
        self._writing = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        if self._waiting or self._writing >= self._allowed:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                # Whoever is passed over is forgotten; whose turn it was hands it on.
                if not turn.cancelled():
                    self.release()
                raise
        else:
            self._writing += 1
        try:
            await self._see_how_late()
        except asyncio.CancelledError:
            self.release()
            raise

    def release(self) -> None:
        self._writing -= 1
        self._let_in()

    async def _see_how_late(self) -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(0)
        took = loop.time() - before
        if took > _SECONDS_LATE:
            self._allowed = max(min(_FEWEST, self._most), self._allowed - 1)
        elif took < _SECONDS_IN_TIME and self._allowed < self._most:
            self._allowed += 1
            self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._writing < self._allowed:
            turn = self._waiting.popleft()
            if not turn.done():
                self._writing += 1
                turn.set_result(None)
