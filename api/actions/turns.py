"""Whose turn it is to write: as many at once as there are connections to spare, in the order in which they came.

Without it, a service that gets more than it can do works at what people have given up on: every question waits for all
others, and nobody is answered in time. So what is asked in vain is told so early, and reading never waits for writing.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from tortoise.connection import get_connection

from api.domain.errors import Fault, FaultCode

# Sooner than clients give up on an answer, which they do after five seconds or more.
_MOST_SECONDS: Final = 3.0
_SHARE_THAT_MAY_WRITE: Final = 0.7
_BUSY: Final = "The service has too much to do just now. Try again in a moment; nothing was changed."

# One for each pool of connections.
_turns: Final[WeakKeyDictionary[Any, asyncio.Semaphore]] = WeakKeyDictionary()


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


def _turns_of(pool: Any) -> asyncio.Semaphore:
    if pool not in _turns:
        _turns[pool] = asyncio.Semaphore(most_at_once(pool.pool_maxsize))
    return _turns[pool]


def most_at_once(connections: int) -> int:
    """How many may write over so many connections; one at least."""
    return max(1, int(connections * _SHARE_THAT_MAY_WRITE))
