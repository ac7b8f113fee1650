import strawberry
from strawberry import ID

from api.actions.availability import notify_when_available, stop_waiting
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info, key_of
from api.schema.person import Person
from api.schema.references import person_view


@strawberry.input(description="Whom to wait for.")
class NotifyWhenAvailableInput:
    mentor_id: ID = strawberry.field(description="A mentor who cannot be found at the moment.")


@strawberry.input(description="Whom to wait for no longer.")
class StopNotifyWhenAvailableInput:
    mentor_id: ID = strawberry.field(description="A mentor whom the viewer waits for.")


@strawberry.type(description="What became of it.")
class AvailabilityPayload:
    viewer: Person | None = strawberry.field(
        description="The viewer, with the mentors that they wait for; null where refused."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class AvailabilityMutations:
    @strawberry.mutation(description="Hear once, live and by mail, when a mentor can be found again.")
    async def notify_when_available(self, info: Info, input: NotifyWhenAvailableInput) -> AvailabilityPayload:
        context = info.context
        waited = await outcome(
            info,
            notify_when_available(
                context.services.wakeups, viewer=context.viewer, mentor_id=key_of(input.mentor_id, "Mentor")
            ),
        )
        return await _payload(info, waited.errors)

    @strawberry.mutation(description="Take that back.")
    async def stop_notify_when_available(self, info: Info, input: StopNotifyWhenAvailableInput) -> AvailabilityPayload:
        context = info.context
        stopped = await outcome(
            info,
            stop_waiting(context.services.wakeups, viewer=context.viewer, mentor_id=key_of(input.mentor_id, "Mentor")),
        )
        return await _payload(info, stopped.errors)


async def _payload(info: Info, errors: list[UserError]) -> AvailabilityPayload:
    viewer = None if errors else await person_view(info, info.context.viewer.person_id)
    return AvailabilityPayload(viewer=viewer, errors=errors)
