import strawberry
from strawberry import ID

from api.compiled import later, perhaps_late
from api.models import Mentor as MentorRow
from api.models import SkillKind
from api.resolvers.loaders import present
from api.resolvers.matches import Card
from api.schema.arguments import Basis
from api.schema.enums import MatchBasis
from api.schema.node import Info, Node, global_id
from api.schema.option import PreferenceOption
from api.schema.references import MatchRef, PersonRef, match_view, person_there, person_view
from api.schema.skill import Skill, SkillLevel, professional_views


@strawberry.type(description="A person who has offered to mentor. Everything here is public within the organisation.")
class Mentor(Node):
    record: strawberry.Private[MentorRow]
    card: strawberry.Private[Card | None] = None

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("Mentor", self.record.id)

    @strawberry.field(description="Who they are.")
    @perhaps_late
    def person(self, info: Info) -> PersonRef:
        return person_there(self.card.person) if self.card else later(person_view(info, self.record.id))

    @strawberry.field(description="What they offer, from the organisation's list; empty once they left the search.")
    async def options(self, info: Info) -> list[PreferenceOption]:
        offers = await info.context.loaders.options_of_mentor.load(self.record.id)
        return await option_views(info, [offer.option_id for offer in offers])

    @strawberry.field(
        description="The professional skills that they offer to teach, and up to which level; "
        "empty once they left the search."
    )
    @perhaps_late
    def skills(self, info: Info) -> list[SkillLevel]:
        card = self.card
        return professional_views(card.framework, card.held) if card else later(_offered_views(info, self.record.id))

    @strawberry.field(description="Most mentees at once; null means no limit.")
    def capacity(self) -> int | None:
        return self.record.capacity

    @strawberry.field(description="How many people they mentor now.")
    def active_mentees(self) -> int:
        return self.record.active_mentees

    @strawberry.field(description="Whether they take a break from new requests.")
    def paused(self) -> bool:
        return self.record.paused

    @strawberry.field(description="Whether they can be found and asked today.")
    async def available(self, info: Info) -> bool:
        return await info.context.loaders.findable.load(self.record.id)

    @strawberry.field(
        description="How they suit the viewer, findable or not, with everything that keeps them off the viewer's list."
    )
    async def match(self, info: Info, basis: Basis = MatchBasis.SKILL_GAPS_AND_PREFERENCES) -> MatchRef:
        return await match_view(info, self.record, basis)


async def _offered_views(info: Info, mentor_id: int) -> list[SkillLevel]:
    offers = await info.context.loaders.options_of_mentor.load(mentor_id)
    return await held_views(info, mentor_id, SkillKind.PROFESSIONAL) if offers else []


async def mentor_view(info: Info, mentor_id: int) -> Mentor:
    """A mentor that another row points to."""
    record = await info.context.loaders.mentor.load(mentor_id)
    if record is None:
        raise LookupError(f"mentor {mentor_id} is gone although a row points to them")
    return Mentor(record=record)


async def option_views(info: Info, option_ids: list[int]) -> list[PreferenceOption]:
    """Options in the organisation's order."""
    rows = present(await info.context.loaders.option.load_many(option_ids))
    return [PreferenceOption(record=row) for row in sorted(rows, key=lambda row: (row.position, row.id))]


async def held_views(info: Info, person_id: int, kind: SkillKind) -> list[SkillLevel]:
    """What a person holds of one kind, by code."""
    held = await info.context.loaders.levels_of_person.load(person_id)
    skills = await info.context.loaders.skill.load_many([row.skill_id for row in held])
    ordered = sorted(
        ((skill, row) for skill, row in zip(skills, held, strict=True) if skill and skill.kind == kind),
        key=lambda each: each[0].code,
    )
    return [SkillLevel(level=row.level, endorsed=row.endorsed, skill=Skill(record=skill)) for skill, row in ordered]
