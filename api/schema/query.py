import asyncio

import strawberry

from api.domain.errors import Fault, FaultCode
from api.resolvers.matches import Found, page_of_matches, page_of_mentors
from api.resolvers.notifications import count_entries, latest_cursor, page_of_entries
from api.resolvers.paging import LARGEST_PAGE, PageArguments
from api.resolvers.requests import count_requests, page_of_requests, request_cursor
from api.schema.administration import Administration
from api.schema.arguments import (
    After,
    AnyId,
    AnyIds,
    Basis,
    Before,
    Box,
    First,
    Last,
    MentorId,
    Narrowed,
    Statuses,
    UnreadOnly,
)
from api.schema.connection import Connection, CountedConnection, edges_of
from api.schema.enums import MatchBasis
from api.schema.filters import criteria
from api.schema.match import Match
from api.schema.mentor import Mentor
from api.schema.node import Info, Node, key_of
from api.schema.nodes import find_node
from api.schema.notification import Notification, notification_view
from api.schema.organisation import Organisation
from api.schema.permissions import NeedsAdministrator
from api.schema.person import Person
from api.schema.references import person_view
from api.schema.request import MentorRequest


@strawberry.type(description="What can be read. Everything is seen with the eyes of the signed-in person.")
class Query:
    @strawberry.field(description="The signed-in person.")
    async def viewer(self, info: Info) -> Person:
        return await person_view(info, info.context.viewer.person_id)

    @strawberry.field(
        description="The object with this id. Null where there is none or the viewer may not see it: "
        "the two look alike."
    )
    async def node(self, info: Info, id: AnyId) -> Node | None:
        return await find_node(info, id)

    @strawberry.field(
        description="The objects with these ids, at most 100, in the same order; null for each as under `node`."
    )
    async def nodes(
        self,
        info: Info,
        ids: AnyIds,
    ) -> list[Node | None]:
        if len(ids) > LARGEST_PAGE:
            raise Fault(FaultCode.BAD_USER_INPUT, f"Ask for at most {LARGEST_PAGE} ids at a time, not {len(ids)}.")
        return await asyncio.gather(*(find_node(info, each) for each in ids))

    @strawberry.field(
        description="Mentors whom the viewer could ask today, by name: found whether they suit the viewer or not."
    )
    async def mentors(
        self,
        info: Info,
        *,
        filter: Narrowed = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Mentor]:
        arguments = PageArguments(first=first, after=after, last=last, before=before)
        page = await page_of_mentors(info.context, criteria(filter), arguments)
        edges, page_info = edges_of(page, lambda row: Mentor(record=row.mentor), lambda row: row.cursor)
        return Connection(edges=edges, page_info=page_info)

    @strawberry.field(
        description="One mentor, findable or not. Null where there is none, or the viewer may not see their card."
    )
    async def mentor(self, info: Info, id: MentorId) -> Mentor | None:
        record = await info.context.loaders.mentor_card.load(key_of(id, "Mentor"))
        return Mentor(record=record) if record else None

    @strawberry.field(
        description="Mentors who suit the viewer, best first. By gaps, each covers at least one missing level; "
        "where the viewer chose preferences, each shares at least one. Whoever was asked leaves the list."
    )
    async def matches(
        self,
        info: Info,
        *,
        basis: Basis = MatchBasis.SKILL_GAPS_AND_PREFERENCES,
        filter: Narrowed = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Match]:
        arguments = PageArguments(first=first, after=after, last=last, before=before)
        page = await page_of_matches(info.context, basis, criteria(filter), arguments)
        edges, page_info = edges_of(page, _match_view, lambda row: row.cursor)
        return Connection(edges=edges, page_info=page_info)

    @strawberry.field(description="The viewer's requests, newest first; of any status where none is given.")
    async def requests(
        self,
        info: Info,
        *,
        box: Box,
        status: Statuses = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> CountedConnection[MentorRequest]:
        arguments = PageArguments(first=first, after=after, last=last, before=before)
        viewer = info.context.viewer
        page = await page_of_requests(viewer, box, status, arguments)
        edges, page_info = edges_of(page, lambda row: MentorRequest(record=row), request_cursor)
        return CountedConnection(edges=edges, page_info=page_info, count=lambda: count_requests(viewer, box, status))

    @strawberry.field(
        description="The viewer's log, oldest first. Its cursors are those of the notifications themselves, "
        "so `after` the last one handled gives what came since."
    )
    async def notifications(
        self,
        info: Info,
        *,
        unread_only: UnreadOnly = False,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> CountedConnection[Notification]:
        arguments = PageArguments(first=first, after=after, last=last, before=before)
        viewer = info.context.viewer
        page = await page_of_entries(info.context, arguments, unread_only=unread_only)
        edges, page_info = edges_of(page, notification_view, lambda entry: entry.cursor)
        return CountedConnection(
            edges=edges, page_info=page_info, count=lambda: count_entries(viewer, unread_only=unread_only)
        )

    @strawberry.field(
        description="Where the viewer's log ends now. Read it with what you show, then subscribe `after` it: "
        "nothing falls in between."
    )
    async def latest_cursor(self, info: Info) -> str:
        return await latest_cursor(info.context.viewer)

    @strawberry.field(description="The viewer's own organisation.")
    async def organisation(self, info: Info) -> Organisation:
        record = await info.context.loaders.organisation.load(info.context.viewer.organisation_id)
        if record is None:
            raise LookupError("the viewer's organisation is gone")
        return Organisation(record=record)

    @strawberry.field(
        description="The key that this service signs pushes with, for browsers: the `applicationServerKey` of "
        "`PushManager.subscribe`, an uncompressed P-256 point in base64url."
    )
    def push_key(self, info: Info) -> str:
        return info.context.services.push.public_key

    @strawberry.field(
        description="The viewer's organisation as its administrators see it. FORBIDDEN for anybody else.",
        extensions=[NeedsAdministrator()],
    )
    async def administration(self, info: Info) -> Administration | None:
        return Administration(organisation_id=info.context.viewer.organisation_id)


def _match_view(found: Found) -> Match:
    return Match(record=found.match, mentor_record=found.mentor, basis=found.basis, card=found.card)
