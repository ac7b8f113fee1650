"""What people hold, as it comes from the database: all of one person in one text, which is read once.

Lists show the same people again and again, so what was read last is kept, by the text itself: it can never be out of
date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

# One a person. Each takes about 3 kB.
_KEPT: Final = 8_192

CODED: Final = "array_agg(skill_id * 16 + level * 2 + endorsed::int)::text"
"""What rows of `held_level` are as one text, NULL where there are none; `holding` reads it."""


class Held(NamedTuple):
    """A skill at the level at which somebody holds it; ``endorsed`` where somebody else confirmed it."""

    skill_id: int
    level: int
    endorsed: bool


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Holding:
    """What somebody holds, in no order, and the level of each skill."""

    held: tuple[Held, ...]
    levels: Mapping[int, int]


@lru_cache(maxsize=_KEPT)
def holding(coded: str | None) -> Holding:
    """What a text tells that ``CODED`` made."""
    held = tuple(map(_held, coded[1:-1].split(",") if coded else ()))
    return Holding(held, {each.skill_id: each.level for each in held})


@lru_cache(maxsize=_KEPT)
def _held(coded: str) -> Held:
    number = int(coded)
    return Held(number >> 4, number >> 1 & 7, bool(number & 1))
