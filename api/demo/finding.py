"""The rules of eligibility and matching, put to people who are not in the database yet.

Skills and people have no keys there: their places in the framework and among the rows stand for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.demo.framework import FRAMEWORK
from api.demo.holdings import BUSINESS_SKILLS, MENTOR_LEVEL
from api.domain.eligibility import Attribute, reasons_against
from api.domain.gaps import Gap, find_gaps
from api.domain.matching import Match, MatchBasis, Offered, Wanted, match
from api.frameworks.rows import PersonRow

_KEYS: Final = {row.code: key for key, row in enumerate(FRAMEWORK.skills)}
_ATTRIBUTES: Final = tuple(Attribute(skill_id=_KEYS[code], name=code) for code in BUSINESS_SKILLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorProfile:
    """What a mentor offers; options are numbered by their place in the organisation's list."""

    email: str
    options: frozenset[int]
    capacity: int | None
    paused: bool


def is_eligible(row: PersonRow) -> bool:
    return not reasons_against(mentoring_enabled=True, attributes=_ATTRIBUTES, held=_levels(row), required=MENTOR_LEVEL)


def gaps_of(row: PersonRow) -> tuple[Gap, ...]:
    required = {_KEYS[code]: level for code, level in (row.required or {}).items()}
    return find_gaps(required=required, held=_levels(row))


def taught_best(found: Match) -> str:
    """The name of the skill of which the mentor covers most."""
    best = max(found.coverage, key=lambda each: len(each.covered))
    return FRAMEWORK.skills[best.gap.skill_id].name


def _levels(row: PersonRow) -> dict[int, int]:
    return {_KEYS[code]: held.level for code, held in (row.held or {}).items()}


class Finder:
    """The search over some rows, for mentors who are not paused and have no mentees yet."""

    def __init__(
        self, rows: Sequence[PersonRow], mentors: Sequence[MentorProfile], preferences: Mapping[str, frozenset[int]]
    ) -> None:
        self._rows = rows
        self._preferences = preferences
        places = {row.email: place for place, row in enumerate(rows)}
        self._offered = [
            Offered(
                mentor_id=places[mentor.email],
                levels=_levels(rows[places[mentor.email]]),
                options=mentor.options,
                active_mentees=0,
            )
            for mentor in mentors
            if not mentor.paused
        ]

    def matches(self, mentee: PersonRow) -> list[tuple[str, Match]]:
        """The email and match of everybody whom this mentee finds but oneself and one's line manager, best first."""
        wanted = Wanted(gaps=gaps_of(mentee), options=self._preferences.get(mentee.email, frozenset()))
        found = [match(wanted, offered, MatchBasis.SKILL_GAPS_AND_PREFERENCES) for offered in self._offered]
        ranked = sorted((each for each in found if each), key=lambda each: each.rank)
        emails = ((self._rows[each.mentor_id].email, each) for each in ranked)
        return [pair for pair in emails if pair[0] not in (mentee.email, mentee.line_manager_email)]
