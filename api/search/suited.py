"""The search proposes, the database disposes: whoever is shown was read from the rows, and could be asked just then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from api.domain.matching import Match, MatchBasis, Offered, Rank, match
from api.models import Mentor, Person
from api.models.statements import columns_beside, records, row_beside, row_of
from api.search.criteria import Criteria, Window
from api.search.findable import FINDABLE, LEFT_OUT
from api.search.holdings import CODED, Holding, holding
from api.search.mentee import Mentee
from api.search.ranking import MentorSearch

_CANDIDATES: Final = f"""
WITH {FINDABLE}
SELECT mentor.*, ARRAY(SELECT option_id FROM mentor_option WHERE mentor_id = mentor.id) AS options,
       held.coded AS held, {{person}}
FROM findable JOIN mentor USING (id)
LEFT JOIN LATERAL (
    SELECT {CODED} AS coded FROM held_level
    WHERE person_id = mentor.id AND ($6::boolean OR skill_id = ANY($5::bigint[]))
) AS held ON true
LEFT JOIN person ON $7::boolean AND person.id = mentor.id
WHERE mentor.id = ANY($4::bigint[]) AND mentor.id NOT IN ({LEFT_OUT})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is read with each mentor: who they are, and all that they hold."""

    person: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suited:
    """A mentor whom the mentee could ask, the keys of what they offer, and how they suit; ``person`` and ``held`` where
    they were to be read, too.
    """

    mentor: Mentor
    options: tuple[int, ...]
    match: Match
    person: Person | None
    held: Holding | None


async def suited(
    search: MentorSearch,
    *,
    mentee: Mentee,
    basis: MatchBasis,
    criteria: Criteria,
    window: Window[Rank],
    beside: Beside,
) -> list[Suited]:
    """Those within the window, best first, or last first where it runs backwards. Where some of those proposed fall
    away, more are asked for.
    """
    found: dict[int, Suited] = {}
    asked = window
    while True:
        ranks = await search.ranked(
            rule=mentee.rule,
            mentee_id=mentee.id,
            wanted=mentee.wanted,
            basis=basis,
            criteria=criteria,
            window=asked,
        )
        at_the_end = len(ranks) < asked.limit
        reach = window if at_the_end else _as_far_as(ranks[-1], window)
        for each in await _read(mentee, basis, [rank.mentor_id for rank in ranks], beside):
            # One whose rank has changed meanwhile, beyond what was read, is found there.
            if _is_within(each.match.rank, reach):
                found[each.mentor.id] = each
        if at_the_end or len(found) >= window.limit:
            return sorted(found.values(), key=lambda each: each.match.rank, reverse=window.backwards)[: window.limit]
        rest = replace(window, limit=window.limit - len(found))
        asked = replace(rest, before=ranks[-1]) if window.backwards else replace(rest, after=ranks[-1])


def _as_far_as(last: Rank, window: Window[Rank]) -> Window[Rank]:
    """The window, cut off behind the last rank that was read."""
    return (
        replace(window, after=last._replace(mentor_id=last.mentor_id - 1))
        if window.backwards
        else replace(window, before=last._replace(mentor_id=last.mentor_id + 1))
    )


def _is_within(rank: Rank, window: Window[Rank]) -> bool:
    return (window.after is None or rank > window.after) and (window.before is None or rank < window.before)


async def _read(mentee: Mentee, basis: MatchBasis, mentor_ids: Sequence[int], beside: Beside) -> list[Suited]:
    if not mentor_ids:
        return []
    rows = await records(
        _candidates(),
        mentee.rule.organisation_id,
        mentee.rule.attribute_ids,
        mentee.id,
        list(mentor_ids),
        [gap.skill_id for gap in mentee.wanted.gaps],
        beside.held,
        beside.person,
    )
    every = [_suited(row, mentee, basis, beside) for row in rows]
    return [each for each in every if each]


def _suited(row: Mapping[str, Any], mentee: Mentee, basis: MatchBasis, beside: Beside) -> Suited | None:
    held = holding(row["held"])
    offered = Offered(
        mentor_id=row["id"],
        levels=held.levels,
        options=frozenset(row["options"]),
        active_mentees=row["active_mentees"],
    )
    suits = match(mentee.wanted, offered, basis)
    if suits is None:
        return None
    return Suited(
        mentor=row_of(Mentor, row),
        options=tuple(row["options"]),
        match=suits,
        person=row_beside(Person, "person", row) if beside.person else None,
        held=held if beside.held else None,
    )


@cache
def _candidates() -> str:
    return _CANDIDATES.format(person=columns_beside(Person, "person"))
