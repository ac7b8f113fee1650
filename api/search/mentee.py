"""What a search begins with: the organisation's rule and framework, and what the mentee looks for."""

from dataclasses import dataclass
from typing import Final

from tortoise.connection import get_connection

from api.domain.matching import Wanted
from api.domain.viewer import Viewer
from api.search.eligible import RULE, MentoringRule, rule_from
from api.search.framework import FINGERPRINT, Framework, Frameworks
from api.search.profiles import MEASURED, PREFERRED, wanted_from

_MENTEE: Final = f"""
SELECT {RULE}, {FINGERPRINT} AS fingerprint, {MEASURED}, {PREFERRED}
FROM organisation JOIN person ON person.organisation_id = organisation.id
WHERE organisation.id = $1 AND person.id = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentee:
    """Somebody who looks for a mentor."""

    id: int
    rule: MentoringRule
    framework: Framework
    wanted: Wanted


async def read_mentee(viewer: Viewer, frameworks: Frameworks) -> Mentee:
    """The viewer, as a mentee; one statement, and another where the framework changed."""
    (row,) = await get_connection("default").execute_query_dict(_MENTEE, [viewer.organisation_id, viewer.person_id])
    framework = await frameworks.of(viewer.organisation_id, row["fingerprint"])
    return Mentee(
        id=viewer.person_id,
        rule=rule_from(viewer.organisation_id, row, framework.attributes),
        framework=framework,
        wanted=wanted_from(row),
    )
