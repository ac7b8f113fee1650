from collections import defaultdict
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import strawberry
from strawberry import ID

from api.compiled import UnchangingList, unchanging
from api.models import FrameworkLevel
from api.models import Skill as SkillRow
from api.resolvers.frameworks import Framework
from api.schema.enums import SkillKind
from api.schema.node import Info, Node, global_id
from api.search.holdings import Held, Holding


@unchanging
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


@unchanging
@strawberry.type(description="A skill at a level, held or required.")
class SkillLevel:
    level: int = strawberry.field(description="1 to 7.")
    endorsed: bool = strawberry.field(
        description="Whether somebody confirmed it; otherwise the person's own assessment. False for a requirement."
    )
    skill: Skill = strawberry.field(description="What is held or required.")


@unchanging
@strawberry.type(description="A level of responsibility of the framework in use.")
class Level:
    record: strawberry.Private[FrameworkLevel]

    @strawberry.field(description="1 to 7.")
    def level(self) -> int:
        return int(self.record.level)

    @strawberry.field(description="The framework's name for it.")
    def name(self) -> str:
        return self.record.name


class PointsToSkill(Protocol):
    """A row about a skill."""

    @property
    def skill_id(self) -> int: ...


class SkillViews:
    """A framework as it is shown. Lists show the same again and again, so each view is made once."""

    def __init__(self, framework: Framework) -> None:
        self._framework = framework
        self._skills: dict[int, Skill] = {}
        self._levels: dict[Held, SkillLevel] = {}
        self._lists: defaultdict[SkillKind, WeakKeyDictionary[Holding, UnchangingList[SkillLevel]]]
        self._lists = defaultdict(WeakKeyDictionary)

    def skill(self, skill_id: int) -> Skill:
        """A skill that a row points to. Raises ``LookupError`` where there is none."""
        view = self._skills.get(skill_id)
        if view is None:
            view = self._skills[skill_id] = Skill(record=self._framework.skill(skill_id))
        return view

    def level(self, held: Held) -> SkillLevel:
        """A skill at a level. Raises ``LookupError`` as above."""
        view = self._levels.get(held)
        if view is None:
            skill = self.skill(held.skill_id)
            view = self._levels[held] = SkillLevel(skill=skill, level=held.level, endorsed=held.endorsed)
        return view

    def levels(self, holding: Holding, kind: SkillKind) -> UnchangingList[SkillLevel]:
        """What somebody holds of one kind, by code. Raises ``LookupError`` as above."""
        views = self._lists[kind].get(holding)
        if views is None:
            every = [self.level(each) for each in sorted(holding.held, key=self.place)]
            views = UnchangingList(view for view in every if view.skill.record.kind is kind)
            self._lists[kind][holding] = views
        return views

    def place(self, row: PointsToSkill) -> int:
        """Where the skill of a row stands in the order of codes. Raises ``LookupError`` as above."""
        return self._framework.place(row.skill_id)


# One for each framework that is known to the process.
_views: Final[WeakKeyDictionary[Framework, SkillViews]] = WeakKeyDictionary()


async def skill_views(info: Info) -> SkillViews:
    """Those of the viewer's organisation."""
    return _views_of(await info.context.loaders.framework.load(info.context.viewer.organisation_id))


def skill_views_at_hand(info: Info) -> SkillViews | None:
    """The same where the framework was read already."""
    framework = info.context.loaders.framework.known(info.context.viewer.organisation_id)
    return None if framework is None else _views_of(framework)


def _views_of(framework: Framework) -> SkillViews:
    views = _views.get(framework)
    if views is None:
        views = _views[framework] = SkillViews(framework)
    return views


async def skill_view(info: Info, skill_id: int) -> Skill:
    """A skill that another row points to."""
    return (await skill_views(info)).skill(skill_id)
