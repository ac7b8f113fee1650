"""Who is asking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The signed-in person. Everything that they can reach is of their organisation."""

    person_id: int
    organisation_id: int
