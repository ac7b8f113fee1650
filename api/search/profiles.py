"""What mentees look for and what mentors bring, read for as many people as are asked for in a fixed number of
statements.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from tortoise.connection import get_connection

from api.domain.gaps import Gap, find_gaps
from api.domain.matching import Offered, Wanted
from api.models import Mentor

# What statements ask of the person of a row: what the role requires of them and what they hold of it, and what they
# want. A skill that the framework has retired measures nobody.
MEASURED: Final = """
(SELECT json_agg(json_build_array(requirement.skill_id, requirement.level, coalesce(held.level, 0)))
 FROM role_requirement AS requirement
 JOIN skill ON skill.id = requirement.skill_id AND NOT skill.retired
 LEFT JOIN held_level AS held ON held.person_id = person.id AND held.skill_id = requirement.skill_id
 WHERE requirement.role_profile_id = person.role_profile_id) AS measured
"""
PREFERRED: Final = "ARRAY(SELECT option_id FROM mentee_preference WHERE person_id = person.id) AS preferred"

_GAPS: Final = f"SELECT person.id, {MEASURED} FROM person WHERE person.id = ANY($1::bigint[])"
_WANTED: Final = f"SELECT {MEASURED}, {PREFERRED} FROM person WHERE person.id = $1"
_LEVELS: Final = "SELECT person_id, skill_id, level FROM held_level WHERE person_id = ANY($1::bigint[])"
_OFFERED: Final = "SELECT mentor_id, option_id FROM mentor_option WHERE mentor_id = ANY($1::bigint[])"


async def gaps_of(person_ids: Sequence[int]) -> dict[int, tuple[Gap, ...]]:
    """The skill gaps of each person, against the role profile that they have; one statement."""
    rows = await get_connection("default").execute_query_dict(_GAPS, [list(person_ids)])
    return dict.fromkeys(person_ids, ()) | {row["id"]: _gaps(row["measured"]) for row in rows}


def _gaps(measured: str | None) -> tuple[Gap, ...]:
    levels = orjson.loads(measured or "[]")
    return find_gaps(
        required={skill_id: required for skill_id, required, _ in levels},
        held={skill_id: held for skill_id, _, held in levels},
    )


async def levels_of(person_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """The level at which each person holds each skill; one statement."""
    levels: dict[int, dict[int, int]] = {person_id: {} for person_id in person_ids}
    for row in await get_connection("default").execute_query_dict(_LEVELS, [list(person_ids)]):
        levels[row["person_id"]][row["skill_id"]] = row["level"]
    return levels


async def wanted_by(person_id: int) -> Wanted:
    """What one mentee looks for; one statement."""
    (row,) = await get_connection("default").execute_query_dict(_WANTED, [person_id])
    return wanted_from(row)


def wanted_from(row: Mapping[str, Any]) -> Wanted:
    """What the person of a row looks for that has ``MEASURED`` and ``PREFERRED``."""
    return Wanted(gaps=_gaps(row["measured"]), options=frozenset(row["preferred"]))


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
