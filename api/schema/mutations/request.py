from collections.abc import Awaitable

import strawberry
from strawberry import ID

from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.actions.withdraw import withdraw
from api.models import MentorRequest as MentorRequestRow
from api.schema.action_draft import ActionDraft, draft_for
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info, key_of
from api.schema.request import MentorRequest


@strawberry.input(description="Whom to ask, and with which words.")
class ConnectInput:
    mentor_id: ID = strawberry.field(description="The mentor to ask.")
    message: str | None = strawberry.field(
        default=None, description="What to say to them; at most 4,000 characters. Null: nothing."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="The client's own name for this request, 1 to 200 characters, for example a UUID. "
        "The same input under the same key gives the answer of the first time, a refusal included: for 24 hours "
        "nothing is done twice, and nothing after it was refused. Take a new key for each new try of a person.",
    )


@strawberry.type(description="What became of it.")
class ConnectPayload:
    request: MentorRequest | None = strawberry.field(description="The new request; null where refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="A mentor's answer.")
class DecideInput:
    request_id: ID = strawberry.field(description="The request to answer.")
    comment: str = strawberry.field(description="What to say to the mentee; not blank, at most 4,000 characters.")


@strawberry.input(description="Which request to take back.")
class WithdrawInput:
    request_id: ID = strawberry.field(description="The request to take back.")


@strawberry.type(description="What became of it.")
class DecidePayload:
    request: MentorRequest | None = strawberry.field(
        description="The request as it is now, also where somebody else came first; null where otherwise refused."
    )
    draft: ActionDraft | None = strawberry.field(
        description="With an acceptance, an action about the mentorship to put on the mentee's plan by `saveAction`; "
        "null otherwise, and where the organisation has no type of action for it."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class RequestMutations:
    @strawberry.mutation(description="Ask a mentor. They hear of it live.")
    async def connect(self, info: Info, input: ConnectInput) -> ConnectPayload:
        asked = await outcome(
            info,
            connect(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                mentor_id=key_of(input.mentor_id, "Mentor"),
                message=input.message,
                idempotency_key=input.idempotency_key,
            ),
        )
        return ConnectPayload(request=MentorRequest(record=asked.value) if asked.value else None, errors=asked.errors)

    @strawberry.mutation(description="Say yes: a mentorship begins, and the mentee hears of it live.")
    async def accept(self, info: Info, input: DecideInput) -> DecidePayload:
        return await _decided(
            info,
            accept(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                request_id=key_of(input.request_id, "MentorRequest"),
                comment=input.comment,
            ),
        )

    @strawberry.mutation(description="Say no. The mentee hears of it live.")
    async def decline(self, info: Info, input: DecideInput) -> DecidePayload:
        return await _decided(
            info,
            decline(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                request_id=key_of(input.request_id, "MentorRequest"),
                comment=input.comment,
            ),
        )

    @strawberry.mutation(description="Take a request back before it is answered. The mentor hears of it live.")
    async def withdraw(self, info: Info, input: WithdrawInput) -> DecidePayload:
        return await _decided(
            info,
            withdraw(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                request_id=key_of(input.request_id, "MentorRequest"),
            ),
        )


async def _decided(info: Info, work: Awaitable[MentorRequestRow]) -> DecidePayload:
    decided = await outcome(info, work)
    record = decided.value or (decided.subject if isinstance(decided.subject, MentorRequestRow) else None)
    return DecidePayload(
        request=MentorRequest(record=record) if record else None,
        draft=await draft_for(info, decided.value) if decided.value else None,
        errors=decided.errors,
    )
