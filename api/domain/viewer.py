"""Who is asking."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The signed-in person. Everything that they can reach is of their organisation.

    ``administrator`` says that their token lets them administer mentoring there; it opens nobody's data.
    ``token_issued_at`` is when they signed in; None where there is no token, or it does not say.
    """

    person_id: int
    organisation_id: int
    administrator: bool = False
    token_issued_at: datetime | None = None
