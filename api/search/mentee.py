"""What a search begins with, and a request: the organisation's rule, and what the mentee looks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from api.domain.eligibility import Attribute
from api.domain.gaps import find_gaps
from api.domain.matching import Wanted
from api.domain.viewer import Viewer
from api.models.statements import records
from api.search.eligible import AskingRule, business_skills

# Which skills an organisation has, and which transaction wrote each of them last, whoever it was of. A sum of hashes of
# their values would not do: PostgreSQL's hash of a row adds up those of its columns, so that two skills that exchange
# their names would go unnoticed.
FRAMEWORK_VERSION: Final = (
    "SELECT coalesce(sum(hashint8extended(skill.id, skill.xmin::text::bigint)), 0)::text "
    "FROM skill WHERE organisation_id = {organisation}"
)

# Columns that tell who a mentee is, for a statement over `organisation` and `person`.
MENTEE: Final = """
       organisation.mentoring_enabled, organisation.mentor_level, organisation.open_request_limit,
       organisation.request_expiry_days,
       (SELECT jsonb_agg(jsonb_build_array(id, name, category) ORDER BY name, id)
        FROM skill WHERE organisation_id = organisation.id AND kind = 'ATTRIBUTE' AND NOT retired) AS attributes,
       (SELECT jsonb_agg(jsonb_build_array(skill.id, role_requirement.level, held_level.level))
        FROM role_requirement JOIN skill ON skill.id = role_requirement.skill_id AND NOT skill.retired
        LEFT JOIN held_level ON held_level.person_id = person.id AND held_level.skill_id = skill.id
        WHERE role_requirement.role_profile_id = person.role_profile_id) AS requirements,
       ARRAY(SELECT option_id FROM mentee_preference WHERE person_id = person.id) AS options
"""

_MENTEE: Final = f"""
SELECT {MENTEE},
       CASE WHEN $3::boolean THEN ({FRAMEWORK_VERSION.format(organisation="$1")}) END AS framework
FROM organisation JOIN person ON person.organisation_id = organisation.id
WHERE organisation.id = $1 AND person.id = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentee:
    """Somebody who looks for a mentor. ``framework`` tells one state of the organisation's skills from another, where
    that was asked for.
    """

    id: int
    framework: str | None
    rule: AskingRule
    wanted: Wanted


async def read_mentee(viewer: Viewer, *, framework: bool = False) -> Mentee:
    """The viewer, as a mentee."""
    (row,) = await records(_MENTEE, viewer.organisation_id, viewer.person_id, framework)
    return mentee_of(viewer, row, framework=row["framework"])


def mentee_of(viewer: Viewer, row: Mapping[str, Any], *, framework: str | None = None) -> Mentee:
    """The viewer, as the columns of ``MENTEE`` tell."""
    requirements = orjson.loads(row["requirements"] or "[]")
    gaps = find_gaps(
        required={skill_id: level for skill_id, level, _ in requirements},
        held={skill_id: held for skill_id, _, held in requirements if held is not None},
    )
    rule = AskingRule(
        organisation_id=viewer.organisation_id,
        enabled=row["mentoring_enabled"],
        level=row["mentor_level"],
        open_request_limit=row["open_request_limit"],
        request_expiry_days=row["request_expiry_days"],
        attributes=_business_skills(row["attributes"]),
    )
    return Mentee(
        id=viewer.person_id,
        framework=framework,
        rule=rule,
        wanted=Wanted(gaps=gaps, options=frozenset(row["options"])),
    )


@lru_cache(maxsize=256)
def _business_skills(attributes: str | None) -> tuple[Attribute, ...]:
    """Of everybody in an organisation they are the same, until its framework changes."""
    return business_skills(orjson.loads(attributes or "[]"))
