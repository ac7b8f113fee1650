"""The search itself: who suits a mentee best, in order. Other ways of finding the same order may take its place."""

from typing import Any, Final, NamedTuple, Protocol

from tortoise.connection import get_connection

from api.domain.matching import MatchBasis, Rank, Wanted
from api.search.criteria import Criteria, Window
from api.search.eligible import MentoringRule
from api.search.findable import FINDABLE, LEFT_OUT


class Listing(NamedTuple):
    """A mentor's place in the directory: by name, and by key among namesakes."""

    name: str
    mentor_id: int


class MentorSearch(Protocol):
    """What the service needs of a search. Both listings hold only mentors whom ``mentee_id`` could ask today."""

    async def ranked(
        self,
        *,
        rule: MentoringRule,
        mentee_id: int,
        wanted: Wanted,
        basis: MatchBasis,
        criteria: Criteria,
        window: Window[Rank],
    ) -> list[Rank]:
        """The ranks within the window, best first (last first where it runs backwards)."""

    async def directory(
        self, *, rule: MentoringRule, mentee_id: int, criteria: Criteria, window: Window[Listing]
    ) -> list[Listing]:
        """The same by name, whether they suit the mentee or not."""


# Parameters from $4: the criteria, in the order of their fields.
_CANDIDATES: Final = f"""
WITH {FINDABLE},
candidate AS (
    SELECT findable.id, findable.active_mentees, person.name
    FROM findable JOIN person USING (id)
    WHERE findable.id NOT IN ({LEFT_OUT})
      AND ($4::bigint[] IS NULL OR EXISTS (
          SELECT FROM mentor_option
          WHERE mentor_option.mentor_id = findable.id AND mentor_option.option_id = ANY($4::bigint[])))
      AND (($5::bigint[] IS NULL AND $6::smallint IS NULL) OR EXISTS (
          SELECT FROM held_level JOIN skill ON skill.id = held_level.skill_id
          WHERE held_level.person_id = findable.id
            AND skill.kind = 'PROFESSIONAL'
            AND ($5::bigint[] IS NULL OR held_level.skill_id = ANY($5::bigint[]))
            AND held_level.level >= coalesce($6::smallint, 1)))
      AND ($7::text IS NULL OR lower(person.location) = lower($7::text))
      AND ($8::text IS NULL OR lower(person.time_zone) = lower($8::text))
      AND ($9::text IS NULL
           OR strpos(lower(person.name), lower($9::text)) > 0
           OR strpos(lower(person.job_title), lower($9::text)) > 0)
)
"""

# A level is a thermometer of bits, so what a mentor covers of a gap is one AND and one population count.
_RANKED: Final = f"""
{_CANDIDATES},
covered AS (
    SELECT held_level.person_id AS id,
           sum(bit_count(((1 << held_level.level) - 1)::bit(7) & gap.mask::bit(7))) AS levels
    FROM unnest($10::bigint[], $11::int[]) AS gap (skill_id, mask) JOIN held_level USING (skill_id)
    GROUP BY held_level.person_id
),
shared AS (
    SELECT mentor_id AS id, count(*) AS options
    FROM mentor_option WHERE option_id = ANY($12::bigint[])
    GROUP BY mentor_id
),
ranked AS (
    SELECT ($13::int - coalesce(covered.levels, 0))::bigint AS uncovered,
           (cardinality($12::bigint[]) - coalesce(shared.options, 0))::bigint AS unshared,
           candidate.active_mentees::bigint AS active_mentees,
           candidate.id
    FROM candidate LEFT JOIN covered USING (id) LEFT JOIN shared USING (id)
    WHERE ($13::int IS NULL OR covered.levels > 0)
      AND (cardinality($12::bigint[]) = 0 OR shared.options > 0)
)
SELECT coalesce(uncovered, 0) AS uncovered, unshared, active_mentees, id FROM ranked
"""

_RANK_KEY: Final = ("coalesce(uncovered, 0)", "unshared", "active_mentees", "id")
_LISTING_KEY: Final = ("name", "id")


class PostgresMentorSearch:
    """The search as one statement over the tables themselves."""

    async def ranked(
        self,
        *,
        rule: MentoringRule,
        mentee_id: int,
        wanted: Wanted,
        basis: MatchBasis,
        criteria: Criteria,
        window: Window[Rank],
    ) -> list[Rank]:
        by_skill = basis is MatchBasis.SKILL_GAPS_AND_PREFERENCES
        gaps = wanted.gaps if by_skill else ()
        values = [
            *_candidate_values(rule, mentee_id, criteria),
            [gap.skill_id for gap in gaps],
            [gap.mask for gap in gaps],
            list(wanted.options),
            wanted.missing_levels if by_skill else None,
        ]
        rows = await _rows_within(_RANKED, values, _RANK_KEY, window)
        return [Rank(row["uncovered"], row["unshared"], row["active_mentees"], row["id"]) for row in rows]

    async def directory(
        self, *, rule: MentoringRule, mentee_id: int, criteria: Criteria, window: Window[Listing]
    ) -> list[Listing]:
        statement = f"{_CANDIDATES} SELECT name, id FROM candidate"
        rows = await _rows_within(statement, _candidate_values(rule, mentee_id, criteria), _LISTING_KEY, window)
        return [Listing(row["name"], row["id"]) for row in rows]


def _candidate_values(rule: MentoringRule, mentee_id: int, criteria: Criteria) -> list[object]:
    return [
        rule.organisation_id,
        rule.attribute_ids,
        mentee_id,
        None if criteria.options is None else list(criteria.options),
        None if criteria.skills is None else list(criteria.skills),
        criteria.minimum_level,
        criteria.location,
        criteria.time_zone,
        criteria.text,
    ]


async def _rows_within(
    statement: str, values: list[object], key: tuple[str, ...], window: Window[Rank] | Window[Listing]
) -> list[dict[str, Any]]:
    """Run a statement with the window's bounds, order and limit added: by keyset, never by offset."""
    bounds = []
    for operator, bound in ((">", window.after), ("<", window.before)):
        if bound is not None:
            places = ", ".join(f"${len(values) + number}" for number in range(1, len(bound) + 1))
            bounds.append(f"({', '.join(key)}) {operator} ({places})")
            values = [*values, *bound]
    where = f" WHERE {' AND '.join(bounds)}" if bounds else ""
    direction = " DESC" if window.backwards else ""
    order = ", ".join(f"{column}{direction}" for column in key)
    return await get_connection("default").execute_query_dict(
        f"{statement}{where} ORDER BY {order} LIMIT {window.limit:d}", values
    )
