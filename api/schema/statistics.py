import strawberry

from api.resolvers.administration import (
    MOST_GAPS,
    Untaught,
    acceptance_percent,
    count_active_mentorships,
    count_decided_requests,
    count_mentors,
    count_mentors_at_capacity,
    count_open_requests,
    median_days_to_answer,
    untaught_gaps,
)
from api.schema.node import Info
from api.schema.skill import Skill, skill_view


@strawberry.type(description="A level that people miss and that nobody who can be found and asked today has reached.")
class UntaughtGap:
    record: strawberry.Private[Untaught]

    @strawberry.field(description="The skill in which the level is missing.")
    async def skill(self, info: Info) -> Skill:
        return await skill_view(info, self.record.skill_id)

    @strawberry.field(description="1 to 7.")
    def level(self) -> int:
        return self.record.level

    @strawberry.field(description="How many people miss it.")
    def people(self) -> int:
        return self.record.people


@strawberry.type(description="Mentoring in the organisation in numbers, as they are now.")
class MentoringStatistics:
    organisation_id: strawberry.Private[int]

    @strawberry.field(description="How many requests wait for an answer.")
    async def open_requests(self) -> int:
        return await count_open_requests(self.organisation_id)

    @strawberry.field(description="How many requests were accepted or declined.")
    async def decided_requests(self) -> int:
        return await count_decided_requests(self.organisation_id)

    @strawberry.field(
        description="The median, in days, of the time between a request and the answer, over all that were accepted "
        "or declined; null where none was."
    )
    async def median_days_to_answer(self) -> float | None:
        return await median_days_to_answer(self.organisation_id)

    @strawberry.field(
        description="How many of the requests that were accepted or declined were accepted, 0 to 100; "
        "null where none was."
    )
    async def acceptance_percent(self) -> float | None:
        return await acceptance_percent(self.organisation_id)

    @strawberry.field(description="How many mentorships go on.")
    async def active_mentorships(self) -> int:
        return await count_active_mentorships(self.organisation_id)

    @strawberry.field(description="How many people offer at least one option.")
    async def mentors(self) -> int:
        return await count_mentors(self.organisation_id)

    @strawberry.field(description="How many of these mentors have as many mentees as they take.")
    async def mentors_at_capacity(self) -> int:
        return await count_mentors_at_capacity(self.organisation_id)

    @strawberry.field(
        description="The levels of skills that people miss and no mentor who can be found and asked today has "
        f"reached; those that most people miss first, then by skill code and level, at most {MOST_GAPS}."
    )
    async def untaught_gaps(self, info: Info) -> list[UntaughtGap]:
        rule = await info.context.loaders.rule.load(self.organisation_id)
        return [UntaughtGap(record=gap) for gap in await untaught_gaps(rule)]
