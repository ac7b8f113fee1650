from typing import Final
from weakref import WeakKeyDictionary

import strawberry

from api.compiled import UnchangingList, later, unchanging
from api.domain.gaps import AskedGap
from api.domain.levels import levels_in, span, thermometer
from api.resolvers.asked_gaps import AskedGaps
from api.schema.node import Info
from api.schema.skill import Skill, SkillViews, skill_views, skill_views_at_hand


@unchanging
@strawberry.type(description="A gap that a mentee asks a mentor for help with, as it stood at the time of asking.")
class RequestedGap:
    record: strawberry.Private[AskedGap]
    skill: Skill = strawberry.field(description="The skill in which levels were missing.")

    @strawberry.field(description="The level that the mentee held, 1 to 7; 0 where they did not hold the skill.")
    def current_level(self) -> int:
        return self.record.current_level

    @strawberry.field(description="The level that the mentee's role required, 1 to 7.")
    def required_level(self) -> int:
        return self.record.required_level

    @strawberry.field(description="The level that the mentor held, 1 to 7.")
    def mentor_level(self) -> int:
        return self.record.mentor_level

    @strawberry.field(description="Those of the missing levels that the mentor had reached, lowest first.")
    def covered_levels(self) -> list[int]:
        row = self.record
        return list(levels_in(span(row.current_level, row.required_level) & thermometer(row.mentor_level)))


async def gap_views(info: Info, request_id: int) -> list[RequestedGap]:
    """What a request asks for help with, by the skill's code."""
    rows = await info.context.loaders.gaps_of_request.load(request_id)
    return _by_code(await skill_views(info), rows)


def gaps_at_hand(info: Info, request_id: int) -> list[RequestedGap]:
    """The same at once where they were read already: for fields that are ``perhaps_late``."""
    rows, views = info.context.loaders.gaps_of_request.known(request_id), skill_views_at_hand(info)
    return later(gap_views(info, request_id)) if rows is None or views is None else _by_code(views, rows)


# With the skills of each framework that is known to the process, as in `SkillViews`.
_Lists = WeakKeyDictionary[AskedGaps, UnchangingList[RequestedGap]]
_known: Final[WeakKeyDictionary[SkillViews, _Lists]] = WeakKeyDictionary()


def _by_code(skills: SkillViews, asked: AskedGaps) -> UnchangingList[RequestedGap]:
    lists = _known.get(skills)
    if lists is None:
        lists = _known[skills] = WeakKeyDictionary()
    views = lists.get(asked)
    if views is None:
        rows = sorted(asked.gaps, key=skills.place)
        views = UnchangingList(RequestedGap(record=row, skill=skills.skill(row.skill_id)) for row in rows)
        lists[asked] = views
    return views
