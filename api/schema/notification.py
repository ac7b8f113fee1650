from collections.abc import Callable
from datetime import datetime
from typing import Final

import strawberry
from strawberry import ID

from api.domain.events import EventKind
from api.resolvers.notifications import Entry
from api.schema.action import Action
from api.schema.mentor import Mentor, mentor_view
from api.schema.mentorship import Mentorship
from api.schema.node import Info, Node, global_id
from api.schema.request import MentorRequest


@strawberry.interface(description="One entry of the viewer's log.")
class Notification:
    entry: strawberry.Private[Entry]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id(type(self).__name__, self.entry.event.id)

    @strawberry.field(
        description="Where the entry stands in the log. Subscribe `after` it, or page on from it, "
        "to get everything later."
    )
    def cursor(self) -> str:
        return self.entry.cursor

    @strawberry.field(description="When it happened.")
    def created_at(self) -> datetime:
        return self.entry.event.created_at

    @strawberry.field(description="When the viewer marked it as read; null until then.")
    def read_at(self) -> datetime | None:
        return self.entry.event.read_at


async def _request(info: Info, entry: Entry) -> MentorRequest:
    record = await info.context.loaders.request.load(entry.event.request_id or 0)
    if record is None:
        raise LookupError(f"request {entry.event.request_id} is gone although an event is about it")
    return MentorRequest(record=record)


@strawberry.type(description="Somebody asks the viewer to mentor them.")
class RequestReceived(Notification, Node):
    @strawberry.field(description="The request, as it is now.")
    async def request(self, info: Info) -> MentorRequest:
        return await _request(info, self.entry)


@strawberry.type(description="Half of the time to answer a request is over: for the mentor who was asked.")
class RequestReminder(Notification, Node):
    @strawberry.field(description="The request, as it is now.")
    async def request(self, info: Info) -> MentorRequest:
        return await _request(info, self.entry)


@strawberry.type(
    description="A mentor whom the viewer asked can no longer be found, since they are full, take a break or left "
    "the search: the request stands, and an answer may take longer. Told once a request."
)
class RequestDelayed(Notification, Node):
    @strawberry.field(description="The request, as it is now.")
    async def request(self, info: Info) -> MentorRequest:
        return await _request(info, self.entry)


@strawberry.type(description="The time to answer a request is over: for both sides.")
class RequestExpired(Notification, Node):
    @strawberry.field(description="The request, as it is now.")
    async def request(self, info: Info) -> MentorRequest:
        return await _request(info, self.entry)


@strawberry.type(description="A mentor whom the viewer asked to be told of can be found again.")
class MentorAvailable(Notification, Node):
    @strawberry.field(description="The mentor, as they are now.")
    async def mentor(self, info: Info) -> Mentor:
        return await mentor_view(info, self.entry.event.mentor_id or 0)


@strawberry.type(description="A mentor answered the viewer.")
class RequestDecided(Notification, Node):
    @strawberry.field(description="The request, as it is now.")
    async def request(self, info: Info) -> MentorRequest:
        return await _request(info, self.entry)


@strawberry.type(description="A mentee took back what they had asked of the viewer.")
class RequestWithdrawn(Notification, Node):
    @strawberry.field(description="The request, as it is now.")
    async def request(self, info: Info) -> MentorRequest:
        return await _request(info, self.entry)


@strawberry.type(description="A mentorship of the viewer ended: for both sides.")
class MentorshipEnded(Notification, Node):
    @strawberry.field(description="The mentorship, as it is now.")
    async def mentorship(self, info: Info) -> Mentorship:
        record = await info.context.loaders.mentorship.load(self.entry.event.mentorship_id or 0)
        if record is None:
            raise LookupError(f"mentorship {self.entry.event.mentorship_id} is gone although an event is about it")
        return Mentorship(record=record)


@strawberry.type(description="Somebody else changed an action plan that the viewer may change too.")
class ActionPlanChanged(Notification, Node):
    @strawberry.field(description="The action, as it is now; still here once it was removed.")
    async def action(self, info: Info) -> Action:
        record = await info.context.loaders.action.load(self.entry.event.action_id or 0)
        if record is None:
            raise LookupError(f"action {self.entry.event.action_id} is gone although an event is about it")
        return Action(record=record)


_VIEWS: Final[dict[EventKind, Callable[..., Notification]]] = {
    EventKind.REQUEST_RECEIVED: RequestReceived,
    EventKind.REQUEST_REMINDER: RequestReminder,
    EventKind.REQUEST_DELAYED: RequestDelayed,
    EventKind.REQUEST_DECIDED: RequestDecided,
    EventKind.REQUEST_WITHDRAWN: RequestWithdrawn,
    EventKind.REQUEST_EXPIRED: RequestExpired,
    EventKind.MENTORSHIP_ENDED: MentorshipEnded,
    EventKind.MENTOR_AVAILABLE: MentorAvailable,
    EventKind.ACTION_PLAN_CHANGED: ActionPlanChanged,
}

NOTIFICATION_TYPES: Final = (
    RequestReceived,
    RequestReminder,
    RequestDelayed,
    RequestDecided,
    RequestWithdrawn,
    RequestExpired,
    MentorshipEnded,
    MentorAvailable,
    ActionPlanChanged,
)


def notification_view(entry: Entry) -> Notification:
    return _VIEWS[entry.event.kind](entry=entry)
