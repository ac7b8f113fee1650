"""End a mentorship, and with it what it opened."""

from datetime import UTC, datetime

from tortoise.expressions import F

from api.actions.availability import announce_availability
from api.actions.work import Work, action
from api.domain.access import Act, Side, does, side_of
from api.domain.errors import RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.text import required_text
from api.domain.viewer import Viewer
from api.models import Mentor, Mentorship


@action
async def end_mentorship(work: Work, *, viewer: Viewer, mentorship_id: int, reason: str) -> Mentorship:
    """Either side may, and an administrator; both sides are told.

    Raises ``Refused``: INVALID (no reason), NOT_FOUND, ALREADY_DECIDED (it has ended).
    """
    reason = required_text(reason, "reason", code=RefusalCode.INVALID, message="Give a reason; both sides are told.")
    mentorship = await Mentorship.get_or_none(id=mentorship_id, organisation_id=viewer.organisation_id)
    if mentorship is None or not does(_side(viewer, mentorship), Act.END):
        raise Refused(RefusalCode.NOT_FOUND, "There is no such mentorship.", field="mentorshipId")
    await Mentor.select_for_update(no_key=True).get(id=mentorship.mentor_id)
    ended = await Mentorship.filter(id=mentorship.id, ended_at=None).update(
        ended_at=datetime.now(UTC), end_reason=reason, ended_by_id=viewer.person_id
    )
    mentorship = await Mentorship.get(id=mentorship.id)
    if not ended:
        raise Refused(
            RefusalCode.ALREADY_DECIDED,
            "This mentorship has ended already; nothing was changed.",
            field="mentorshipId",
            # An administrator does not read why it ended.
            subject=mentorship if does(_side(viewer, mentorship), Act.READ) else None,
        )
    await Mentor.filter(id=mentorship.mentor_id).update(active_mentees=F("active_mentees") - 1)
    work.audit(
        organisation_id=mentorship.organisation_id,
        actor_id=viewer.person_id,
        verb="end_mentorship",
        subject="mentorship",
        subject_id=mentorship.id,
        side=_side(viewer, mentorship),
    )
    await announce_availability(work, mentorship.organisation_id, [mentorship.mentor_id])
    work.announce(
        mentorship.organisation_id,
        *(
            Event(recipient_id=each, kind=EventKind.MENTORSHIP_ENDED, subject_id=mentorship.id)
            for each in (mentorship.mentee_id, mentorship.mentor_id)
        ),
    )
    return mentorship


def _side(viewer: Viewer, mentorship: Mentorship) -> Side | None:
    return side_of(viewer, mentee_id=mentorship.mentee_id, mentor_id=mentorship.mentor_id)
