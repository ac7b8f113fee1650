from datetime import datetime

import strawberry
from strawberry import ID

from api.compiled import perhaps_late
from api.models import MentorRequest as MentorRequestRow
from api.schema.enums import RequestStatus
from api.schema.mentor import Mentor, mentor_view
from api.schema.mentorship import Mentorship
from api.schema.node import Info, Node, global_id
from api.schema.references import PersonRef, person_at_hand
from api.schema.requested_gap import RequestedGap, gaps_at_hand


@strawberry.type(description="A mentee asking a mentor.")
class MentorRequest(Node):
    record: strawberry.Private[MentorRequestRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("MentorRequest", self.record.id)

    @strawberry.field(description="Who asks.")
    @perhaps_late
    def mentee(self, info: Info) -> PersonRef:
        return person_at_hand(info, self.record.mentee_id)

    @strawberry.field(description="Who is asked.")
    async def mentor(self, info: Info) -> Mentor:
        return await mentor_view(info, self.record.mentor_id)

    @strawberry.field(description="Where it stands.")
    def status(self) -> RequestStatus:
        return self.record.status

    @strawberry.field(description="What the mentee wrote; null where they wrote nothing.")
    def message(self) -> str | None:
        return self.record.message

    @strawberry.field(description="What the mentor answered with accept or decline; null before and otherwise.")
    def comment(self) -> str | None:
        return self.record.comment

    @strawberry.field(
        description="The match at the time of asking, 0 to 100; null where the mentee had neither gaps nor preferences."
    )
    def percent(self) -> float | None:
        return self.record.percent

    @strawberry.field(
        description="The gaps of the mentee that the mentor covered at the time of asking, at least in part: "
        "what they ask for help with, by the skill's code."
    )
    @perhaps_late
    def gaps(self, info: Info) -> list[RequestedGap]:
        return gaps_at_hand(info, self.record.id)

    @strawberry.field(description="When the mentee asked.")
    def created_at(self) -> datetime:
        return self.record.created_at

    @strawberry.field(description="When it left PENDING; null until then.")
    def decided_at(self) -> datetime | None:
        return self.record.decided_at

    @strawberry.field(description="Until when the mentor can answer; null where there is no limit.")
    def expires_at(self) -> datetime | None:
        return self.record.expires_at

    @strawberry.field(description="What came of it; null unless accepted.")
    async def mentorship(self, info: Info) -> Mentorship | None:
        record = await info.context.loaders.mentorship_of_request.load(self.record.id)
        return Mentorship(record=record) if record else None
