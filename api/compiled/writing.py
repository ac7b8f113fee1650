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
        self._pendings: list[str] = []
        self._lists: list[tuple[str, str]] = []

    def variable(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def pending(self) -> str:
        """A variable for awaitables that belong together."""
        name = self.variable("p")
        self._pendings.append(name)
        return name

    def half_done(self) -> tuple[str, str]:
        """Variables for a list that is being completed, and for what is completed of it."""
        names = self.variable("l"), self.variable("r")
        self._lists.append(names)
        return names

    @property
    def at(self) -> str:
        """The indices as an expression."""
        return f"({''.join(f'{each}, ' for each in self.indices)})"

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
        pendings, lists = len(self._pendings), len(self._lists)
        with self.under("try:", block=True):
            yield
        with self.under("except Exception as error:"):
            self.write(*_settled(self._pendings[pendings:], self._lists[lists:]), statement)

    def text(self) -> str:
        names = [*self._pendings, *(name for pair in self._lists for name in pair)]
        if not names:
            return "\n".join([self._header, *self._lines, ""])
        body = [_STEP + line for line in self._lines]
        last = [_STEP * 2 + line for line in (*_settled(self._pendings, self._lists), "raise")]
        first = f"{_STEP}{' = '.join(names)} = None"
        return "\n".join([self._header, first, f"{_STEP}try:", *body, f"{_STEP}except Exception:", *last, ""])


def _settled(pendings: list[str], lists: list[tuple[str, str]]) -> list[str]:
    """Let go on in the background what was begun, and forget it."""
    begun = [*pendings, *(items for items, _ in lists)]
    if not begun:
        return []
    pairs = "".join(f"({items}, {done}), " for items, done in lists)
    return [
        f"if {' or '.join(f'{each} is not None' for each in begun)}:",
        f"{_STEP}settle(E, ({''.join(f'{each}, ' for each in pendings)}), ({pairs}))",
        f"{_STEP}{' = '.join(begun)} = None",
    ]


def numbers() -> Iterator[int]:
    return count(1)
