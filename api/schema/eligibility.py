import strawberry

from api.domain.eligibility import Reason
from api.schema.enums import EligibilityCode
from api.schema.node import Info
from api.schema.skill import Skill, skill_view


@strawberry.type(description="One thing that stands in the way of becoming a mentor.")
class EligibilityReason:
    record: strawberry.Private[Reason]

    @strawberry.field(description="What it is, for programs.")
    def code(self) -> EligibilityCode:
        return self.record.code

    @strawberry.field(description="What it is, for people.")
    def message(self) -> str:
        return self.record.message

    @strawberry.field(description="The attribute that falls short; null where it is not about one.")
    async def attribute(self, info: Info) -> Skill | None:
        return None if self.record.attribute_id is None else await skill_view(info, self.record.attribute_id)

    @strawberry.field(description="The level held, 1 to 7; null where it was never assessed.")
    def held_level(self) -> int | None:
        return self.record.held

    @strawberry.field(description="The level that mentors need, 1 to 7; null where it is not about a level.")
    def required_level(self) -> int | None:
        return self.record.required


@strawberry.type(description="Whether the viewer may become a mentor, and if not, why.")
class MentorEligibility:
    reasons: list[EligibilityReason] = strawberry.field(
        description="One for each thing that stands in the way; empty where nothing does."
    )

    @strawberry.field(description="Whether nothing stands in the way.")
    def eligible(self) -> bool:
        return not self.reasons
