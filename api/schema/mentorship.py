from datetime import datetime

import strawberry
from strawberry import ID

from api.models import Mentorship as MentorshipRow
from api.schema.enums import Side
from api.schema.node import Info, Node, global_id
from api.schema.references import PersonRef, person_view


@strawberry.type(description="What an accepted request starts: active until either side ends it.")
class Mentorship(Node):
    record: strawberry.Private[MentorshipRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("Mentorship", self.record.id)

    @strawberry.field(description="Who teaches.")
    async def mentor(self, info: Info) -> PersonRef:
        return await person_view(info, self.record.mentor_id)

    @strawberry.field(description="Who learns.")
    async def mentee(self, info: Info) -> PersonRef:
        return await person_view(info, self.record.mentee_id)

    @strawberry.field(description="Whether it goes on.")
    def active(self) -> bool:
        return self.record.ended_at is None

    @strawberry.field(description="When the request was accepted.")
    def started_at(self) -> datetime:
        return self.record.started_at

    @strawberry.field(description="When it ended; null while it is active.")
    def ended_at(self) -> datetime | None:
        return self.record.ended_at

    @strawberry.field(description="Which side ended it; null while it is active.")
    def ended_by(self) -> Side | None:
        row = self.record
        sides = {row.mentee_id: Side.MENTEE, row.mentor_id: Side.MENTOR}
        return None if row.ended_at is None else sides.get(row.ended_by_id or 0, Side.ADMINISTRATOR)

    @strawberry.field(description="Why, in the words of whoever ended it; null while it is active.")
    def end_reason(self) -> str | None:
        return self.record.end_reason
