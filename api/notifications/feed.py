"""One person's log as a stream: what was missed first, then what happens, each entry once and in order."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Collection
from typing import Final

import structlog

from api.domain.events import EventKind
from api.models import Event
from api.notifications.log import entries_after
from api.notifications.outages import is_outage
from api.notifications.wakeups import Wakeups

log = structlog.get_logger(__name__)

_PAGE: Final = 100
_SECONDS_UNTIL_TRIED_AGAIN: Final = 0.5


def _never(_: int) -> bool:
    return False


async def follow(
    wakeups: Wakeups,
    person_id: int,
    seq: int,
    *,
    kinds: Collection[EventKind],
    poll_seconds: float,
    until: Callable[[int], bool] = _never,
) -> AsyncGenerator[Event, None]:
    """Every entry of these kinds after number ``seq``, for as long as it is iterated.

    The wake-up is registered before the log is read, so nothing falls between reading and waiting. The log is the
    queue: a reader that is slow holds nothing but its number. After ``poll_seconds`` without a wake-up it looks all the
    same. It ends where ``until`` says so of the number up to which everything was read.
    """
    with wakeups.listening(person_id) as woken:
        while True:
            woken.head = max(woken.head, seq)
            woken.clear()
            try:
                entries = await entries_after(person_id, seq, kinds=kinds, limit=_PAGE)
            except Exception as error:
                if not is_outage(error):
                    raise
                # Nothing is lost by waiting: the log is where it was once the database is back.
                log.warning("log_not_read", error=repr(error))
                await asyncio.sleep(_SECONDS_UNTIL_TRIED_AGAIN)
                continue
            for entry in entries:
                yield entry
                seq = entry.seq
            if len(entries) < _PAGE:
                if until(seq):
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(poll_seconds):
                        await woken.wait()
