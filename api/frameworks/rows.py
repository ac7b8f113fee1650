"""What is read from files, checked but not yet stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.models import SkillKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRow:
    """A professional skill or generic attribute and the levels at which the framework defines it."""

    kind: SkillKind
    code: str
    name: str
    category: str | None = None
    subcategory: str | None = None
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkRows:
    """What a set of framework files holds: skills and attributes, and the names of the levels by number."""

    skills: tuple[SkillRow, ...]
    level_names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A level held; endorsed, or else self-assessed."""

    level: int
    endorsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person. A value of None says that the file does not speak of it; an empty one, that there is none.

    ``required`` are the levels by code that the person's role profile requires; ``held`` those that the person holds.
    ``row`` is where the file has them, counted from 1; None for people who come from no file.
    """

    email: str
    name: str
    subject: str | None = None
    job_title: str | None = None
    location: str | None = None
    time_zone: str | None = None
    line_manager_email: str | None = None
    role_profile: str | None = None
    required: Mapping[str, int] | None = None
    held: Mapping[str, HeldRow] | None = None
    row: int | None = None
