"""How a mentee and the mentor whom they want to ask stand to one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.domain.eligibility import reasons_against
from api.domain.matching import Offered
from api.domain.viewer import Viewer
from api.models.statements import records
from api.search.findable import OFFERING
from api.search.holdings import CODED, holding
from api.search.mentee import MENTEE, Mentee, mentee_of

# Parameters: $1 the organisation, $2 the mentee, $3 the mentor, $4 the mentee's own name for the request.
_STANDING: Final = f"""
SELECT {MENTEE},
       nextval('mentor_request_id_seq') AS request_id, person.erased_at IS NOT NULL AS erased,
       kept.digest, kept.request_id AS kept_request_id, kept.refusal,
       mentor.id IS NOT NULL AS known, mentor.active_mentees, {OFFERING} AS offering,
       ARRAY(SELECT option_id FROM mentor_option WHERE mentor_id = mentor.id) AS offered,
       held.coded AS held, pending.open_requests, pending.asked,
       EXISTS (SELECT FROM mentorship WHERE mentee_id = person.id AND mentor_id = mentor.id AND ended_at IS NULL)
           AS mentored
FROM organisation JOIN person ON person.organisation_id = organisation.id
LEFT JOIN mentor ON mentor.id = $3 AND mentor.organisation_id = organisation.id
LEFT JOIN idempotency_key AS kept ON kept.person_id = person.id AND kept.key = $4
CROSS JOIN LATERAL (
    SELECT {CODED} AS coded FROM held_level WHERE person_id = mentor.id
) AS held
CROSS JOIN LATERAL (
    SELECT count(*) AS open_requests, coalesce(bool_or(mentor_id = mentor.id), false) AS asked
    FROM mentor_request WHERE mentee_id = person.id AND status = 'PENDING'
) AS pending
WHERE organisation.id = $1 AND person.id = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What is to be known before one asks the other, and all that the request is made of.

    ``found`` is the row: what else is known goes by its names in the statement.
    """

    mentee: Mentee
    offered: Offered
    findable: bool
    found: Mapping[str, Any]


async def read_pair(viewer: Viewer, *, mentor_id: int, key: str | None) -> Pair:
    """Read it; one statement. ``key`` is the mentee's own name for the request, if any."""
    (found,) = await records(_STANDING, viewer.organisation_id, viewer.person_id, mentor_id, key)
    mentee = mentee_of(viewer, found)
    levels = holding(found["held"]).levels
    against = reasons_against(
        mentoring_enabled=mentee.rule.enabled,
        attributes=mentee.rule.attributes,
        held=levels,
        required=mentee.rule.level,
    )
    return Pair(
        mentee=mentee,
        offered=Offered(
            mentor_id=mentor_id,
            levels=levels,
            options=frozenset(found["offered"]),
            active_mentees=found["active_mentees"] or 0,
        ),
        findable=found["offering"] and not against,
        found=found,
    )
