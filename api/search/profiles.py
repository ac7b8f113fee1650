"""What mentees look for and what mentors bring, read for as many people as are asked for in a fixed number of
statements.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from tortoise.connection import get_connection

from api.domain.gaps import Gap, find_gaps
from api.domain.matching import Offered, Wanted
from api.models import Mentor
from api.search.holdings import CODED, Holding, holding

# A skill that the framework has retired measures nobody.
_MEASURED: Final = """
SELECT person.id AS person_id, requirement.skill_id, requirement.level AS required, coalesce(held.level, 0) AS held
FROM person
JOIN role_requirement AS requirement ON requirement.role_profile_id = person.role_profile_id
JOIN skill ON skill.id = requirement.skill_id AND NOT skill.retired
LEFT JOIN held_level AS held ON held.person_id = person.id AND held.skill_id = requirement.skill_id
WHERE person.id = ANY($1::bigint[])
"""

_HELD: Final = f"""
SELECT person_id, {CODED} AS held
FROM held_level WHERE person_id = ANY($1::bigint[]) AND organisation_id = $2 GROUP BY person_id
"""
_LEVELS: Final = "SELECT person_id, skill_id, level FROM held_level WHERE person_id = ANY($1::bigint[])"
_WANTED: Final = "SELECT option_id FROM mentee_preference WHERE person_id = $1"
_OFFERED: Final = "SELECT mentor_id, option_id FROM mentor_option WHERE mentor_id = ANY($1::bigint[])"


async def held_by(organisation_id: int, person_ids: Sequence[int]) -> dict[int, Holding]:
    """What each person of an organisation holds; one statement."""
    held = dict.fromkeys(person_ids, holding(None))
    for row in await get_connection("default").execute_query_dict(_HELD, [list(person_ids), organisation_id]):
        held[row["person_id"]] = holding(row["held"])
    return held


async def gaps_of(person_ids: Sequence[int]) -> dict[int, tuple[Gap, ...]]:
    """The skill gaps of each person, against the role profile that they have; one statement."""
    required: dict[int, dict[int, int]] = defaultdict(dict)
    held: dict[int, dict[int, int]] = defaultdict(dict)
    for row in await get_connection("default").execute_query_dict(_MEASURED, [list(person_ids)]):
        required[row["person_id"]][row["skill_id"]] = row["required"]
        held[row["person_id"]][row["skill_id"]] = row["held"]
    return {
        person_id: find_gaps(required=required[person_id], held=held[person_id]) if person_id in required else ()
        for person_id in person_ids
    }


async def levels_of(person_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """The level at which each person holds each skill; one statement."""
    levels: dict[int, dict[int, int]] = {person_id: {} for person_id in person_ids}
    for row in await get_connection("default").execute_query_dict(_LEVELS, [list(person_ids)]):
        levels[row["person_id"]][row["skill_id"]] = row["level"]
    return levels


async def wanted_by(person_id: int) -> Wanted:
    """What one mentee looks for; two statements."""
    gaps = await gaps_of([person_id])
    preferences = await get_connection("default").execute_query_dict(_WANTED, [person_id])
    return Wanted(gaps=gaps[person_id], options=frozenset(row["option_id"] for row in preferences))


async def offered_by(mentors: Sequence[Mentor]) -> dict[int, Offered]:
    """What each mentor brings: nothing, once they left the search; two statements."""
    keys = [mentor.id for mentor in mentors]
    levels = await levels_of(keys)
    options: dict[int, set[int]] = defaultdict(set)
    for row in await get_connection("default").execute_query_dict(_OFFERED, [keys]):
        options[row["mentor_id"]].add(row["option_id"])
    return {
        mentor.id: Offered(
            mentor_id=mentor.id,
            levels=levels[mentor.id] if options[mentor.id] else {},
            options=frozenset(options[mentor.id]),
            active_mentees=mentor.active_mentees,
        )
        for mentor in mentors
    }
