"""What was measured, and what it has to be compared with."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

# How a unit reads, and whether more of it is better.
MORE_IS_BETTER: Final = {"answers/s": True, "messages/s": True, "ms": False, "bytes/socket": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``values`` are one a round, in the order of the rounds. ``notes`` are what else was seen, as numbers."""

    scenario: str
    contestant: str
    unit: str
    values: Sequence[float]
    peer: bool = True
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def better_than(self, other: "Figure") -> float:
        """How many times as good as another one. Within a round both had the same weather, so that the median is that
        of the rounds' ratios; what was not measured in the same rounds is compared by its own median.
        """
        if len(self.values) == len(other.values):
            ratio = statistics.median(mine / theirs for mine, theirs in zip(self.values, other.values, strict=True))
        else:
            ratio = self.median / other.median
        return ratio if MORE_IS_BETTER[self.unit] else 1 / ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Ours has to be at least ``times`` as good as ``than``, or as the best peer where that is None."""

    scenario: str
    unit: str
    times: float
    than: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A bar and what came of it; None where one of the two was not measured."""

    bar: Bar
    than: str
    times: float | None

    @property
    def kept(self) -> bool | None:
        return None if self.times is None else self.times >= self.bar.times


def best_peer(figures: Sequence[Figure], scenario: str, unit: str) -> Figure | None:
    found = [each for each in figures if each.peer and (each.scenario, each.unit) == (scenario, unit)]
    if not found:
        return None
    best = max if MORE_IS_BETTER[unit] else min
    return best(found, key=lambda each: each.median)


def find(figures: Sequence[Figure], scenario: str, unit: str, contestant: str) -> Figure | None:
    wanted = (scenario, unit, contestant)
    return next((each for each in figures if (each.scenario, each.unit, each.contestant) == wanted), None)


def judge(bars: Sequence[Bar], figures: Sequence[Figure], ours: str) -> list[Judged]:
    judged = []
    for bar in bars:
        mine = find(figures, bar.scenario, bar.unit, ours)
        other = (
            best_peer(figures, bar.scenario, bar.unit)
            if bar.than is None
            else find(figures, bar.scenario, bar.unit, bar.than)
        )
        times = mine.better_than(other) if mine and other else None
        judged.append(Judged(bar=bar, than=bar.than or (other.contestant if other else "best peer"), times=times))
    return judged
