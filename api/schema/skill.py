import strawberry
from strawberry import ID

from api.models import FrameworkLevel
from api.models import Skill as SkillRow
from api.schema.enums import SkillKind
from api.schema.node import Info, Node, global_id


@strawberry.type(description="One professional skill or one generic attribute of the framework in use.")
class Skill(Node):
    record: strawberry.Private[SkillRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("Skill", self.record.id)

    @strawberry.field(description="The framework's short code, for example `PROG`.")
    def code(self) -> str:
        return self.record.code

    @strawberry.field(description="The framework's name for it.")
    def name(self) -> str:
        return self.record.name

    @strawberry.field(description="Whether it is a professional skill or a generic attribute.")
    def kind(self) -> SkillKind:
        return self.record.kind

    @strawberry.field(description="Where the framework files it; null where it files it nowhere.")
    def category(self) -> str | None:
        return self.record.category

    @strawberry.field(description="Where within the category; null where it has no such part.")
    def subcategory(self) -> str | None:
        return self.record.subcategory

    @strawberry.field(description="The levels, 1 to 7, at which the framework defines it, lowest first.")
    def levels(self) -> list[int]:
        return sorted(self.record.levels)


@strawberry.type(description="A skill at a level, held or required.")
class SkillLevel:
    skill_id: strawberry.Private[int]
    level: int = strawberry.field(description="1 to 7.")
    endorsed: bool = strawberry.field(
        description="Whether somebody confirmed it; otherwise the person's own assessment. False for a requirement."
    )

    @strawberry.field(description="What is held or required.")
    async def skill(self, info: Info) -> Skill:
        return await skill_view(info, self.skill_id)


@strawberry.type(description="A level of responsibility of the framework in use.")
class Level:
    record: strawberry.Private[FrameworkLevel]

    @strawberry.field(description="1 to 7.")
    def level(self) -> int:
        return int(self.record.level)

    @strawberry.field(description="The framework's name for it.")
    def name(self) -> str:
        return self.record.name


async def skill_view(info: Info, skill_id: int) -> Skill:
    """A skill that another row points to."""
    record = await info.context.loaders.skill.load(skill_id)
    if record is None:
        raise LookupError(f"skill {skill_id} is gone although a row points to it")
    return Skill(record=record)
