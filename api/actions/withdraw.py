"""Take a request back."""

from api.actions.transition import leave_pending, request_of
from api.actions.work import Work, action
from api.domain.access import Act
from api.domain.events import Event, EventKind
from api.domain.lifecycle import RequestStatus
from api.domain.viewer import Viewer
from api.models import MentorRequest


@action
async def withdraw(work: Work, *, viewer: Viewer, request_id: int) -> MentorRequest:
    """Take it back before it is answered. Raises ``Refused``: NOT_FOUND, NOT_ALLOWED, ALREADY_DECIDED."""
    request = await request_of(viewer, request_id, Act.WITHDRAW, otherwise="Only the person who asked can withdraw.")
    request = await leave_pending(request, RequestStatus.WITHDRAWN)
    work.audit(
        organisation_id=request.organisation_id,
        actor_id=viewer.person_id,
        verb="withdraw",
        subject="mentor_request",
        subject_id=request.id,
    )
    work.announce(
        request.organisation_id,
        Event(recipient_id=request.mentor_id, kind=EventKind.REQUEST_WITHDRAWN, subject_id=request.id),
    )
    return request
