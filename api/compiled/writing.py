"""Source text of functions, line by line. Names are our own; whatever comes from a schema or a document is a constant
that is bound by a name.
"""

import contextlib
from collections.abc import Iterator
from itertools import count
from typing import Any

_STEP = "    "


class Constants:
    """What generated code refers to, each by one name."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._names: dict[tuple[str, int], str] = {}

    def name(self, prefix: str, value: Any) -> str:
        known = self._names.get((prefix, id(value)))
        if known is None:
            known = f"{prefix}{len(self.values)}"
            self._names[prefix, id(value)] = known
            self.values[known] = value
        return known


class Function:
    """A function that is being written. ``indices`` say where in the lists around it the function is at work."""

    def __init__(self, header: str, numbers: Iterator[int], indices: tuple[str, ...]) -> None:
        self._header = header
        self._numbers = numbers
        self._lines: list[str] = []
        self._depth = 1
        self.blocks = 1
        self.indices = indices
        self._levels: list[tuple[str, ...]] = []

    def variable(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def pending(self) -> str:
        """A variable for the awaitables of an object."""
        name = self.variable("p")
        self._levels.append((name,))
        return name

    def listed(self) -> tuple[str, str, str]:
        """Variables for the awaitables of a list, for the list while it is being completed, and for what is completed
        of it.
        """
        names = self.variable("p"), self.variable("l"), self.variable("r")
        self._levels.append(names)
        return names

    @property
    def at(self) -> str:
        """The indices as an expression."""
        return _tuple(self.indices)

    def write(self, *lines: str) -> None:
        self._lines.extend(_STEP * self._depth + line for line in lines)

    @contextlib.contextmanager
    def under(self, header: str, *, block: bool = False) -> Iterator[None]:
        """``block`` says that Python counts it among those that may only be nested so deep."""
        self.write(header)
        self._depth += 1
        self.blocks += block
        yield
        self._depth -= 1
        self.blocks -= block

    @contextlib.contextmanager
    def catching(self, statement: str) -> Iterator[None]:
        """Whatever fails within is handled by a statement, and what was begun within goes on in the background."""
        levels = len(self._levels)
        with self.under("try:", block=True):
            yield
        with self.under("except Exception as error:"):
            self.write(*_settled(self._levels[levels:]), statement)

    def text(self) -> str:
        if not self._levels:
            return "\n".join([self._header, *self._lines, ""])
        body = [_STEP + line for line in self._lines]
        last = [_STEP * 2 + line for line in (*_settled(self._levels), "raise")]
        first = f"{_STEP}{' = '.join(name for level in self._levels for name in level)} = None"
        return "\n".join([self._header, first, f"{_STEP}try:", *body, f"{_STEP}except Exception:", *last, ""])


def _settled(levels: list[tuple[str, ...]]) -> list[str]:
    """Let go on in the background what was begun, and forget it. What is within goes first."""
    if not levels:
        return []
    begun = [name for level in levels for name in level[:2]]
    return [
        f"if {' or '.join(f'{each} is not None' for each in begun)}:",
        f"{_STEP}settle(E, {', '.join(_tuple(level) for level in reversed(levels))})",
        f"{_STEP}{' = '.join(begun)} = None",
    ]


def _tuple(names: tuple[str, ...]) -> str:
    return f"({''.join(f'{each}, ' for each in names)})"


def numbers() -> Iterator[int]:
    return count(1)
