"""The one way out of PENDING: a guarded UPDATE whose loser is told the state that won."""

from datetime import UTC, datetime

from api.domain.errors import RefusalCode, Refused
from api.domain.lifecycle import RequestStatus
from api.domain.viewer import Viewer
from api.models import MentorRequest


async def request_of(viewer: Viewer, request_id: int) -> MentorRequest:
    """A request that the viewer has a side in. Raises ``Refused`` (NOT_FOUND) for any other."""
    request = await MentorRequest.get_or_none(id=request_id, organisation_id=viewer.organisation_id)
    if request is None or viewer.person_id not in (request.mentee_id, request.mentor_id):
        raise Refused(RefusalCode.NOT_FOUND, "There is no such request.", field="requestId")
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
