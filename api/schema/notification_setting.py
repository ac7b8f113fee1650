import strawberry

from api.schema.enums import EventKind


@strawberry.type(description="Whether the viewer gets mails of one kind of notification.")
class NotificationSetting:
    kind: EventKind = strawberry.field(description="The kind of notification.")
    email: bool = strawberry.field(description="Whether it is also mailed; true until the viewer says otherwise.")
