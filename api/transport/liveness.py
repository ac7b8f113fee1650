"""Whether somebody is there at the other end of a socket. Timers rather than tasks: there are thousands of sockets."""

import asyncio
from collections.abc import Callable
from typing import Final

# How long a client may leave a ping without an answer.
_SECONDS_TO_ANSWER: Final = 8.0


def _nothing() -> None:
    pass


class Liveness:
    """Calls ``ask`` every ``seconds``, and ``drop`` where nothing was heard for eight seconds after that."""

    def __init__(self, *, seconds: float, ask: Callable[[], None], drop: Callable[[], None]) -> None:
        self._seconds = seconds
        self._ask = ask
        self._drop = drop
        self._next: asyncio.TimerHandle | None = None
        self._due: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._next = asyncio.get_running_loop().call_later(self._seconds, self._ask_again)

    def heard(self) -> None:
        """Anything that a client sends shows that it is there."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def stop(self) -> None:
        """For good."""
        self.heard()
        if self._next is not None:
            self._next.cancel()
        # They lead back to whoever asked for it.
        self._ask = self._drop = _nothing

    def _ask_again(self) -> None:
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(self._seconds, self._ask_again)
        if self._due is None:
            self._due = loop.call_later(_SECONDS_TO_ANSWER, self._drop)
        self._ask()
