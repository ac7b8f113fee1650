import strawberry

from api.actions.mark_notifications_read import mark_notifications_read
from api.resolvers.notifications import count_entries
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info


@strawberry.input(description="How far the viewer has read.")
class MarkNotificationsReadInput:
    up_to: str = strawberry.field(description="The cursor of the last notification read.")


@strawberry.type(description="What became of it.")
class MarkNotificationsReadPayload:
    unread_count: int = strawberry.field(description="How many notifications are left unread.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class NotificationMutations:
    @strawberry.mutation(description="Mark the viewer's notifications as read, up to one and with it.")
    async def mark_notifications_read(
        self, info: Info, input: MarkNotificationsReadInput
    ) -> MarkNotificationsReadPayload:
        context = info.context
        marked = await outcome(
            info, mark_notifications_read(context.services.wakeups, viewer=context.viewer, up_to=input.up_to)
        )
        unread = await count_entries(context.viewer, unread_only=True)
        return MarkNotificationsReadPayload(unread_count=unread, errors=marked.errors)
