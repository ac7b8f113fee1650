"""The viewer's requests, page by page."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from tortoise.queryset import QuerySet

from api.domain.lifecycle import RequestStatus
from api.domain.viewer import Viewer
from api.models import MentorRequest
from api.resolvers.paging import Page, PageArguments, cursor, page_by_id

_KIND: Final = "requests"


class RequestBox(StrEnum):
    """Which side of a request the viewer is on."""

    SENT = "SENT"
    RECEIVED = "RECEIVED"


_SIDE: Final = {RequestBox.SENT: "mentee_id", RequestBox.RECEIVED: "mentor_id"}


async def page_of_requests(
    viewer: Viewer, box: RequestBox, status: Collection[RequestStatus] | None, arguments: PageArguments
) -> Page[MentorRequest]:
    """Requests in a box, newest first; of any status where none is given."""
    return await page_by_id(_within(viewer, box, status), arguments, _KIND, newest_first=True)


async def count_requests(viewer: Viewer, box: RequestBox, status: Collection[RequestStatus] | None) -> int:
    return await _within(viewer, box, status).count()


def request_cursor(row: MentorRequest) -> str:
    return cursor(_KIND, row.id)


def _within(viewer: Viewer, box: RequestBox, status: Collection[RequestStatus] | None) -> QuerySet[MentorRequest]:
    rows = MentorRequest.filter(**{_SIDE[box]: viewer.person_id})
    return rows if status is None else rows.filter(status__in=list(status))
