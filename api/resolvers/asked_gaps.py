"""What requests ask for help with, read from one text each as in `holdings.py`, and kept for the same reason."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from api.domain.gaps import AskedGap

# One a request. Each takes about 2 kB.
_KEPT: Final = 4_096

CODED: Final = "array_agg(skill_id * 512 + current_level * 64 + required_level * 8 + mentor_level)::text"
"""What rows of `request_gap` are as one text, NULL where there are none; `asked_gaps` reads it."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class AskedGaps:
    """In no order."""

    gaps: tuple[AskedGap, ...]


@lru_cache(maxsize=_KEPT)
def asked_gaps(coded: str | None) -> AskedGaps:
    """What a text tells that ``CODED`` made."""
    return AskedGaps(tuple(map(_asked_gap, coded[1:-1].split(",") if coded else ())))


@lru_cache(maxsize=_KEPT)
def _asked_gap(coded: str) -> AskedGap:
    number = int(coded)
    return AskedGap(number >> 9, number >> 6 & 7, number >> 3 & 7, number & 7)
