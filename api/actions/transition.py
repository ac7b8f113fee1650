"""The one way out of PENDING: a guarded UPDATE whose loser is told the state that won."""

from datetime import UTC, datetime

from api.domain.access import Act, does, side_of
from api.domain.errors import RefusalCode, Refused
from api.domain.lifecycle import RequestStatus
from api.domain.viewer import Viewer
from api.models import MentorRequest


async def request_of(viewer: Viewer, request_id: int, act: Act, *, otherwise: str) -> MentorRequest:
    """A request that the viewer may act upon so.

    Raises ``Refused``: NOT_FOUND where they have no part in it, NOT_ALLOWED with the message ``otherwise``.
    """
    request = await MentorRequest.get_or_none(id=request_id, organisation_id=viewer.organisation_id)
    side = side_of(viewer, mentee_id=request.mentee_id, mentor_id=request.mentor_id) if request else None
    if request is None or not does(side, Act.READ):
        raise Refused(RefusalCode.NOT_FOUND, "There is no such request.", field="requestId")
    if not does(side, act):
        raise Refused(RefusalCode.NOT_ALLOWED, otherwise, field="requestId")
    return request


async def leave_pending(request: MentorRequest, status: RequestStatus, *, comment: str | None = None) -> MentorRequest:
    """The request as it is after the transition. Raises ``Refused`` (ALREADY_DECIDED) where another came first."""
    won = await MentorRequest.filter(id=request.id, status=RequestStatus.PENDING).update(
        status=status, comment=comment, decided_at=datetime.now(UTC)
    )
    present = await MentorRequest.get(id=request.id)
    if not won:
        raise Refused(
            RefusalCode.ALREADY_DECIDED,
            f"This request is {present.status.value} already; nothing was changed.",
            field="requestId",
            subject=present,
        )
    return present
