"""The search proposes, the database disposes: whoever is shown was read from the rows, and could be asked just then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from api.domain.matching import Match, MatchBasis, Offered, Rank, match
from api.models import Mentor, Person
from api.models.statements import columns_of, number_of_columns, records_of, rows_from
from api.search.criteria import Criteria, Window
from api.search.findable import FINDABLE, LEFT_OUT
from api.search.framework import HELD, levels_by_skill
from api.search.mentee import Mentee
from api.search.ranking import MentorSearch

# The whole card of each: it costs less than to ask for it when it turns out to be wanted.
_CANDIDATES: Final = f"""
WITH {FINDABLE}
SELECT {{mentor}}, {{person}}, ARRAY(SELECT option_id FROM mentor_option WHERE mentor_id = mentor.id), {HELD}
FROM findable JOIN mentor USING (id) JOIN person USING (id)
WHERE mentor.id = ANY($4::bigint[]) AND mentor.id NOT IN ({LEFT_OUT})
"""


@dataclass(slots=True, kw_only=True)
class Suited:
    """A mentor whom the mentee could ask, and how they suit. ``held`` is what they hold, as in ``HELD``."""

    mentor: Mentor
    person: Person
    held: list[int]
    match: Match


async def suited(
    search: MentorSearch, *, mentee: Mentee, basis: MatchBasis, criteria: Criteria, window: Window[Rank]
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
        for each in await _read(mentee, basis, [rank.mentor_id for rank in ranks]):
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


async def _read(mentee: Mentee, basis: MatchBasis, mentor_ids: Sequence[int]) -> list[Suited]:
    if not mentor_ids:
        return []
    records = await records_of(
        _candidates(),
        mentee.rule.organisation_id,
        mentee.rule.attribute_ids,
        mentee.id,
        list(mentor_ids),
    )
    mentors = rows_from(Mentor, records)
    people = rows_from(Person, records, after=number_of_columns(Mentor))
    found = []
    for mentor, person, record in zip(mentors, people, records, strict=True):
        options, held = record[-2], record[-1]
        if suits := match(mentee.wanted, _offered(mentor, options, held), basis):
            found.append(Suited(mentor=mentor, person=person, held=held, match=suits))
    return found


@cache
def _candidates() -> str:
    return _CANDIDATES.format(mentor=columns_of(Mentor, "mentor"), person=columns_of(Person, "person"))


def _offered(mentor: Mentor, options: Sequence[int], held: Sequence[int]) -> Offered:
    return Offered(
        mentor_id=mentor.id,
        levels=levels_by_skill(held),
        options=frozenset(options),
        active_mentees=mentor.active_mentees,
    )
