"""What an administrator reads of their organisation: what is in use, who is mentored, and numbers over everybody."""

from dataclasses import dataclass
from typing import Any, Final

from tortoise.connection import get_connection
from tortoise.expressions import F, Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from api.domain.lifecycle import DECISIONS, RequestStatus
from api.models import (
    Action,
    ActionType,
    MenteePreference,
    Mentor,
    MentorOption,
    MentorRequest,
    Mentorship,
    PreferenceOption,
)
from api.resolvers.paging import Page, PageArguments, cursor, page_by_id
from api.search.eligible import MentoringRule
from api.search.findable import FINDABLE

_KIND: Final = "activeMentorships"
MOST_GAPS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionInUse:
    """An option, and how many mentors offer and how many people want it."""

    option: PreferenceOption
    mentors: int
    mentees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTypeInUse:
    """An action type, and how many actions on plans have it."""

    action_type: ActionType
    actions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaught:
    """A level of a skill that no findable mentor has reached, and how many people miss it."""

    skill_id: int
    level: int
    people: int


async def options_in_use(organisation_id: int) -> list[OptionInUse]:
    """Every option, retired ones included, in the organisation's order; three statements."""
    mentors = await _counted(MentorOption.filter(organisation_id=organisation_id), "option_id")
    mentees = await _counted(MenteePreference.filter(organisation_id=organisation_id), "option_id")
    rows = await PreferenceOption.filter(organisation_id=organisation_id).order_by("position", "id")
    return [OptionInUse(option=row, mentors=mentors.get(row.id, 0), mentees=mentees.get(row.id, 0)) for row in rows]


async def action_types_in_use(organisation_id: int) -> list[ActionTypeInUse]:
    """Every action type, retired ones included, in the organisation's order; two statements."""
    actions = await _counted(Action.filter(organisation_id=organisation_id, removed_at=None), "type_id")
    rows = await ActionType.filter(organisation_id=organisation_id).order_by("position", "id")
    return [ActionTypeInUse(action_type=row, actions=actions.get(row.id, 0)) for row in rows]


async def _counted(rows: QuerySet[Any], key: str) -> dict[int, int]:
    return dict(await rows.annotate(rows=Count("id")).group_by(key).values_list(key, "rows"))


async def page_of_active_mentorships(
    organisation_id: int, person_id: int | None, arguments: PageArguments
) -> Page[Mentorship]:
    """Active mentorships, newest first; of one person, on either side, where one is given."""
    return await page_by_id(_active(organisation_id, person_id), arguments, _KIND, newest_first=True)


async def count_active_mentorships(organisation_id: int, person_id: int | None = None) -> int:
    return await _active(organisation_id, person_id).count()


def mentorship_cursor(row: Mentorship) -> str:
    return cursor(_KIND, row.id)


def _active(organisation_id: int, person_id: int | None) -> QuerySet[Mentorship]:
    rows = Mentorship.filter(organisation_id=organisation_id, ended_at=None)
    return rows if person_id is None else rows.filter(Q(mentor_id=person_id) | Q(mentee_id=person_id))


async def count_open_requests(organisation_id: int) -> int:
    return await MentorRequest.filter(organisation_id=organisation_id, status=RequestStatus.PENDING).count()


async def count_decided_requests(organisation_id: int) -> int:
    return await MentorRequest.filter(organisation_id=organisation_id, status__in=DECISIONS).count()


_MEDIAN_DAYS: Final = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at)) / 86400 AS days
FROM mentor_request WHERE organisation_id = $1 AND status IN ('ACCEPTED', 'DECLINED')
"""


async def median_days_to_answer(organisation_id: int) -> float | None:
    (row,) = await _rows(_MEDIAN_DAYS, organisation_id)
    return None if row["days"] is None else float(row["days"])


_ACCEPTED_PERCENT: Final = """
SELECT 100 * avg((status = 'ACCEPTED')::int)::float8 AS percent
FROM mentor_request WHERE organisation_id = $1 AND status IN ('ACCEPTED', 'DECLINED')
"""


async def acceptance_percent(organisation_id: int) -> float | None:
    (row,) = await _rows(_ACCEPTED_PERCENT, organisation_id)
    return None if row["percent"] is None else float(row["percent"])


async def count_mentors(organisation_id: int) -> int:
    """Whoever offers at least one option, whether they can be asked today or not."""
    return await _mentors(organisation_id).count()


async def count_mentors_at_capacity(organisation_id: int) -> int:
    return await _mentors(organisation_id).filter(capacity__lte=F("active_mentees")).count()


def _mentors(organisation_id: int) -> QuerySet[Mentor]:
    offering = Subquery(MentorOption.filter(organisation_id=organisation_id).values("mentor_id"))
    return Mentor.filter(organisation_id=organisation_id, id__in=offering)


# Parameter: $3 the most rows. Levels that are held or taught are left out before they are unfolded.
_UNTAUGHT: Final = f"""
WITH {FINDABLE},
taught AS (
    SELECT held_level.skill_id, max(held_level.level) AS level
    FROM findable JOIN held_level ON held_level.person_id = findable.id
    GROUP BY held_level.skill_id
)
SELECT skill.id AS skill_id, missing.level, count(*) AS people
FROM person
JOIN role_requirement USING (role_profile_id)
JOIN skill ON skill.id = role_requirement.skill_id AND NOT skill.retired
LEFT JOIN held_level ON held_level.person_id = person.id AND held_level.skill_id = skill.id
LEFT JOIN taught ON taught.skill_id = skill.id
CROSS JOIN LATERAL generate_series(
    greatest(held_level.level, taught.level, 0) + 1, role_requirement.level::int
) AS missing (level)
WHERE person.organisation_id = $1::bigint
GROUP BY skill.id, skill.code, missing.level
ORDER BY people DESC, skill.code, missing.level, skill.id
LIMIT $3
"""


async def untaught_gaps(rule: MentoringRule) -> list[Untaught]:
    """Of each skill, the levels that people miss and no findable mentor has reached; those that most miss first."""
    rows = await _rows(_UNTAUGHT, rule.organisation_id, rule.attribute_ids, MOST_GAPS)
    return [Untaught(**row) for row in rows]


async def _rows(statement: str, *values: object) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))
