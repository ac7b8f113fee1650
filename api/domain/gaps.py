"""Skill gaps: what a role requires and a person does not hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from api.domain.levels import levels_in, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """For one skill, the levels above ``current`` (0: not held) up to ``required``."""

    skill_id: int
    current: int
    required: int

    @property
    def mask(self) -> int:
        return span(self.current, self.required)

    @property
    def levels(self) -> tuple[int, ...]:
        return levels_in(self.mask)


class AskedGap(NamedTuple):
    """A gap as it stood when a mentor was asked for help with it, and the level that the mentor held then."""

    skill_id: int
    current_level: int
    required_level: int
    mentor_level: int


def find_gaps(*, required: Mapping[int, int], held: Mapping[int, int]) -> tuple[Gap, ...]:
    """The gaps between two mappings of skill to level, in order of skill key."""
    return tuple(
        Gap(skill_id=skill_id, current=held.get(skill_id, 0), required=level)
        for skill_id, level in sorted(required.items())
        if held.get(skill_id, 0) < level
    )
