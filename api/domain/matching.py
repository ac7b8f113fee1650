"""How well one mentor suits one mentee, and in which order mentors are listed.

Levels are what is taught, so levels are what is counted (design, section 2, "Match").
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

from api.domain.gaps import AskedGap, Gap
from api.domain.levels import levels_in, thermometer

# Percentages are multiples of 2**-45: the finest grain at which any sum of them up to 100 is still exact in the
# 53 bits of a double, whatever order a client adds them in.
_GRAINS: Final = 1 << 45


class MatchBasis(StrEnum):
    SKILL_GAPS_AND_PREFERENCES = "SKILL_GAPS_AND_PREFERENCES"
    PREFERENCES_ONLY = "PREFERENCES_ONLY"


class Rank(NamedTuple):
    """A mentor's place in the list: the smaller comes first. The mentor's key leaves no tie to chance."""

    uncovered: int
    unshared: int
    active_mentees: int
    mentor_id: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a mentee looks for."""

    gaps: tuple[Gap, ...]
    options: frozenset[int]

    @cached_property
    def missing_levels(self) -> int:
        return sum(gap.mask.bit_count() for gap in self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a mentor brings: levels by skill, options, and how many they mentor already."""

    mentor_id: int
    levels: Mapping[int, int]
    options: AbstractSet[int]
    active_mentees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One gap and what the mentor covers of it; ``points`` is its share of ``skill_percent``."""

    gap: Gap
    mentor_level: int
    covered: tuple[int, ...]
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A mentor as seen by one mentee. Percentages run from 0 to 100.

    ``skill_percent`` is None when only preferences were asked for, ``preference_percent`` where the mentee has none.
    """

    mentor_id: int
    rank: Rank
    percent: float
    skill_percent: float | None
    preference_percent: float | None
    shared_options: frozenset[int]
    wanted: Wanted
    levels: Mapping[int, int]

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """What the mentor covers of each gap; worked out for whoever asks."""
        return cover(self.wanted.gaps, self.levels)


def share(part: int, whole: int) -> float:
    """``part`` of ``whole`` in percent, on the grain at which sums are exact; 0 of nothing is 0."""
    return (100 * _GRAINS * part // whole) / _GRAINS if whole else 0.0


def cover(gaps: Sequence[Gap], levels: Mapping[int, int]) -> tuple[Coverage, ...]:
    """What somebody at ``levels`` covers of each gap. The points add up to the share of all levels, exactly:
    each is the difference between two running shares.
    """
    total = sum(gap.mask.bit_count() for gap in gaps)
    covered_so_far = 0
    share_so_far = 0.0
    coverage = []
    for gap in gaps:
        mentor_level = levels.get(gap.skill_id, 0)
        covered = thermometer(mentor_level) & gap.mask
        covered_so_far += covered.bit_count()
        share_now = share(covered_so_far, total)
        coverage.append(
            Coverage(gap=gap, mentor_level=mentor_level, covered=levels_in(covered), points=share_now - share_so_far)
        )
        share_so_far = share_now
    return tuple(coverage)


def covered_levels(gaps: Iterable[Gap], levels: Mapping[int, int]) -> int:
    """How many of all missing levels somebody at ``levels`` has reached. Those of a gap lie side by side, so that no
    bits need be counted.
    """
    covered = 0
    for gap in gaps:
        reached = min(levels.get(gap.skill_id, 0), gap.required) - gap.current
        if reached > 0:
            covered += reached
    return covered


def explain(wanted: Wanted, offered: Offered, basis: MatchBasis) -> Match:
    """How well one pair suits, whether it would be listed or not."""
    shared = wanted.options & offered.options
    by_skill = basis is MatchBasis.SKILL_GAPS_AND_PREFERENCES
    covered = covered_levels(wanted.gaps, offered.levels) if by_skill else 0
    skill_percent = share(covered, wanted.missing_levels) if by_skill else None
    preference_percent = share(len(shared), len(wanted.options)) if wanted.options else None
    return Match(
        mentor_id=offered.mentor_id,
        rank=Rank(
            uncovered=wanted.missing_levels - covered if by_skill else 0,
            unshared=len(wanted.options) - len(shared),
            active_mentees=offered.active_mentees,
            mentor_id=offered.mentor_id,
        ),
        percent=skill_percent if skill_percent is not None else preference_percent or 0.0,
        skill_percent=skill_percent,
        preference_percent=preference_percent,
        shared_options=shared,
        wanted=wanted,
        levels=offered.levels,
    )


def covers_nothing(found: Match) -> bool:
    """Whether gaps were looked at and the mentor has reached none of the missing levels."""
    return found.skill_percent is not None and found.rank.uncovered == found.wanted.missing_levels


def shares_nothing(found: Match) -> bool:
    """Whether the mentee chose options and the mentor offers none of them."""
    return found.preference_percent is not None and not found.shared_options


def match(wanted: Wanted, offered: Offered, basis: MatchBasis) -> Match | None:
    """The match of one pair, or None where the mentor has nothing that this mentee looks for.

    With gaps, at least one missing level must be covered. Where the mentee chose options, at least one
    must be shared, on either basis.
    """
    found = explain(wanted, offered, basis)
    return None if covers_nothing(found) or shares_nothing(found) else found


def gaps_when_asked(wanted: Wanted, offered: Offered) -> list[AskedGap]:
    """What a request asks help with: the gaps of which the mentor covers at least a part."""
    return [
        AskedGap(gap.skill_id, gap.current, gap.required, level)
        for gap in wanted.gaps
        if (level := offered.levels.get(gap.skill_id, 0)) > gap.current
    ]


def percent_when_asked(wanted: Wanted, offered: Offered) -> float | None:
    """The percentage that a request keeps: of the gaps where the mentee has any, else of the preferences, if any."""
    if wanted.gaps:
        return share(covered_levels(wanted.gaps, offered.levels), wanted.missing_levels)
    if wanted.options:
        return share(len(wanted.options & offered.options), len(wanted.options))
    return None
