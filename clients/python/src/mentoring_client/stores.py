"""Where the cursor of the last handled event is kept: one for each person and each purpose."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol


class CursorStore(Protocol):
    """Either method may be a coroutine."""

    def load(self) -> str | Awaitable[str | None] | None: ...

    def save(self, cursor: str, /) -> Awaitable[None] | None: ...


class MemoryStore:
    """Kept as long as this object is: over every lost connection, not over a restart of the program."""

    def __init__(self, cursor: str | None = None) -> None:
        self._cursor = cursor

    def load(self) -> str | None:
        return self._cursor

    def save(self, cursor: str, /) -> None:
        self._cursor = cursor


class FileStore:
    """Kept in a file of its own, which is replaced as a whole."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def load(self) -> str | None:
        try:
            return self._path.read_text(encoding="ascii") or None
        except FileNotFoundError:
            return None

    def save(self, cursor: str, /) -> None:
        beside = self._path.with_name(f"{self._path.name}.new")
        beside.write_text(cursor, encoding="ascii")
        beside.replace(self._path)
