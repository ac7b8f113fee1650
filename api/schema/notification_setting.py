import strawberry

from api.schema.enums import EventKind


@strawberry.type(description="Whether the viewer gets mails and pushes of one kind of notification.")
class NotificationSetting:
    kind: EventKind = strawberry.field(description="The kind of notification.")
    email: bool = strawberry.field(description="Whether it is also mailed; true until the viewer says otherwise.")
    push: bool = strawberry.field(
        description="Whether it also wakes the viewer's devices; true until the viewer says otherwise."
    )
