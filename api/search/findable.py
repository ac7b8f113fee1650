"""Who can be found and asked (design, section 2, "Findable" and "Left out of the list"), as SQL."""

from collections.abc import Sequence
from typing import Final

from tortoise.connection import get_connection

from api.search.eligible import MentoringRule

# What is up to a mentor, and needs no rule of the organisation to be told: what the match index holds.
OFFERING: Final = """
    NOT mentor.paused
    AND NOT EXISTS (SELECT FROM person WHERE person.id = mentor.id AND person.deactivated_at IS NOT NULL)
    AND (mentor.capacity IS NULL OR mentor.active_mentees < mentor.capacity)
    AND EXISTS (SELECT FROM mentor_option WHERE mentor_option.mentor_id = mentor.id)
"""

# Parameters: $1 the organisation, $2 the attributes that a mentor must hold.
FINDABLE: Final = f"""
findable AS (
    SELECT mentor.id, mentor.active_mentees
    FROM mentor JOIN organisation ON organisation.id = mentor.organisation_id
    WHERE mentor.organisation_id = $1::bigint
      AND organisation.mentoring_enabled
      AND {OFFERING}
      AND cardinality($2::bigint[]) > 0
      AND cardinality($2::bigint[]) = (
          SELECT count(*) FROM held_level
          WHERE held_level.person_id = mentor.id
            AND held_level.skill_id = ANY($2::bigint[])
            AND held_level.level >= organisation.mentor_level
      )
)
"""

# Parameter: $3 the mentee.
LEFT_OUT: Final = """
    SELECT $3::bigint AS id
    UNION ALL
    SELECT mentor_id FROM mentor_request WHERE mentee_id = $3::bigint AND status = 'PENDING'
    UNION ALL
    SELECT mentor_id FROM mentorship WHERE mentee_id = $3::bigint AND ended_at IS NULL
"""

_FINDABLE_AMONG: Final = f"WITH {FINDABLE} SELECT id FROM findable WHERE id = ANY($3::bigint[])"


async def findable_among(rule: MentoringRule, mentor_ids: Sequence[int]) -> frozenset[int]:
    """Those of ``mentor_ids`` who can be found and asked today; one statement."""
    rows = await get_connection("default").execute_query_dict(
        _FINDABLE_AMONG, [rule.organisation_id, rule.attribute_ids, list(mentor_ids)]
    )
    return frozenset(row["id"] for row in rows)
