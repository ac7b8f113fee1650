import strawberry
from strawberry import ID

from api.models import Organisation as OrganisationRow
from api.resolvers.organisations import (
    action_types_of,
    count_skills,
    levels_of_framework,
    options_of,
    page_of_skills,
    skill_cursor,
)
from api.resolvers.paging import PageArguments
from api.schema.action import ActionType
from api.schema.arguments import After, Before, First, Last, Search
from api.schema.connection import CountedConnection, edges_of
from api.schema.node import Node, global_id
from api.schema.option import PreferenceOption
from api.schema.skill import Level, Skill


@strawberry.type(description="The viewer's organisation and what it chooses.")
class Organisation(Node):
    record: strawberry.Private[OrganisationRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("Organisation", self.record.id)

    @strawberry.field(description="What it is called.")
    def name(self) -> str:
        return self.record.name

    @strawberry.field(description="Whether mentors can be found and asked at all.")
    def mentoring_enabled(self) -> bool:
        return self.record.mentoring_enabled

    @strawberry.field(
        description="What mentors can offer and mentees want, in the organisation's order; retired ones are left out."
    )
    async def preference_options(self) -> list[PreferenceOption]:
        return [PreferenceOption(record=row) for row in await options_of(self.record.id)]

    @strawberry.field(
        description="The kinds of action that plans are made of, in the organisation's order; retired ones are left "
        "out."
    )
    async def action_types(self) -> list[ActionType]:
        return [ActionType(record=row) for row in await action_types_of(self.record.id)]

    @strawberry.field(description="The levels of the framework in use, lowest first, as far as it names them.")
    async def levels(self) -> list[Level]:
        return [Level(record=row) for row in await levels_of_framework(self.record.id)]

    @strawberry.field(
        description="The skills and attributes of the framework in use, by code. `search` looks in code and name."
    )
    async def skills(
        self,
        *,
        search: Search = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> CountedConnection[Skill]:
        arguments = PageArguments(first=first, after=after, last=last, before=before)
        page = await page_of_skills(self.record.id, search, arguments)
        edges, page_info = edges_of(page, lambda row: Skill(record=row), skill_cursor)
        return CountedConnection(edges=edges, page_info=page_info, count=lambda: count_skills(self.record.id, search))
