"""SFIA levels 1 to 7, as numbers and thermometer-coded.

A level is coded as the set of levels reached on the way to it, one bit a level: level 3 is ``0b0000111``.
A gap from 3 to 5 is what lies between, ``0b0011000``. What somebody at a level covers of a gap is then
one ``&``, and how much that is one population count.
"""

from typing import Final

LOWEST: Final = 1
HIGHEST: Final = 7


def is_level(number: int) -> bool:
    return LOWEST <= number <= HIGHEST


def thermometer(level: int) -> int:
    """The bits of every level from 1 up to ``level``; 0, for not held, has none."""
    return (1 << level) - 1


def span(current: int, required: int) -> int:
    """The bits of the levels above ``current`` up to ``required``; none where nothing is missing."""
    return thermometer(required) & ~thermometer(current)


def levels_in(mask: int) -> tuple[int, ...]:
    """The levels whose bits are set, lowest first."""
    return _LEVELS_IN[mask]


_LEVELS_IN: Final = tuple(
    tuple(level for level in range(LOWEST, HIGHEST + 1) if mask & (1 << (level - 1))) for mask in range(1 << HIGHEST)
)
