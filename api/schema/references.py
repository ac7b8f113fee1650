"""The circles of the contract, closed here: a person has mentorships and a plan, and these have people; a mentor has
a match, and that has a mentor.

Every type that leads back goes through this module, so that all others import in one direction only.
"""

from typing import TYPE_CHECKING, Annotated

import strawberry

from api.domain.matching import MatchBasis
from api.models import Mentor
from api.models import Person as PersonRow
from api.resolvers.matches import match_with
from api.schema.node import Info

if TYPE_CHECKING:
    from api.schema.match import Match
    from api.schema.person import Person

MatchRef = Annotated["Match", strawberry.lazy("api.schema.match")]
PersonRef = Annotated["Person", strawberry.lazy("api.schema.person")]


async def person_view(info: Info, person_id: int) -> PersonRef:
    """A person that another row points to."""
    record = await info.context.loaders.person.load(person_id)
    if record is None:
        raise LookupError(f"person {person_id} is gone although a row points to them")
    return person_there(record)


def person_there(record: PersonRow) -> PersonRef:
    """A person whose row is at hand."""
    from api.schema.person import Person  # noqa: PLC0415 - the circle

    return Person(record=record)


async def match_view(info: Info, mentor: Mentor, basis: MatchBasis) -> MatchRef:
    """How a mentor suits the viewer."""
    from api.schema.match import Match  # noqa: PLC0415 - the circle

    found, reasons = await match_with(info.context, mentor.id, basis)
    return Match(record=found, mentor_record=mentor, basis=basis, reasons_against=reasons)
