import strawberry
from strawberry import ID

from api.models import RoleProfile as RoleProfileRow
from api.schema.node import Info, Node, global_id
from api.schema.skill import SkillLevel, skill_views
from api.search.holdings import Held


@strawberry.type(description="A role and the skill levels that it requires.")
class RoleProfile(Node):
    record: strawberry.Private[RoleProfileRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("RoleProfile", self.record.id)

    @strawberry.field(description="What the organisation calls the role.")
    def name(self) -> str:
        return self.record.name

    @strawberry.field(description="The skill levels that the role requires.")
    async def requirements(self, info: Info) -> list[SkillLevel]:
        rows = await info.context.loaders.requirements_of_role.load(self.record.id)
        views = await skill_views(info)
        return [views.level(Held(skill_id=row.skill_id, level=row.level, endorsed=False)) for row in rows]
