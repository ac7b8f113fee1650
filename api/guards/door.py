"""Who comes in one after the other, where many come at once."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

_SECONDS_AT_A_TIME: Final = 0.001


class Door:
    """Does what it is given in its order, for a millisecond each time that the loop comes round, and at least one
    thing: whoever is inside already waits for a few of those who come, and not for all.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._letting_in = False

    def enter(self, work: Callable[[], None]) -> None:
        self._waiting.append(work)
        if not self._letting_in:
            self._go_on()

    def _let_in(self) -> None:
        until = time.perf_counter() + _SECONDS_AT_A_TIME
        try:
            while self._waiting and time.perf_counter() < until:
                self._waiting.popleft()()
        finally:
            self._go_on()

    def _go_on(self) -> None:
        self._letting_in = bool(self._waiting)
        if self._letting_in:
            asyncio.get_running_loop().call_soon(self._let_in)


_DOORS: WeakKeyDictionary[Any, Door] = WeakKeyDictionary()


def door_of(server: Any) -> Door:
    """That of whoever has one: a server, or what stands for it."""
    return _DOORS.setdefault(server, Door())
