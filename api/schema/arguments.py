"""What the arguments of fields mean, each said once."""

from typing import Annotated

import strawberry
from strawberry import ID

from api.schema.enums import MatchBasis, RequestBox, RequestStatus
from api.schema.filters import MentorFilter

First = Annotated[
    int | None,
    strawberry.argument(description="How many entries from the beginning, 0 to 100. Null: 20, unless `last` is given."),
]
After = Annotated[str | None, strawberry.argument(description="Begin after this cursor. Null: at the beginning.")]
Last = Annotated[
    int | None,
    strawberry.argument(description="How many entries from the end, 0 to 100; not with `first`. Null: see `first`."),
]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor. Null: at the end.")]

Since = Annotated[
    str | None,
    strawberry.argument(description="The cursor of the last entry handled. Null: begin with what happens from now on."),
]

AnyId = Annotated[ID, strawberry.argument(description="The id of an object of any type.")]
AnyIds = Annotated[list[ID], strawberry.argument(description="Ids of objects of any type, at most 100.")]
MentorId = Annotated[ID, strawberry.argument(description="The id of a `Mentor`.")]
SideId = Annotated[
    ID | None, strawberry.argument(description="The id of a `Person`, on either side. Null: whoever they are.")
]

Narrowed = Annotated[
    MentorFilter | None,
    strawberry.argument(description="Only mentors who meet all of these conditions. Null: everybody."),
]
Basis = Annotated[MatchBasis, strawberry.argument(description="What to rank by.")]
Box = Annotated[
    RequestBox, strawberry.argument(description="Those that the viewer received as a mentor, or sent as a mentee.")
]
Statuses = Annotated[
    list[RequestStatus] | None,
    strawberry.argument(description="Only requests of one of these statuses. Null: of any."),
]
UnreadOnly = Annotated[bool, strawberry.argument(description="Whether to leave out what was marked as read.")]
Search = Annotated[
    str | None, strawberry.argument(description="A part of a code or a name, in any case. Null: all of them.")
]
