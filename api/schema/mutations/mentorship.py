import strawberry
from strawberry import ID

from api.actions.end_mentorship import end_mentorship
from api.models import Mentorship as MentorshipRow
from api.schema.mentorship import Mentorship
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info, key_of


@strawberry.input(description="Which mentorship to end, and why.")
class EndMentorshipInput:
    mentorship_id: ID = strawberry.field(description="The mentorship to end.")
    reason: str = strawberry.field(description="What both sides are told; not blank, at most 4,000 characters.")


@strawberry.type(description="What became of it.")
class EndMentorshipPayload:
    mentorship: Mentorship | None = strawberry.field(
        description="The mentorship as it is now, also where the other side came first; null where otherwise refused."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class MentorshipMutations:
    @strawberry.mutation(
        description="End a mentorship, and with it what it let the mentor see. Either side may, and an administrator; "
        "both sides hear of it."
    )
    async def end_mentorship(self, info: Info, input: EndMentorshipInput) -> EndMentorshipPayload:
        ended = await outcome(
            info,
            end_mentorship(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                mentorship_id=key_of(input.mentorship_id, "Mentorship"),
                reason=input.reason,
            ),
        )
        record = ended.value or (ended.subject if isinstance(ended.subject, MentorshipRow) else None)
        return EndMentorshipPayload(mentorship=Mentorship(record=record) if record else None, errors=ended.errors)
