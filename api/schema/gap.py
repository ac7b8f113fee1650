import strawberry

from api.domain.gaps import Gap
from api.schema.skill import Skill


@strawberry.type(description="For one skill, the levels that a role requires and the person does not hold.")
class SkillGap:
    record: strawberry.Private[Gap]
    skill: Skill = strawberry.field(description="The skill in which levels are missing.")

    @strawberry.field(description="The level held, 1 to 7; 0 where the skill is not held at all.")
    def current_level(self) -> int:
        return self.record.current

    @strawberry.field(description="The level required, 1 to 7.")
    def required_level(self) -> int:
        return self.record.required

    @strawberry.field(description="The missing levels: those above the current one up to the required one.")
    def levels(self) -> list[int]:
        return list(self.record.levels)
