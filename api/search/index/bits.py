"""Numbers of many mentors at once, bit by bit.

A plane is one bit of every mentor, 64 to a word. A number a mentor is a list of planes, the least bit first. So one
operation of the processor does 512 mentors, where it does 64 with a byte a mentor.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.uint64]
Number: TypeAlias = list[Plane]
Rows: TypeAlias = NDArray[np.intp]


def reached(thermometer: Sequence[Plane]) -> Number:
    """How many planes of a thermometer are set. Each is set only where the one before it is, so that there is nothing
    to carry: a bit of the count changes with every second, every fourth ... plane, and with no other.
    """
    number = []
    step = 1
    while step <= len(thermometer):
        first, *others = thermometer[step - 1 :: step]
        for other in others:
            first = first ^ other
        number.append(first)
        step *= 2
    return number


def total(numbers: Iterable[Number]) -> Number:
    """Their sum, by adders of three bits: carries are saved, and added in the next place."""
    places: list[list[Plane]] = [[]]
    for number in numbers:
        places.extend([] for _ in range(len(number) - len(places)))
        for place, plane in enumerate(number):
            places[place].append(plane)
    result = []
    while places:
        bits = places.pop(0)
        if len(bits) > 1 and not places:
            places.append([])
        while len(bits) > 2:  # noqa: PLR2004 - an adder takes three
            one, two, three = bits.pop(), bits.pop(), bits.pop()
            half = one ^ two
            bits.append(half ^ three)
            half &= three
            one = one & two
            one |= half
            places[0].append(one)
        if len(bits) > 1:
            one, two = bits
            result.append(one ^ two)
            places[0].append(one & two)
        else:
            result.extend(bits)
    return result


def any_of(planes: Sequence[Plane]) -> Plane | None:
    """Where at least one is set; None of none."""
    if not planes:
        return None
    if len(planes) == 1:
        return planes[0]
    found = planes[0] | planes[1]
    for plane in planes[2:]:
        found |= plane
    return found


def population(plane: Plane) -> int:
    """For how many it is set."""
    return int(np.bitwise_count(plane).sum(dtype=np.uint32))


def rows_in(plane: Plane, *, most: int | None = None, backwards: bool = False) -> Rows:
    """For which it is set, in order; where ``most`` are enough, not many more from that end."""
    words = np.flatnonzero(plane)
    if most is not None:
        words = words[-most:] if backwards else words[:most]
    bits = np.unpackbits(plane[words].view(np.uint8), bitorder="little").reshape(-1, 64)
    places = np.nonzero(bits)
    return words[places[0]] * 64 + places[1]


def without(plane: Plane, rows: Iterable[int]) -> Plane:
    """A copy that is set for none of these."""
    copy = plane.copy()
    for row in rows:
        copy[row >> 6] &= ~np.uint64(1 << (row & 63))
    return copy
