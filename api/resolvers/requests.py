"""The viewer's requests, page by page."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from tortoise.queryset import QuerySet

from api.domain.lifecycle import RequestStatus
from api.domain.viewer import Viewer
from api.models import MentorRequest, Person
from api.models.statements import columns_beside, columns_of, records, row_beside, row_of
from api.resolvers.asked_gaps import CODED, asked_gaps
from api.resolvers.context import Context
from api.resolvers.paging import Page, PageArguments, cursor, cursor_reader, page, window
from api.search.mentee import FRAMEWORK_VERSION

_KIND: Final = "requests"


class RequestBox(StrEnum):
    """Which side of a request the viewer is on."""

    SENT = "SENT"
    RECEIVED = "RECEIVED"


_SIDE: Final = {RequestBox.SENT: "mentee_id", RequestBox.RECEIVED: "mentor_id"}


# Parameters: whose box it is, and of which status; the smallest and the largest key that is none of the page; how many;
# whether the mentees are to be read, too, and what they ask for help with; the organisation.
_PAGE: Final = """
SELECT {columns}, {person}, gap.coded AS gaps,
       CASE WHEN $7::boolean THEN ({framework}) END AS framework
FROM (
    SELECT * FROM mentor_request
    WHERE {side} = $1 AND ($2::text[] IS NULL OR status = ANY($2::text[]))
      AND ($3::bigint IS NULL OR id > $3) AND ($4::bigint IS NULL OR id < $4)
    ORDER BY id {order} LIMIT $5
) AS request
LEFT JOIN person ON $6::boolean AND person.id = request.mentee_id
LEFT JOIN LATERAL (
    SELECT {gaps} AS coded FROM request_gap
    WHERE $7::boolean AND request_gap.request_id = request.id
) AS gap ON true
ORDER BY request.id {order}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is read with each request: who asks, and what for."""

    mentee: bool = False
    gaps: bool = False


async def page_of_requests(
    context: Context,
    box: RequestBox,
    status: Collection[RequestStatus] | None,
    arguments: PageArguments,
    beside: Beside,
) -> Page[MentorRequest]:
    """Requests in a box, newest first, of any status where none is given; one statement, with what is shown
    ``beside`` them.
    """
    asked = window(arguments, cursor_reader(_KIND, int, int))
    organisation_id = context.viewer.organisation_id
    wanted = None if status is None else [each.value for each in status]
    rows = await records(
        _page(_SIDE[box], descending=not asked.backwards),
        context.viewer.person_id, wanted, asked.before, asked.after, asked.limit,
        beside.mentee, beside.gaps, organisation_id,
    )  # fmt: skip
    if beside.gaps and rows:
        framework = await context.services.frameworks.of(organisation_id, rows[0]["framework"])
        context.loaders.framework.give(organisation_id, framework)
    for row in rows:
        if beside.mentee:
            context.loaders.person.give(row["mentee_id"], row_beside(Person, "person", row))
        if beside.gaps:
            context.loaders.gaps_of_request.give(row["id"], asked_gaps(row["gaps"]))
    return page([row_of(MentorRequest, row) for row in rows], asked)


@cache
def _page(side: str, *, descending: bool) -> str:
    return _PAGE.format(
        columns=columns_of(MentorRequest, "request"),
        person=columns_beside(Person, "person"),
        gaps=CODED,
        framework=FRAMEWORK_VERSION.format(organisation="$8"),
        side=side,
        order="DESC" if descending else "ASC",
    )


async def count_requests(viewer: Viewer, box: RequestBox, status: Collection[RequestStatus] | None) -> int:
    return await _within(viewer, box, status).count()


def request_cursor(row: MentorRequest) -> str:
    return cursor(_KIND, row.id)


def _within(viewer: Viewer, box: RequestBox, status: Collection[RequestStatus] | None) -> QuerySet[MentorRequest]:
    rows = MentorRequest.filter(**{_SIDE[box]: viewer.person_id})
    return rows if status is None else rows.filter(status__in=list(status))
