"""Amounts that may depend on variables: sums, products and maxima that are worked out once a request, in one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# Beyond any bound; without it, fragments within fragments would make numbers of a thousand digits.
MOST: Final = 10**15


@dataclass(frozen=True, slots=True)
class Late:
    """An amount that is known once the variables are."""

    step: int


@dataclass(frozen=True, slots=True)
class Size:
    """How many entries a list has: what the first of the arguments says that is not null, else ``otherwise``, which
    may be a mean; but ``most`` at most. An argument is a number, or the name of a variable.
    """

    given: tuple[int | str, ...]
    otherwise: float
    most: int = MOST

    def worked_out(self, variables: Mapping[str, Any]) -> float:
        for each in self.given:
            size = each if isinstance(each, int) else said(variables.get(each))
            if size is not None:
                return min(size, self.most)
        return self.otherwise


Amount = float | Late
_Step = tuple[float, tuple[int, ...], bool, Size | None]


def said(value: Any) -> int | None:
    """How many entries a value asks for: as many as it says, or as many as it has. None where it says nothing."""
    if isinstance(value, list):
        return len(value)
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else None


class Amounts:
    """Puts amounts together. What is known at once is worked out at once; the rest becomes steps, each of which refers
    to earlier ones alone.
    """

    def __init__(self) -> None:
        self._steps: list[_Step] = []

    def sum(self, amounts: Sequence[Amount]) -> Amount:
        known = min(MOST, sum(each for each in amounts if not isinstance(each, Late)))
        late = tuple(each.step for each in amounts if isinstance(each, Late))
        if not late:
            return known
        return Late(late[0]) if not known and len(late) == 1 else self._late((known, late, False, None))

    def most(self, amounts: Sequence[Amount]) -> Amount:
        known = max((each for each in amounts if not isinstance(each, Late)), default=0)
        late = tuple(each.step for each in amounts if isinstance(each, Late))
        return self._late((known, late, True, None)) if late else known

    def times(self, size: Size, amount: Amount) -> Amount:
        first = next(iter(size.given), size.otherwise)
        if isinstance(amount, Late):
            return self._late((0, (amount.step,), False, size))
        if isinstance(first, str):
            return self._late((amount, (), False, size)) if amount else 0
        return min(MOST, min(first, size.most) * amount)

    def _late(self, step: _Step) -> Late:
        self._steps.append(step)
        return Late(len(self._steps) - 1)

    def worked_out(self, amount: Amount, variables: Mapping[str, Any]) -> float:
        if not isinstance(amount, Late):
            return amount
        values: list[float] = []
        for known, late, most, size in self._steps[: amount.step + 1]:
            parts = [values[each] for each in late]
            value = max(known, *parts) if most else known + sum(parts)
            values.append(min(MOST, value if size is None else value * size.worked_out(variables)))
        return values[-1]
