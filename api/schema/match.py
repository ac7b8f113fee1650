from collections.abc import Sequence
from typing import Final

import strawberry
from strawberry import ID

from api.domain.listing import MESSAGES
from api.domain.matching import Coverage, MatchBasis
from api.domain.matching import Match as MatchRow
from api.models import Mentor as MentorRow
from api.resolvers.matches import Card
from api.schema.enums import UnlistedCode
from api.schema.gap import SkillGap
from api.schema.mentor import Mentor, option_views
from api.schema.node import Info, Node, global_id
from api.schema.option import PreferenceOption

ID_TYPES: Final = {
    MatchBasis.SKILL_GAPS_AND_PREFERENCES: "Match",
    MatchBasis.PREFERENCES_ONLY: "PreferenceMatch",
}


@strawberry.type(description="One gap of the viewer, and what the mentor covers of it.")
class GapCoverage:
    record: strawberry.Private[Coverage]

    @strawberry.field(description="The gap.")
    def gap(self) -> SkillGap:
        return SkillGap(record=self.record.gap)

    @strawberry.field(description="The mentor's level, 1 to 7; 0 where they do not hold the skill.")
    def mentor_level(self) -> int:
        return self.record.mentor_level

    @strawberry.field(description="Those of the missing levels that the mentor has reached.")
    def covered_levels(self) -> list[int]:
        return list(self.record.covered)

    @strawberry.field(
        description="The gap's share of `skillPercent`, 0 to 100. The points of all gaps add up to it exactly, "
        "in double precision and in any order."
    )
    def points(self) -> float:
        return self.record.points


@strawberry.type(description="Something that keeps a mentor off the viewer's list.")
class UnlistedReason:
    code: UnlistedCode = strawberry.field(description="What it is, for programs.")

    @strawberry.field(description="What it is, for people.")
    def message(self) -> str:
        return MESSAGES[self.code]


@strawberry.type(description="A mentor as seen by the viewer, with what the percentage is made of.")
class Match(Node):
    record: strawberry.Private[MatchRow]
    mentor_record: strawberry.Private[MentorRow]
    basis: strawberry.Private[MatchBasis]
    card: strawberry.Private[Card | None] = None
    reasons_against: strawberry.Private[Sequence[UnlistedCode]] = ()

    @strawberry.field(description="Opaque and stable: one for each mentor and basis, as this viewer sees them.")
    def id(self) -> ID:
        return global_id(ID_TYPES[self.basis], self.mentor_record.id)

    @strawberry.field(description="Who it is.")
    def mentor(self) -> Mentor:
        return Mentor(record=self.mentor_record, card=self.card)

    @strawberry.field(description="What the list is ranked by, 0 to 100.")
    def percent(self) -> float:
        return self.record.percent

    @strawberry.field(
        description="The share of all of the viewer's missing levels that the mentor has reached, 0 to 100; "
        "null under PREFERENCES_ONLY."
    )
    def skill_percent(self) -> float | None:
        return self.record.skill_percent

    @strawberry.field(
        description="The share of the options the viewer wants that the mentor offers, 0 to 100; "
        "null where the viewer chose none."
    )
    def preference_percent(self) -> float | None:
        return self.record.preference_percent

    @strawberry.field(description="One for each of the viewer's gaps, covered or not.")
    def gaps(self) -> list[GapCoverage]:
        return [GapCoverage(record=coverage) for coverage in self.record.coverage]

    @strawberry.field(description="The options that the viewer wants and the mentor offers.")
    async def shared_options(self, info: Info) -> list[PreferenceOption]:
        return await option_views(info, list(self.record.shared_options))

    @strawberry.field(description="Whether the mentor is on the viewer's list, so that nothing keeps them off it.")
    def listed(self) -> bool:
        return not self.reasons_against

    @strawberry.field(description="Everything that keeps the mentor off the viewer's list; empty where they are on it.")
    def unlisted_reasons(self) -> list[UnlistedReason]:
        return [UnlistedReason(code=code) for code in self.reasons_against]
