"""Who is asking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The signed-in person. All that they can reach is of their organisation; administrators run mentoring in it."""

    person_id: int
    organisation_id: int
    administrator: bool = False
