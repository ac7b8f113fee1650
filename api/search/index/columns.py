"""An organisation's mentors as planes of bits: thermometers of levels, options, active mentees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from api.domain.levels import HIGHEST
from api.search.index.bits import Number, Plane, population
from api.search.index.reading import Reading

# As many mentors as keep what a search works with in the processor's own memory.
BLOCK_ROWS: Final = 1 << 19
_FIRST_ROWS: Final = 512
_WORD: Final = 64
_LISTED: Final = 0
# The highest level of any professional skill, kept as if it were a skill.
_ANY_SKILL: Final = 0
_SPARE_ACTIVE_PLANES: Final = 4
_SPARE_SHARE: Final = 32
_UNLISTED: Final = 1_000
_BLOCKS: Final = 16
_LEVELS: Final = np.arange(HIGHEST, dtype=np.uint8)[:, None]


@dataclass(slots=True, kw_only=True)
class Block:
    """Some of the rows, from ``start`` on: all their planes, one beneath the other."""

    start: int
    bits: NDArray[np.uint64]
    ids: NDArray[np.int64]
    used: int = 0
    ordered: bool = True

    @property
    def free(self) -> int:
        return len(self.ids) - self.used

    @property
    def listed(self) -> Plane:
        plane: Plane = self.bits[_LISTED]
        return plane

    @property
    def words(self) -> slice:
        """Its part of a plane that spans all blocks."""
        return slice(self.start // _WORD, (self.start + len(self.ids)) // _WORD)

    def rows_of(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """The row of each, or -1."""
        own = self.ids[: self.used]
        order = None if self.ordered else np.argsort(own)
        places = np.searchsorted(own, ids, sorter=order)
        places[places == self.used] = 0
        rows = places if order is None else order[places]
        return np.where(own[rows] == ids, rows + self.start, -1)


@dataclass(slots=True, kw_only=True)
class Layout:
    """Which plane is which. A skill has seven: from its first on, whether a mentor has reached level 1, 2 ... 7."""

    professional: set[int] = field(default_factory=set)
    skills: dict[int, int] = field(default_factory=lambda: {_ANY_SKILL: _LISTED + 1})
    options: dict[int, int] = field(default_factory=dict)
    active: list[int] = field(default_factory=list)
    planes: int = _LISTED + 1 + HIGHEST

    def add(self, *, skills: Mapping[int, bool], options: Iterable[int], active: int) -> None:
        """Make room for these, where there is none."""
        self.professional.update(skill for skill, professional in skills.items() if professional)
        for skill in skills:
            if skill not in self.skills:
                self.skills[skill] = self._take(HIGHEST)
        for option in options:
            if option not in self.options:
                self.options[option] = self._take(1)
        while len(self.active) < active:
            self.active.append(self._take(1))

    def _take(self, planes: int) -> int:
        first = self.planes
        self.planes += planes
        return first

    def lacks(self, reading: Reading) -> bool:
        """Whether the reading speaks of a skill that has no planes."""
        return not set(np.unique(reading.skill_of).tolist()) <= self.skills.keys()

    def matrix(self, reading: Reading) -> NDArray[np.bool_]:
        """The mentors of a reading as columns, every plane a row."""
        width = len(reading.ids)
        matrix = np.zeros((self.planes, width), np.bool_)
        matrix[_LISTED] = True
        skills = np.array(sorted(self.skills))
        levels = np.zeros((len(skills), width), np.uint8)
        levels[np.searchsorted(skills, reading.skill_of), reading.holder] = reading.level
        professional = np.isin(skills, list(self.professional))
        if professional.any():
            levels[0] = levels[professional].max(axis=0)
        for held, skill in zip(levels, skills.tolist(), strict=True):
            first = self.skills[skill]
            np.greater(held, _LEVELS, out=matrix[first : first + HIGHEST])
        for option in np.unique(reading.option_of).tolist():
            matrix[self.options[option], reading.offerer[reading.option_of == option]] = True
        for bit, plane in enumerate(self.active):
            matrix[plane] = reading.active >> bit & 1
        return matrix


class Columns:
    """Every mentor of an organisation who offers to mentor and is free to.

    One who no longer is keeps the row, unlisted: most come back.
    """

    def __init__(self, *, skills: Mapping[int, bool], options: Iterable[int]) -> None:
        self.layout = Layout()
        self.layout.add(skills=skills, options=options, active=_SPARE_ACTIVE_PLANES)
        self.blocks: list[Block] = []

    def __len__(self) -> int:
        """How many rows there are, used or not."""
        return self.blocks[-1].start + len(self.blocks[-1].ids) if self.blocks else 0

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(block.bits.nbytes + block.ids.nbytes for block in self.blocks)

    @property
    def words(self) -> int:
        return len(self) // _WORD

    @property
    def wasteful(self) -> bool:
        """Whether it were better read anew: too many rows of those who did not come back, or too many small blocks."""
        used = sum(block.used for block in self.blocks)
        unlisted = used - sum(population(block.listed) for block in self.blocks)
        return unlisted > max(_UNLISTED, used // 4) or len(self.blocks) > _BLOCKS + used // BLOCK_ROWS

    def ids_of(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        ids = np.empty(len(rows), np.int64)
        for block in self.blocks:
            here = (rows >= block.start) & (rows < block.start + len(block.ids))
            ids[here] = block.ids[rows[here] - block.start]
        return ids

    def rows_of(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """The row of each, or -1."""
        rows = np.full(len(ids), -1, np.intp)
        for block in self.blocks:
            if block.used:
                rows = np.maximum(rows, block.rows_of(ids))
        return rows

    def professional(self, skills: Iterable[int]) -> list[int]:
        """Those of these skills that are professional ones."""
        return [skill for skill in skills if skill in self.layout.professional]

    def reaching(self, block: Block, skill: int | None, level: int) -> Plane | None:
        """Who holds a skill (or any professional one) at a level or above; None where nobody does."""
        first = self.layout.skills.get(_ANY_SKILL if skill is None else skill)
        return None if first is None else block.bits[first + level - 1]

    def thermometer(self, block: Block, skill: int, above: int, upto: int) -> Sequence[Plane]:
        """Who has reached the levels above one, up to another."""
        first = self.layout.skills.get(skill)
        return () if first is None else tuple(block.bits[first + above : first + upto])

    def offering(self, block: Block, options: Iterable[int]) -> list[Plane]:
        known = self.layout.options
        return [block.bits[known[option]] for option in options if option in known]

    def active(self, block: Block) -> Number:
        return [block.bits[plane] for plane in self.layout.active]

    def reserve(self, rows: int) -> None:
        """Make a block for about so many more."""
        rows = -(-min(max(rows, _FIRST_ROWS), BLOCK_ROWS) // _WORD) * _WORD
        bits = np.zeros((self.layout.planes, rows // _WORD), np.uint64)
        self.blocks.append(Block(start=len(self), bits=bits, ids=np.zeros(rows, np.int64)))

    def tighten(self) -> None:
        """Give back most of what the last block does not use."""
        last = self.blocks[-1]
        rows = -(-(last.used + min(last.used // _SPARE_SHARE + _WORD, last.free)) // _WORD) * _WORD
        last.bits, last.ids = last.bits[:, : rows // _WORD].copy(), last.ids[:rows].copy()

    def make_room(self, reading: Reading, professional: Mapping[int, bool]) -> None:
        """See that there are planes for all that a reading speaks of. ``professional`` says it of new skills."""
        spoken_of = np.unique(reading.skill_of).tolist()
        self.layout.add(
            skills={skill: professional[skill] for skill in spoken_of if skill not in self.layout.skills},
            options=np.unique(reading.option_of).tolist(),
            active=int(reading.active.max(initial=0)).bit_length(),
        )
        for block in self.blocks:
            if missing := self.layout.planes - len(block.bits):
                block.bits = np.vstack([block.bits, np.zeros((missing, block.bits.shape[1]), np.uint64)])
