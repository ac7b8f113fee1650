"""Logs that have grown without a hint: the process that wrote may have died before it could give one, or not have heard
that its commit was done.

One statement a second looks at the heads of all logs that somebody here listens to, whatever their number. So nobody
waits for longer than that, with or without a broker.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from api.models.row_security import found_across_organisations
from api.notifications.outages import is_outage
from api.notifications.wakeups import Wakeups

log = structlog.get_logger(__name__)

_LEAVING_SECONDS: Final = 1.0
_HEADS: Final = "SELECT id, seq FROM event_log WHERE id = ANY($1::bigint[])"


class LogWatch:
    """Wakes whoever listens to a log that is longer than they know; keep ``running`` open while Tortoise is connected.
    ``seconds`` lie between two looks.
    """

    def __init__(self, wakeups: Wakeups, *, seconds: float) -> None:
        self._wakeups = wakeups
        self._seconds = seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep_looking(), name="log watch")
        try:
            yield
        finally:
            task.cancel()
            # With the database hanging, it may not be able to end by itself.
            await asyncio.wait({task}, timeout=_LEAVING_SECONDS)

    async def look(self) -> None:
        """Once; one statement."""
        people = self._wakeups.people
        if not people:
            return
        for row in await found_across_organisations(_HEADS, people):
            self._wakeups.wake_behind(row["id"], row["seq"])

    async def _keep_looking(self) -> None:
        while True:
            # Not all processes at the same moment.
            await asyncio.sleep(self._seconds * random.uniform(0.8, 1.0))  # noqa: S311
            try:
                await self.look()
            except Exception as error:
                if not is_outage(error):
                    log.exception("logs_not_watched")
