"""Answer a request: accept or decline, always with a comment."""

from tortoise.connection import get_connection

from api.actions.availability import announce_availability
from api.actions.transition import leave_pending, request_of
from api.actions.work import Work, action
from api.domain.access import Act
from api.domain.errors import RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.lifecycle import RequestStatus
from api.domain.text import required_text
from api.domain.viewer import Viewer
from api.models import Mentor, MentorRequest, Mentorship

_TAKE_PLACE = """
UPDATE mentor SET active_mentees = active_mentees + 1
WHERE id = $1 AND (capacity IS NULL OR active_mentees < capacity)
"""


@action
async def accept(work: Work, *, viewer: Viewer, request_id: int, comment: str) -> MentorRequest:
    """Start a mentorship. Raises ``Refused``: COMMENT_REQUIRED, INVALID, NOT_FOUND, NOT_ALLOWED, ALREADY_DECIDED,
    CAPACITY_REACHED.
    """
    # The mentor before the request, as everywhere: whoever fills the last place tells the other requests of it.
    await Mentor.select_for_update(no_key=True).get_or_none(id=viewer.person_id)
    request = await _decide(work, viewer, request_id, RequestStatus.ACCEPTED, comment)
    # The count is the guard: of mentees accepted at once, only as many find a place as there are.
    taken, _ = await get_connection("default").execute_query(_TAKE_PLACE, [request.mentor_id])
    if not taken:
        raise Refused(
            RefusalCode.CAPACITY_REACHED,
            "You mentor as many people as you have set; raise your capacity or end a mentorship first.",
        )
    mentorship = await Mentorship.create(
        organisation_id=request.organisation_id,
        request_id=request.id,
        mentor_id=request.mentor_id,
        mentee_id=request.mentee_id,
    )
    work.audit(
        organisation_id=request.organisation_id,
        actor_id=viewer.person_id,
        verb="start_mentorship",
        subject="mentorship",
        subject_id=mentorship.id,
    )
    await announce_availability(work, request.organisation_id, [request.mentor_id])
    return request


@action
async def decline(work: Work, *, viewer: Viewer, request_id: int, comment: str) -> MentorRequest:
    """Say no. Raises ``Refused``: COMMENT_REQUIRED, INVALID, NOT_FOUND, NOT_ALLOWED, ALREADY_DECIDED."""
    return await _decide(work, viewer, request_id, RequestStatus.DECLINED, comment)


async def _decide(work: Work, viewer: Viewer, request_id: int, status: RequestStatus, comment: str) -> MentorRequest:
    comment = required_text(
        comment,
        "comment",
        code=RefusalCode.COMMENT_REQUIRED,
        message="Say something to the person who asked: a comment goes with every answer.",
    )
    request = await request_of(viewer, request_id, Act.ANSWER, otherwise="Only the mentor who was asked can answer.")
    request = await leave_pending(request, status, comment=comment)
    work.audit(
        organisation_id=request.organisation_id,
        actor_id=viewer.person_id,
        verb=status.value.lower(),
        subject="mentor_request",
        subject_id=request.id,
    )
    work.announce(
        request.organisation_id,
        Event(recipient_id=request.mentee_id, kind=EventKind.REQUEST_DECIDED, subject_id=request.id),
    )
    return request
