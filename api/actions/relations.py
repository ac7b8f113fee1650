"""What one person is to others, read from the database."""

from collections.abc import Sequence

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from api.domain.access import Relation
from api.domain.viewer import Viewer
from api.models import Mentor, MentorOption, MentorRequest, Mentorship, Person


async def relations_to(viewer: Viewer, person_ids: Sequence[int]) -> dict[int, frozenset[Relation]]:
    """What the viewer is to each of these people; nothing at all to somebody of another organisation. Three
    statements.
    """
    people = await Person.filter(id__in=person_ids, organisation_id=viewer.organisation_id)
    mentees = await Mentorship.filter(mentor_id=viewer.person_id, mentee_id__in=person_ids, ended_at=None)
    mentors = await Mentorship.filter(mentee_id=viewer.person_id, mentor_id__in=person_ids, ended_at=None)
    mentored, mentoring = {each.mentee_id for each in mentees}, {each.mentor_id for each in mentors}
    relations: dict[int, frozenset[Relation]] = dict.fromkeys(person_ids, frozenset())
    for person in people:
        held = {
            Relation.COLLEAGUE: True,
            Relation.SELF: person.id == viewer.person_id,
            Relation.LINE_MANAGER: person.line_manager_id == viewer.person_id,
            Relation.ACTIVE_MENTOR: person.id in mentored,
            Relation.ACTIVE_MENTEE: person.id in mentoring,
        }
        relations[person.id] = frozenset(relation for relation, holds in held.items() if holds)
    return relations


def known_mentors(viewer: Viewer) -> QuerySet[Mentor]:
    """Mentors whose card the viewer may see: whoever offers, oneself, and whoever the viewer has had a request with."""
    offering = Subquery(MentorOption.filter(organisation_id=viewer.organisation_id).values("mentor_id"))
    asked = Subquery(MentorRequest.filter(mentee_id=viewer.person_id).values("mentor_id"))
    return Mentor.filter(
        Q(id__in=offering) | Q(id=viewer.person_id) | Q(id__in=asked), organisation_id=viewer.organisation_id
    )
