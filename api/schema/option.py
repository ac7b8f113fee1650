import strawberry
from strawberry import ID

from api.models import PreferenceOption as PreferenceOptionRow
from api.schema.node import Node, global_id


@strawberry.type(description="An entry of the organisation's list of what mentors offer and mentees want.")
class PreferenceOption(Node):
    record: strawberry.Private[PreferenceOptionRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("PreferenceOption", self.record.id)

    @strawberry.field(description="What people read, in the organisation's own words.")
    def label(self) -> str:
        return self.record.label

    @strawberry.field(
        description="Whether it is no longer on the list: whoever has chosen it keeps it, nobody else can choose it."
    )
    def retired(self) -> bool:
        return self.record.retired
