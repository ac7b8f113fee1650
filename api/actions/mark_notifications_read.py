"""Mark what one has seen."""

from datetime import UTC, datetime

from api.actions.work import Work, action
from api.domain.errors import Fault, RefusalCode, Refused
from api.domain.viewer import Viewer
from api.models import Event
from api.notifications.log import log_of, position


@action
async def mark_notifications_read(_work: Work, *, viewer: Viewer, up_to: str) -> None:
    """Mark every entry up to this cursor. Raises ``Refused`` (INVALID)."""
    try:
        seq = position(await log_of(viewer), up_to)
    except Fault as fault:
        raise Refused(
            RefusalCode.INVALID, "This is no cursor of your notifications; use one that they came with.", field="upTo"
        ) from fault
    await Event.filter(person_id=viewer.person_id, seq__lte=seq, read_at=None).update(read_at=datetime.now(UTC))
