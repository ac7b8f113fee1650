"""What mentees look for and what mentors bring, read for as many people as are asked for in a fixed number of
statements.
"""

from collections import defaultdict
from collections.abc import Sequence

from api.domain.gaps import Gap, find_gaps
from api.domain.matching import Offered, Wanted
from api.models import HeldLevel, MenteePreference, Mentor, MentorOption, Person, RoleRequirement


async def gaps_of(person_ids: Sequence[int]) -> dict[int, tuple[Gap, ...]]:
    """The skill gaps of each person, against the role profile that they have; three statements.

    A skill that the framework has retired measures nobody.
    """
    people = await Person.filter(id__in=person_ids, role_profile_id__isnull=False)
    required: dict[int, dict[int, int]] = defaultdict(dict)
    for requirement in await RoleRequirement.filter(
        role_profile_id__in={person.role_profile_id for person in people}, skill__retired=False
    ):
        required[requirement.role_profile_id][requirement.skill_id] = requirement.level
    held = await levels_of([person.id for person in people])
    gaps = {
        person.id: find_gaps(required=required[person.role_profile_id], held=held[person.id])
        for person in people
        if person.role_profile_id is not None
    }
    return {person_id: gaps.get(person_id, ()) for person_id in person_ids}


async def levels_of(person_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """The level at which each person holds each skill; one statement."""
    levels: dict[int, dict[int, int]] = {person_id: {} for person_id in person_ids}
    for held in await HeldLevel.filter(person_id__in=person_ids):
        levels[held.person_id][held.skill_id] = held.level
    return levels


async def wanted_by(person_id: int) -> Wanted:
    """What one mentee looks for; four statements."""
    gaps = await gaps_of([person_id])
    preferences = await MenteePreference.filter(person_id=person_id)
    return Wanted(gaps=gaps[person_id], options=frozenset(each.option_id for each in preferences))


async def offered_by(mentors: Sequence[Mentor]) -> dict[int, Offered]:
    """What each mentor brings: nothing, once they left the search; two statements."""
    keys = [mentor.id for mentor in mentors]
    levels = await levels_of(keys)
    options: dict[int, set[int]] = defaultdict(set)
    for offer in await MentorOption.filter(mentor_id__in=keys):
        options[offer.mentor_id].add(offer.option_id)
    return {
        mentor.id: Offered(
            mentor_id=mentor.id,
            levels=levels[mentor.id] if options[mentor.id] else {},
            options=frozenset(options[mentor.id]),
            active_mentees=mentor.active_mentees,
        )
        for mentor in mentors
    }
