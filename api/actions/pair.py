"""How a mentee and the mentor that they want to ask stand, as one statement finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from api.actions.work import Work
from api.domain.eligibility import reasons_against
from api.domain.gaps import find_gaps
from api.domain.matching import Offered, Wanted
from api.domain.viewer import Viewer
from api.search.eligible import business_skills
from api.search.findable import OFFERING

# Parameters: $1 the organisation, $2 the mentee, $3 the mentor, $4 the mentee's own name for the request.
_STANDING: Final = f"""
SELECT nextval('mentor_request_id_seq') AS request_id, person.erased_at IS NOT NULL AS erased,
       organisation.mentoring_enabled, organisation.mentor_level, organisation.open_request_limit,
       organisation.request_expiry_days,
       (SELECT jsonb_agg(jsonb_build_array(skill.id, skill.name, skill.category, held_level.level)
                         ORDER BY skill.name, skill.id)
        FROM skill LEFT JOIN held_level ON held_level.person_id = mentor.id AND held_level.skill_id = skill.id
        WHERE skill.organisation_id = organisation.id AND skill.kind = 'ATTRIBUTE' AND NOT skill.retired)
           AS attributes,
       mentor.id IS NOT NULL AS known, {OFFERING} AS offering, mentor.active_mentees,
       ARRAY(SELECT option_id FROM mentor_option WHERE mentor_id = mentor.id) AS offered,
       ARRAY(SELECT option_id FROM mentee_preference WHERE person_id = person.id) AS wanted,
       (SELECT jsonb_agg(jsonb_build_array(skill.id, requirement.level, own.level, theirs.level))
        FROM role_requirement AS requirement
        JOIN skill ON skill.id = requirement.skill_id AND NOT skill.retired
        LEFT JOIN held_level AS own ON own.person_id = person.id AND own.skill_id = skill.id
        LEFT JOIN held_level AS theirs ON theirs.person_id = mentor.id AND theirs.skill_id = skill.id
        WHERE requirement.role_profile_id = person.role_profile_id)::text AS requirements,
       pending.open_requests, pending.asked,
       EXISTS (SELECT FROM mentorship WHERE mentee_id = person.id AND mentor_id = mentor.id AND ended_at IS NULL)
           AS mentored,
       kept.digest, kept.request_id AS kept_request_id, kept.refusal
FROM person
JOIN organisation ON organisation.id = person.organisation_id
LEFT JOIN mentor ON mentor.id = $3 AND mentor.organisation_id = organisation.id
LEFT JOIN idempotency_key AS kept ON kept.person_id = person.id AND kept.key = $4
CROSS JOIN LATERAL (
    SELECT count(*) AS open_requests, coalesce(bool_or(mentor_id = mentor.id), false) AS asked
    FROM mentor_request WHERE mentee_id = person.id AND status = 'PENDING'
) AS pending
WHERE person.id = $2 AND person.organisation_id = $1
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is to be known before one asks the other, and all that the request is made of.

    ``found`` is the row: the numbers and truths in it are told by their names in the statement.
    """

    found: Mapping[str, Any]
    wanted: Wanted
    offered: Offered
    findable: bool


async def read_pair(work: Work, viewer: Viewer, *, mentor_id: int, key: str | None) -> Pair:
    """Read it; one statement. Raises ``LookupError`` where the viewer is nobody."""
    rows = await work.rows(_STANDING, viewer.organisation_id, viewer.person_id, mentor_id, key)
    if not rows:
        raise LookupError(f"there is no person {viewer.person_id}")
    row = rows[0]
    attributes = orjson.loads(row["attributes"] or "[]")
    requirements = orjson.loads(row["requirements"] or "[]")
    gaps = find_gaps(
        required={skill: level for skill, level, _, _ in requirements},
        held={skill: own for skill, _, own, _ in requirements if own is not None},
    )
    against = reasons_against(
        mentoring_enabled=row["mentoring_enabled"],
        attributes=business_skills((skill, name, category) for skill, name, category, _ in attributes),
        held={skill: level for skill, _, _, level in attributes if level is not None},
        required=row["mentor_level"],
    )
    return Pair(
        found=row,
        wanted=Wanted(gaps=gaps, options=frozenset(row["wanted"])),
        offered=Offered(
            mentor_id=mentor_id,
            levels={skill: theirs for skill, _, _, theirs in requirements if theirs is not None},
            options=frozenset(row["offered"]),
            active_mentees=row["active_mentees"] or 0,
        ),
        findable=bool(row["offering"]) and not against,
    )
