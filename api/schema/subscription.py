"""What happens, live. Visibility is checked by the feed, for each entry: permission on a field is checked once only."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from typing import TypeVar, cast

import strawberry

from api.domain.events import EventKind
from api.resolvers.notifications import live
from api.schema.arguments import Since
from api.schema.node import Info
from api.schema.notification import Notification, RequestDecided, RequestReceived, notification_view

Shown = TypeVar("Shown", bound=Notification)


async def _shown(
    info: Info, after: str | None, kinds: Collection[EventKind], _as: Callable[..., Shown]
) -> AsyncGenerator[Shown, None]:
    """Views of what the feed yields. An unusable cursor is told before the stream begins."""
    entries = await live(info.context, after, kinds)

    async def views() -> AsyncIterator[Shown]:
        try:
            async for entry in entries:
                yield cast("Shown", notification_view(entry))
        finally:
            await entries.aclose()

    return cast("AsyncGenerator[Shown, None]", views())


@strawberry.type(
    description="What happens, live. With `after`, the cursor of the last entry that the client has handled, "
    "everything later is replayed first; then live entries follow, in order, none missing, none twice. "
    "Without it, only what happens from now on. A cursor that no longer fits is answered with CURSOR_RESET."
)
class Subscription:
    @strawberry.subscription(description="Somebody asks the viewer to mentor them: for mentors.")
    async def request_received(self, info: Info, after: Since = None) -> AsyncGenerator[RequestReceived, None]:
        return await _shown(info, after, {EventKind.REQUEST_RECEIVED}, RequestReceived)

    @strawberry.subscription(description="A mentor answered the viewer: for mentees.")
    async def request_decided(self, info: Info, after: Since = None) -> AsyncGenerator[RequestDecided, None]:
        return await _shown(info, after, {EventKind.REQUEST_DECIDED}, RequestDecided)

    @strawberry.subscription(description="Everything that the viewer is to hear of.")
    async def notification_received(self, info: Info, after: Since = None) -> AsyncGenerator[Notification, None]:
        return await _shown(info, after, tuple(EventKind), Notification)
