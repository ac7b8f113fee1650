"""The circles of the contract, closed here: a person has mentorships and a plan, and these have people; a mentor has
a match, and that has a mentor.

Every type that leads back goes through this module, so that all others import in one direction only.
"""

from functools import cache
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.compiled import later
from api.domain.matching import MatchBasis
from api.models import Mentor
from api.resolvers.matches import match_with
from api.schema.node import Info

if TYPE_CHECKING:
    from api.schema.match import Match
    from api.schema.person import Person

MatchRef = Annotated["Match", strawberry.lazy("api.schema.match")]
PersonRef = Annotated["Person", strawberry.lazy("api.schema.person")]


@cache
def _person() -> type["Person"]:
    from api.schema.person import Person  # noqa: PLC0415 - the circle

    return Person


async def person_view(info: Info, person_id: int) -> PersonRef:
    """A person that another row points to."""
    record = await info.context.loaders.person.load(person_id)
    if record is None:
        raise LookupError(f"person {person_id} is gone although a row points to them")
    return _person()(record=record)


def person_at_hand(info: Info, person_id: int) -> PersonRef:
    """The same at once where the row was read already: for fields that are ``perhaps_late``."""
    record = info.context.loaders.person.known(person_id)
    return later(person_view(info, person_id)) if record is None else _person()(record=record)


async def match_view(info: Info, mentor: Mentor, basis: MatchBasis) -> MatchRef:
    """How a mentor suits the viewer."""
    from api.schema.match import Match  # noqa: PLC0415 - the circle

    found, reasons = await match_with(info.context, mentor.id, basis)
    return Match(record=found, mentor_record=mentor, basis=basis, reasons_against=reasons)
