import strawberry
from strawberry import UNSET

from api.actions.mark_notifications_read import mark_notifications_read
from api.actions.save_notification_settings import save_notification_settings
from api.resolvers.notifications import count_entries
from api.schema.enums import EventKind
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info
from api.schema.person import Person
from api.schema.references import person_view


@strawberry.input(description="How far the viewer has read.")
class MarkNotificationsReadInput:
    up_to: str = strawberry.field(description="The cursor of the last notification read.")


@strawberry.type(description="What became of it.")
class MarkNotificationsReadPayload:
    unread_count: int = strawberry.field(description="How many notifications are left unread.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="Whether to get mails and pushes of one kind of notification.")
class NotificationSettingInput:
    kind: EventKind = strawberry.field(description="A kind that is listed in `notificationSettings`.")
    email: bool = strawberry.field(description="Whether it is also mailed.")
    push: bool | None = strawberry.field(
        default=UNSET, description="Whether it also wakes the viewer's devices; null or not given: as it was."
    )


@strawberry.input(description="Which mails and pushes to get.")
class SaveNotificationSettingsInput:
    settings: list[NotificationSettingInput] = strawberry.field(
        description="One entry for each kind to change; other kinds stay as they were."
    )


@strawberry.type(description="What became of it.")
class SaveNotificationSettingsPayload:
    viewer: Person | None = strawberry.field(description="The viewer, with the new settings; null where refused.")
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

    @strawberry.mutation(description="Choose which mails and pushes the viewer gets.")
    async def save_notification_settings(
        self, info: Info, input: SaveNotificationSettingsInput
    ) -> SaveNotificationSettingsPayload:
        context = info.context
        saved = await outcome(
            info,
            save_notification_settings(
                context.services.wakeups,
                viewer=context.viewer,
                emails={each.kind: each.email for each in input.settings},
                pushes={each.kind: each.push for each in input.settings if isinstance(each.push, bool)},
            ),
        )
        viewer = None if saved.errors else await person_view(info, context.viewer.person_id)
        return SaveNotificationSettingsPayload(viewer=viewer, errors=saved.errors)
