"""Skill gaps: what a role requires and a person does not hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.domain.levels import levels_in, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """For one skill, the levels above ``current`` (0: not held) up to ``required``."""

    skill_id: int
    current: int
    required: int
    mask: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", span(self.current, self.required))

    @property
    def levels(self) -> tuple[int, ...]:
        return levels_in(self.mask)


def find_gaps(*, required: Mapping[int, int], held: Mapping[int, int]) -> tuple[Gap, ...]:
    """The gaps between two mappings of skill to level, in order of skill key."""
    return tuple(
        Gap(skill_id=skill_id, current=held.get(skill_id, 0), required=level)
        for skill_id, level in sorted(required.items())
        if held.get(skill_id, 0) < level
    )
