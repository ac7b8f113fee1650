"""Who mentors, who wants what, who asks whom and how it ends: the story that the demo is loaded with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from api.demo.chance import Chance
from api.demo.finding import Finder, MentorProfile, gaps_of, is_eligible, taught_best
from api.demo.words import ACCEPTED, DECLINED, MESSAGES
from api.domain.lifecycle import RequestStatus
from api.frameworks.rows import PersonRow

_MENTORS: Final = 60
_PAUSED: Final = 3
_CAPACITIES: Final = (None, 1, 1, 2, 2, 3, 4)
_CHOOSES: Final = 0.85
_NEWCOMERS: Final = 14
_NEAR_THE_TOP: Final = 6
_RECEIVED_AT_MOST: Final = 4
_ASKS_ANOTHER: Final = 0.4
_OUTCOMES: Final = (
    *[RequestStatus.PENDING] * 30,
    *[RequestStatus.ACCEPTED] * 28,
    *[RequestStatus.DECLINED] * 12,
    *[RequestStatus.WITHDRAWN] * 10,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One request and what becomes of it; the comment goes with the mentor's answer, if there is one."""

    mentee: str
    mentor: str
    message: str
    outcome: RequestStatus
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentoring:
    """All of it. No two requests are of the same pair, and nobody accepts more mentees than they have room for."""

    mentors: tuple[MentorProfile, ...]
    preferences: Mapping[str, frozenset[int]]
    requests: tuple[Asking, ...]


def plan_mentoring(rows: Sequence[PersonRow], *, options: int, seed: int = 20261123) -> Mentoring:
    """The story of an organisation with this many preference options.

    The first people with gaps are newcomers, who have not asked anybody yet. For each of them one good match, a
    different one each, is asked by nobody: whoever tries the demo finds somebody who suits and has an empty box.
    """
    chance = Chance(seed)
    newcomers = [row for row in rows if gaps_of(row)][:_NEWCOMERS]
    names = {row.email for row in newcomers}
    preferences = {
        row.email: frozenset(chance.some_of(range(options), chance.between(1, 3)))
        for row in rows
        if row.email in names or chance.happens(_CHOOSES)
    }
    mentors = _mentors(chance, [row for row in rows if is_eligible(row)], options)
    finder = Finder(rows, mentors, preferences)
    kept = _kept(finder, newcomers)
    askers = chance.shuffled([row for row in rows if row.email not in names])
    requests = _Requests(chance, finder, {each.email: each.capacity for each in mentors if each.email not in kept})
    return Mentoring(mentors=mentors, preferences=preferences, requests=requests.made_by(askers))


def _mentors(chance: Chance, eligible: Sequence[PersonRow], options: int) -> tuple[MentorProfile, ...]:
    return tuple(
        MentorProfile(
            email=row.email,
            options=frozenset(chance.some_of(range(options), chance.between(2, 4))),
            capacity=chance.one_of(_CAPACITIES),
            paused=place < _PAUSED,
        )
        for place, row in enumerate(chance.some_of(eligible, _MENTORS))
    )


def _kept(finder: Finder, newcomers: Sequence[PersonRow]) -> AbstractSet[str]:
    kept: dict[str, None] = {}
    for row in newcomers:
        best = next((email for email, _ in finder.matches(row) if email not in kept), None)
        if best:
            kept[best] = None
    return kept.keys()


class _Requests:
    """The requests so far, of mentors with these capacities."""

    def __init__(self, chance: Chance, finder: Finder, capacities: Mapping[str, int | None]) -> None:
        self._chance = chance
        self._finder = finder
        self._capacities = capacities
        self._made: list[Asking] = []

    def made_by(self, askers: Sequence[PersonRow]) -> tuple[Asking, ...]:
        """One or two from each, until every outcome has come about."""
        outcomes = self._chance.shuffled(_OUTCOMES)
        for mentee in askers:
            for _ in range(2 if self._chance.happens(_ASKS_ANOTHER) else 1):
                if outcomes and self._ask(mentee, outcomes[-1]):
                    outcomes.pop()
        return tuple(self._made)

    def _ask(self, mentee: PersonRow, outcome: RequestStatus) -> bool:
        near_the_top = self._finder.matches(mentee)[:_NEAR_THE_TOP]
        found = [pair for pair in near_the_top if self._may_be_asked(mentee.email, pair[0], outcome)]
        if not found:
            return False
        mentor, best = self._chance.one_of(found)
        skill = taught_best(best)
        self._made.append(
            Asking(
                mentee=mentee.email,
                mentor=mentor,
                message=self._chance.one_of(MESSAGES).format(skill=skill[0].lower() + skill[1:]),
                outcome=outcome,
                comment=self._comment(outcome),
            )
        )
        return True

    def _may_be_asked(self, mentee: str, mentor: str, outcome: RequestStatus) -> bool:
        if mentor not in self._capacities:
            return False
        received = [each for each in self._made if each.mentor == mentor]
        if len(received) >= _RECEIVED_AT_MOST or any(each.mentee == mentee for each in received):
            return False
        return outcome is not RequestStatus.ACCEPTED or self._has_room(mentee, mentor)

    def _has_room(self, mentee: str, mentor: str) -> bool:
        """Whether the mentor could accept one more, and the mentee has no mentor yet."""
        accepted = [each for each in self._made if each.outcome is RequestStatus.ACCEPTED]
        if any(each.mentee == mentee for each in accepted):
            return False
        capacity = self._capacities[mentor]
        return capacity is None or Counter(each.mentor for each in accepted)[mentor] < capacity

    def _comment(self, outcome: RequestStatus) -> str:
        match outcome:
            case RequestStatus.ACCEPTED:
                return self._chance.one_of(ACCEPTED)
            case RequestStatus.DECLINED:
                return self._chance.one_of(DECLINED)
            case _:
                return ""
