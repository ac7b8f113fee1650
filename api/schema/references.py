"""The one circle of the contract, closed here: a person has mentorships and a plan, and these have people.

Every type that leads back to a person goes through this module, so that all others import in one direction only.
"""

from typing import TYPE_CHECKING, Annotated

import strawberry

from api.schema.node import Info

if TYPE_CHECKING:
    from api.schema.person import Person

PersonRef = Annotated["Person", strawberry.lazy("api.schema.person")]


async def person_view(info: Info, person_id: int) -> PersonRef:
    """A person that another row points to."""
    from api.schema.person import Person  # noqa: PLC0415 - the circle

    record = await info.context.loaders.person.load(person_id)
    if record is None:
        raise LookupError(f"person {person_id} is gone although a row points to them")
    return Person(record=record)
