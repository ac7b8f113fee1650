"""What a search asks for, and which part of the ranking it wants back."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Limits on who is listed. All that are set must hold; within one, any of its entries will do.

    ``skills`` are those that the mentor holds at ``minimum_level`` (1 to 7) or above; without them, any skill at that
    level will do. Professional skills alone: attributes are no part of the public card. ``location`` and ``time_zone``
    are compared whole and without regard to case, ``text`` is looked for within name and job title.
    """

    options: tuple[int, ...] | None = None
    skills: tuple[int, ...] | None = None
    minimum_level: int | None = None
    location: str | None = None
    time_zone: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Generic[Key]):
    """At most ``limit`` entries strictly between two keys, from the front, or from the back where ``backwards``."""

    limit: int
    backwards: bool = False
    after: Key | None = None
    before: Key | None = None
