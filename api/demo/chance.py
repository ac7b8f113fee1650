"""Chance that falls the same way everywhere."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Choices from a fixed seed. Of what `Random` offers, only `random` is promised to keep its sequence from one
    version of Python to the next: everything here is made of it.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - the demo's people, not secrets

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def between(self, lowest: int, highest: int) -> int:
        """One of the numbers from ``lowest`` to ``highest``, both included."""
        return lowest + self.below(highest - lowest + 1)

    def one_of(self, items: Sequence[Item]) -> Item:
        return items[self.below(len(items))]

    def some_of(self, items: Sequence[Item], count: int) -> list[Item]:
        """``count`` different places of ``items``, or all of them where there are fewer."""
        return self.shuffled(items)[:count]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in items]
