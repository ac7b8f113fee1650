import strawberry

from api.domain.lifecycle import RequestStatus
from api.models import ActionType as ActionTypeRow
from api.models import MentorRequest, Person
from api.models import Mentorship as MentorshipRow
from api.resolvers.organisations import mentorship_type_of
from api.schema.action import ActionType
from api.schema.mentorship import Mentorship
from api.schema.node import Info
from api.schema.references import PersonRef, person_view
from api.schema.requested_gap import RequestedGap, gap_views


@strawberry.type(
    description="An action about a mentorship, ready for `saveAction`: nothing is on the plan until that is sent."
)
class ActionDraft:
    type_record: strawberry.Private[ActionTypeRow]
    mentorship_record: strawberry.Private[MentorshipRow]
    mentor_record: strawberry.Private[Person]

    @strawberry.field(description="Whose plan it is for: the mentee.")
    async def owner(self, info: Info) -> PersonRef:
        return await person_view(info, self.mentorship_record.mentee_id)

    @strawberry.field(description="What is to be done, in a line.")
    def title(self) -> str:
        return f"Mentorship with {self.mentor_record.name}"[:200]

    @strawberry.field(description="The first of the organisation's action types that belong to mentoring.")
    def type(self) -> ActionType:
        return ActionType(record=self.type_record)

    @strawberry.field(description="The mentorship that it belongs to.")
    def mentorship(self) -> Mentorship:
        return Mentorship(record=self.mentorship_record)

    @strawberry.field(
        description="The gaps that matched when the mentee asked; an action can point at the skill of one of them."
    )
    async def gaps(self, info: Info) -> list[RequestedGap]:
        return await gap_views(info, self.mentorship_record.request_id)


async def draft_for(info: Info, request: MentorRequest) -> ActionDraft | None:
    """The draft that goes with an accepted request; None with any other, or where no type of action is for it."""
    if request.status is not RequestStatus.ACCEPTED:
        return None
    mentorship = await info.context.loaders.mentorship_of_request.load(request.id)
    mentor = await info.context.loaders.person.load(request.mentor_id)
    kind = await mentorship_type_of(request.organisation_id)
    if mentorship is None or mentor is None or kind is None:
        return None
    return ActionDraft(type_record=kind, mentorship_record=mentorship, mentor_record=mentor)
