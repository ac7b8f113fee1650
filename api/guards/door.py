"""Who comes in one after the other, where many come at once."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary


class Door:
    """Does what it is given in its order, one thing each time that the loop comes round: whoever is inside already
    waits for one of those who come, and not for all.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()

    def enter(self, work: Callable[[], None]) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._let_in)
        self._waiting.append(work)

    def _let_in(self) -> None:
        try:
            self._waiting[0]()
        finally:
            self._waiting.popleft()
            if self._waiting:
                asyncio.get_running_loop().call_soon(self._let_in)


_DOORS: WeakKeyDictionary[Any, Door] = WeakKeyDictionary()


def door_of(server: Any) -> Door:
    """That of whoever has one: a server, or what stands for it."""
    found = _DOORS.get(server)
    if found is None:
        found = _DOORS[server] = Door()
    return found
