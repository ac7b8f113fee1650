"""The viewer's log: page by page, and live."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from api.domain.events import EventKind
from api.domain.viewer import Viewer
from api.models import Event
from api.notifications.cursors import log_cursor
from api.notifications.feed import follow
from api.notifications.log import log_of, position
from api.resolvers import visibility
from api.resolvers.context import Context
from api.resolvers.paging import Page, PageArguments, page, window


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a log and the epoch that its cursor carries."""

    event: Event
    epoch: UUID

    @property
    def cursor(self) -> str:
        return log_cursor(self.epoch, self.event.seq)


async def latest_cursor(viewer: Viewer) -> str:
    """Where the viewer's log ends now."""
    log = await log_of(viewer)
    return log_cursor(log.epoch, log.seq)


async def page_of_entries(context: Context, arguments: PageArguments, *, unread_only: bool) -> Page[Entry]:
    """Entries that the viewer may still read, oldest first. Raises ``Fault`` (BAD_USER_INPUT, CURSOR_RESET)."""
    log = await log_of(context.viewer)
    asked = window(arguments, lambda cursor: position(log, cursor))
    rows = _readable(context.viewer, unread_only=unread_only)
    if asked.after is not None:
        rows = rows.filter(seq__gt=asked.after)
    if asked.before is not None:
        rows = rows.filter(seq__lt=asked.before)
    events = await rows.order_by("-seq" if asked.backwards else "seq").limit(asked.limit)
    found = page([Entry(event=event, epoch=log.epoch) for event in events], asked)
    # What a subject's fields will show is read here, once: access may have ended since the events were read.
    subjects = await asyncio.gather(*(_subject(context, entry.event) for entry in found.rows))
    return replace(found, rows=[entry for entry, subject in zip(found.rows, subjects, strict=True) if subject])


async def count_entries(viewer: Viewer, *, unread_only: bool) -> int:
    return await _readable(viewer, unread_only=unread_only).count()


def _readable(viewer: Viewer, *, unread_only: bool) -> QuerySet[Event]:
    rows = visibility.events(viewer)
    return rows.filter(read_at=None) if unread_only else rows


async def entry_of(context: Context, event_id: int) -> Entry | None:
    """One entry by its own key, if the viewer may still read it."""
    event = await context.loaders.event.load(event_id)
    if event is None or await _subject(context, event) is None:
        return None
    return Entry(event=event, epoch=(await log_of(context.viewer)).epoch)


async def live(
    context: Context, after: str | None, kinds: Collection[EventKind] = tuple(EventKind)
) -> AsyncGenerator[Entry, None]:
    """Entries of these kinds after a cursor, or from now on, each with fresh loaders.

    Raises ``Fault`` (CURSOR_RESET) at once, before the stream begins.
    """
    context.live = True
    after = context.resume_after or after
    log = await log_of(context.viewer)
    seq = log.seq if after is None else position(log, after)
    return _stream(context, log.epoch, seq, kinds)


async def _stream(context: Context, epoch: UUID, seq: int, kinds: Collection[EventKind]) -> AsyncGenerator[Entry, None]:
    services = context.services
    opened_at = datetime.now(UTC)
    more = {} if context.hand_over is None else {"until": partial(context.hand_over, epoch)}
    events = follow(
        services.wakeups, context.viewer.person_id, seq, kinds=kinds, poll_seconds=services.poll_seconds, **more
    )
    try:
        async for event in events:
            context.renew()
            if await _subject(context, event) is not None:
                entry = Entry(event=event, epoch=epoch)
                context.cursor, context.position = entry.cursor, event.seq
                context.written_at = event.created_at
                context.replayed = event.created_at < opened_at
                yield entry
    finally:
        await events.aclose()


async def _subject(context: Context, event: Event) -> Any:
    """The row that an event is about, if the viewer may read it at this moment."""
    if event.request_id is not None:
        return await context.loaders.request.load(event.request_id)
    if event.mentorship_id is not None:
        return await context.loaders.mentorship.load(event.mentorship_id)
    if event.mentor_id is not None:
        return await context.loaders.mentor.load(event.mentor_id)
    return await context.loaders.action.load(event.action_id or 0)
