"""What a search found, in the order of the ranking: a number for every mentor, bit by bit, of which the larger is the
better. The first so many are counted out plane by plane, and never is everybody sorted.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from api.domain.matching import Rank
from api.search.criteria import Window
from api.search.index.bits import Plane, Rows, population, rows_in, without
from api.search.index.columns import Columns

# Fewer than these are sorted rather than counted: it takes less.
_FEW: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the rank: ``planes`` of what makes it better, the highest bit first. The rank counts down from
    ``best``.
    """

    planes: NDArray[np.uint64]
    best: int

    def of(self, rows: Rows) -> NDArray[np.int64]:
        """What the rank says of each row."""
        bits = self.planes[:, rows // 64] >> (rows % 64).astype(np.uint64) & np.uint64(1)
        weights = 1 << np.arange(len(self.planes), dtype=np.int64)[::-1]
        return self.best - weights @ bits.astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Who was found, and the three parts of their ranks."""

    columns: Columns
    found: Plane
    parts: tuple[Part, Part, Part]

    @property
    def size(self) -> int:
        """In bytes."""
        return self.found.nbytes + sum(part.planes.nbytes for part in self.parts)

    def within(self, window: Window[Rank], left_out: frozenset[int]) -> list[Rank]:
        """The ranks within the window, best first, or last first where it runs backwards; without those left out."""
        missing = self.columns.rows_of(np.array(sorted(left_out), np.int64))
        candidates = without(self.found, missing[(missing >= 0) & (missing < 64 * len(self.found))].tolist())
        if window.after is not None:
            candidates = self._beside(candidates, window.after, better=False)
        if window.before is not None:
            candidates = self._beside(candidates, window.before, better=True)
        return self._ranks(self._chosen(candidates, window.limit, backwards=window.backwards), window)

    def _ranks(self, rows: Rows, window: Window[Rank]) -> list[Rank]:
        """The ranks of the first of these."""
        columns = [*(part.of(rows) for part in self.parts), self.columns.ids_of(rows)]
        order = np.lexsort(columns[::-1])
        order = order[::-1][: window.limit] if window.backwards else order[: window.limit]
        return [Rank(*rank) for rank in zip(*(column[order].tolist() for column in columns), strict=True)]

    def _chosen(self, candidates: Plane, wanted: int, *, backwards: bool) -> Rows:
        """The rows of the first ``wanted``, and of a few more, in no order."""
        sure: list[Rows] = []
        size = population(candidates)
        for plane in (plane for part in self.parts for plane in part.planes):
            if size <= max(wanted, _FEW):
                return np.concatenate([*sure, rows_in(candidates)])
            ahead = candidates & plane
            if backwards:
                ahead ^= candidates
            found = population(ahead)
            if found >= wanted:
                candidates, size = ahead, found
                continue
            sure.append(rows_in(ahead))
            candidates = candidates ^ ahead
            size -= found
            wanted -= found
        return np.concatenate([*sure, self._first_by_key(candidates, wanted, backwards=backwards)])

    def _first_by_key(self, equal: Plane, wanted: int, *, backwards: bool) -> Rows:
        """Of those who are equal in all else, the first ``wanted`` of each block."""
        found = []
        for block in self.columns.blocks:
            within = equal[block.words]
            rows = rows_in(within, most=wanted if block.ordered else None, backwards=backwards)
            if not block.ordered:
                rows = rows[np.argsort(block.ids[rows])]
            found.append((rows[-wanted:] if backwards else rows[:wanted]) + block.start)
        return np.concatenate(found) if found else np.empty(0, np.intp)

    def _beside(self, candidates: Plane, rank: Rank, *, better: bool) -> Plane:
        """The candidates on one side of a rank, compared part by part and bit by bit."""
        equal = candidates
        side = np.zeros_like(candidates)
        for part, number in zip(self.parts, rank[:3], strict=True):
            score = part.best - number
            if not 0 <= score < 1 << len(part.planes):
                # Better or worse than anybody can be.
                return side | equal if (score < 0) is better else side
            for place, plane in enumerate(part.planes):
                ones = equal & plane
                bit = score >> (len(part.planes) - 1 - place) & 1
                if bool(bit) is not better:
                    side |= equal ^ ones if bit else ones
                equal = ones if bit else equal ^ ones
        return side | equal & self._keys(equal, rank.mentor_id, smaller=better)

    def _keys(self, equal: Plane, mentor_id: int, *, smaller: bool) -> Plane:
        """Who of those that are equal in all else has a smaller key, or a larger one."""
        rows = rows_in(equal)
        keys = self.columns.ids_of(rows)
        chosen = rows[keys < mentor_id if smaller else keys > mentor_id]
        plane = np.zeros_like(equal)
        np.bitwise_or.at(plane, chosen // 64, np.uint64(1) << (chosen % 64).astype(np.uint64))
        return plane
