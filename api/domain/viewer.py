"""Who is asking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The signed-in person. Everything that they can reach is of their organisation.

    ``administrator`` says that their token lets them administer mentoring there; it opens nobody's data.
    """

    person_id: int
    organisation_id: int
    administrator: bool = False
