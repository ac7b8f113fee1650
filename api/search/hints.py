"""Hints that a search may find otherwise than before."""

import asyncio
from contextlib import AbstractContextManager
from typing import Final, Protocol

# The key under which they travel, among those of people: nobody's own.
SEARCH: Final = 0


class Hints(Protocol):
    """Whatever says that it may be time to look."""

    def listening(self, key: int, /) -> AbstractContextManager[asyncio.Event]: ...

    async def patience(self, flag: asyncio.Event, poll_seconds: float, /) -> None: ...
