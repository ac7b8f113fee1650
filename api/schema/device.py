from datetime import datetime

import strawberry
from strawberry import ID

from api.models import Device as DeviceRow
from api.schema.enums import DeviceKind
from api.schema.node import Node, global_id


@strawberry.type(description="A browser or a telephone that the viewer is reached on while no application is open.")
class Device(Node):
    record: strawberry.Private[DeviceRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("Device", self.record.id)

    @strawberry.field(description="How it is reached.")
    def kind(self) -> DeviceKind:
        return self.record.kind

    @strawberry.field(description="When the viewer registered it first.")
    def created_at(self) -> datetime:
        return self.record.created_at

    @strawberry.field(description="When its application said last that it is there.")
    def registered_at(self) -> datetime:
        return self.record.registered_at

    @strawberry.field(description="When a push was last taken over for it; null where none was yet.")
    def last_success_at(self) -> datetime | None:
        return self.record.last_success_at
