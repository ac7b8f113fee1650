import strawberry

from api.models import Organisation as OrganisationRow
from api.resolvers.administration import (
    ActionTypeInUse,
    OptionInUse,
    action_types_in_use,
    count_active_mentorships,
    mentorship_cursor,
    options_in_use,
    page_of_active_mentorships,
)
from api.resolvers.paging import PageArguments
from api.schema.action import ActionType
from api.schema.arguments import After, Before, First, Last, SideId
from api.schema.connection import CountedConnection, edges_of
from api.schema.mentorship import Mentorship
from api.schema.node import Info, key_of
from api.schema.option import PreferenceOption
from api.schema.statistics import MentoringStatistics


@strawberry.type(description="How the organisation runs mentoring.")
class MentoringSettings:
    record: strawberry.Private[OrganisationRow]

    @strawberry.field(description="Whether mentors can be found and asked at all.")
    def mentoring_enabled(self) -> bool:
        return self.record.mentoring_enabled

    @strawberry.field(description="The level, 1 to 7, at which mentors hold every attribute under Business skills.")
    def mentor_level(self) -> int:
        return int(self.record.mentor_level)

    @strawberry.field(description="For how many days a mentor can answer a request.")
    def request_expiry_days(self) -> int:
        return int(self.record.request_expiry_days)

    @strawberry.field(description="How many requests a mentee can have open at once.")
    def open_request_limit(self) -> int:
        return int(self.record.open_request_limit)


@strawberry.type(description="A preference option, and whether it is in use.")
class AdministeredOption:
    record: strawberry.Private[OptionInUse]

    @strawberry.field(description="The option itself, which may be retired.")
    def option(self) -> PreferenceOption:
        return PreferenceOption(record=self.record.option)

    @strawberry.field(description="Where it stands among the options; the lowest number comes first.")
    def position(self) -> int:
        return int(self.record.option.position)

    @strawberry.field(description="How many mentors offer it.")
    def mentors(self) -> int:
        return self.record.mentors

    @strawberry.field(description="How many people want it in a mentor.")
    def mentees(self) -> int:
        return self.record.mentees


@strawberry.type(description="An action type, and whether it is in use.")
class AdministeredActionType:
    record: strawberry.Private[ActionTypeInUse]

    @strawberry.field(description="The action type itself, which may be retired.")
    def action_type(self) -> ActionType:
        return ActionType(record=self.record.action_type)

    @strawberry.field(description="Where it stands among the action types; the lowest number comes first.")
    def position(self) -> int:
        return int(self.record.action_type.position)

    @strawberry.field(description="How many actions on people's plans have it.")
    def actions(self) -> int:
        return self.record.actions


@strawberry.type(
    description="What administrators see of their organisation: what it chose, and mentoring as a whole. "
    "What people write to one another, their reasons and their plans are not for them."
)
class Administration:
    organisation_id: strawberry.Private[int]

    @strawberry.field(description="How the organisation runs mentoring.")
    async def settings(self, info: Info) -> MentoringSettings:
        record = await info.context.loaders.organisation.load(self.organisation_id)
        if record is None:
            raise LookupError("the viewer's organisation is gone")
        return MentoringSettings(record=record)

    @strawberry.field(description="Every preference option, retired ones included, in the organisation's order.")
    async def preference_options(self) -> list[AdministeredOption]:
        return [AdministeredOption(record=each) for each in await options_in_use(self.organisation_id)]

    @strawberry.field(description="Every action type, retired ones included, in the organisation's order.")
    async def action_types(self) -> list[AdministeredActionType]:
        return [AdministeredActionType(record=each) for each in await action_types_in_use(self.organisation_id)]

    @strawberry.field(description="Mentoring in numbers.")
    def statistics(self) -> MentoringStatistics:
        return MentoringStatistics(organisation_id=self.organisation_id)

    @strawberry.field(
        description="Mentorships that go on, newest first; with `personId`, those in which this person has a side."
    )
    async def active_mentorships(
        self,
        *,
        person_id: SideId = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> CountedConnection[Mentorship]:
        side = None if person_id is None else key_of(person_id, "Person")
        arguments = PageArguments(first=first, after=after, last=last, before=before)
        page = await page_of_active_mentorships(self.organisation_id, side, arguments)
        edges, page_info = edges_of(page, lambda row: Mentorship(record=row), mentorship_cursor)
        return CountedConnection(
            edges=edges, page_info=page_info, count=lambda: count_active_mentorships(self.organisation_id, side)
        )
