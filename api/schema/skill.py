from collections.abc import Mapping, Sequence
from typing import Final
from weakref import WeakKeyDictionary

import strawberry
from strawberry import ID

from api.models import FrameworkLevel
from api.models import Skill as SkillRow
from api.schema.enums import SkillKind
from api.schema.node import Info, Node, global_id
from api.search.framework import Framework, is_endorsed, level_of, skill_of


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
    level: int = strawberry.field(description="1 to 7.")
    endorsed: bool = strawberry.field(
        description="Whether somebody confirmed it; otherwise the person's own assessment. False for a requirement."
    )

    skill: Skill = strawberry.field(description="What is held or required.")


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


class HeldViews(dict[int, tuple[str, SkillLevel] | None]):
    """What people hold of one framework, by the numbers of ``HELD``: with the code of the skill, where it is a
    professional one. Views of what nobody changes, which all responses share for as long as the framework is true.
    """

    def __init__(self, skills: Mapping[int, SkillRow]) -> None:
        super().__init__()
        self._skills = {key: Skill(record=row) for key, row in skills.items()}

    def __missing__(self, held: int) -> tuple[str, SkillLevel] | None:
        skill = self._skills[skill_of(held)]
        level = SkillLevel(level=level_of(held), endorsed=is_endorsed(held), skill=skill)
        view = (skill.record.code, level) if skill.record.kind is SkillKind.PROFESSIONAL else None
        self[held] = view
        return view


_HELD: Final[WeakKeyDictionary[Framework, HeldViews]] = WeakKeyDictionary()


def professional_views(framework: Framework, held: Sequence[int]) -> list[SkillLevel]:
    """The professional skills among what is held, by code."""
    views = _HELD.get(framework)
    if views is None:
        views = _HELD[framework] = HeldViews(framework.skills)
    return [level for _, level in sorted(view for view in map(views.__getitem__, held) if view)]
