"""How mentors stand to one mentee: what would keep them off the list."""

from collections.abc import Sequence

from api.domain.lifecycle import RequestStatus
from api.domain.listing import Standing
from api.domain.viewer import Viewer
from api.models import Mentor, MentorOption, MentorRequest, Mentorship
from api.search.eligible import MentoringRule
from api.search.findable import findable_among


async def standings(viewer: Viewer, rule: MentoringRule, mentor_ids: Sequence[int]) -> list[Standing]:
    """One for each mentor, who must be of the viewer's organisation; five statements."""
    between = {"mentee_id": viewer.person_id, "mentor_id__in": mentor_ids}
    asked = await MentorRequest.filter(**between, status=RequestStatus.PENDING)
    mentored = await Mentorship.filter(**between, ended_at=None)
    offers = await MentorOption.filter(mentor_id__in=mentor_ids)
    mentors = {mentor.id: mentor for mentor in await Mentor.filter(id__in=mentor_ids)}
    findable = await findable_among(rule, mentor_ids)
    asked_ids, mentor_of, offering = ({row.mentor_id for row in rows} for rows in (asked, mentored, offers))
    return [
        Standing(
            oneself=mentor_id == viewer.person_id,
            asked=mentor_id in asked_ids,
            mentored=mentor_id in mentor_of,
            enabled=rule.enabled,
            offering=mentor_id in offering,
            paused=mentors[mentor_id].paused,
            full=_is_full(mentors[mentor_id]),
            findable=mentor_id in findable,
        )
        for mentor_id in mentor_ids
    ]


def _is_full(mentor: Mentor) -> bool:
    return mentor.capacity is not None and mentor.active_mentees >= mentor.capacity
