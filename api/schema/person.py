import strawberry
from strawberry import ID

from api.domain.access import Aspect
from api.domain.buttons import mentor_actions
from api.domain.eligibility import Reason, reasons_against
from api.domain.events import MAILED
from api.models import Person as PersonRow
from api.models import SkillKind
from api.resolvers.requests import count_requests
from api.schema.action import ActionPlan
from api.schema.availability import AvailabilityWatch
from api.schema.device import Device
from api.schema.eligibility import EligibilityReason, MentorEligibility
from api.schema.enums import MentorAction, RequestBox, RequestStatus
from api.schema.gap import SkillGap
from api.schema.mentor import Mentor, held_views, option_views
from api.schema.mentorship import Mentorship
from api.schema.node import Info, Node, global_id
from api.schema.notification_setting import NotificationSetting
from api.schema.option import PreferenceOption
from api.schema.permissions import Needs
from api.schema.references import PersonRef, person_view
from api.schema.role import RoleProfile
from api.schema.skill import SkillLevel, skill_views


@strawberry.type(description="Somebody of the viewer's organisation.")
class Person(Node):
    record: strawberry.Private[PersonRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("Person", self.record.id)

    @strawberry.field(description="Their full name, as they write it.")
    def name(self) -> str:
        return self.record.name

    @strawberry.field(description="What they do; null where nobody said.")
    def job_title(self) -> str | None:
        return self.record.job_title

    @strawberry.field(description="Where they work; null where nobody said.")
    def location(self) -> str | None:
        return self.record.location

    @strawberry.field(description="Their IANA time zone, for example `Europe/Lisbon`; null where nobody said.")
    def time_zone(self) -> str | None:
        return self.record.time_zone

    @strawberry.field(
        description="Their email address. Null unless the viewer is the person, their line manager, "
        "or the other side of an active mentorship.",
        extensions=[Needs(Aspect.CONTACT, silently=True)],
    )
    async def email(self) -> str | None:
        return self.record.email

    @strawberry.field(
        description="Whom they report to. Null where nobody, and for colleagues.",
        extensions=[Needs(Aspect.ROLE, silently=True)],
    )
    async def line_manager(self, info: Info) -> PersonRef | None:
        manager_id = self.record.line_manager_id
        return None if manager_id is None else await person_view(info, manager_id)

    @strawberry.field(
        description="The role whose required levels the gaps are measured against. "
        "Null where none, and for colleagues.",
        extensions=[Needs(Aspect.ROLE, silently=True)],
    )
    async def role_profile(self, info: Info) -> RoleProfile | None:
        if self.record.role_profile_id is None:
            return None
        record = await info.context.loaders.role_profile.load(self.record.role_profile_id)
        return RoleProfile(record=record) if record else None

    @strawberry.field(
        description="The professional skills that they hold, by code. FORBIDDEN unless the viewer is the person, "
        "their line manager or an active mentor.",
        extensions=[Needs(Aspect.SKILLS)],
    )
    async def skills(self, info: Info) -> list[SkillLevel] | None:
        return await held_views(info, self.record.id, SkillKind.PROFESSIONAL)

    @strawberry.field(
        description="The generic attributes that they hold, by code. FORBIDDEN as for `skills`.",
        extensions=[Needs(Aspect.SKILLS)],
    )
    async def attributes(self, info: Info) -> list[SkillLevel] | None:
        return await held_views(info, self.record.id, SkillKind.ATTRIBUTE)

    @strawberry.field(
        description="What their role requires and they do not hold. FORBIDDEN as for `skills`.",
        extensions=[Needs(Aspect.SKILLS)],
    )
    async def skill_gaps(self, info: Info) -> list[SkillGap] | None:
        gaps = await info.context.loaders.gaps_of_person.load(self.record.id)
        views = await skill_views(info)
        return [SkillGap(record=gap, skill=views.skill(gap.skill_id)) for gap in gaps]

    @strawberry.field(
        description="Mentorships, active and past, in which they are the mentee, oldest first. "
        "FORBIDDEN as for `skills`.",
        extensions=[Needs(Aspect.MENTORSHIPS)],
    )
    async def mentors(self, info: Info) -> list[Mentorship] | None:
        rows = await info.context.loaders.mentorships_of_mentee.load(self.record.id)
        return [Mentorship(record=row) for row in rows]

    @strawberry.field(
        description="Mentorships, active and past, in which they are the mentor, oldest first. "
        "FORBIDDEN as for `skills`.",
        extensions=[Needs(Aspect.MENTORSHIPS)],
    )
    async def mentees(self, info: Info) -> list[Mentorship] | None:
        rows = await info.context.loaders.mentorships_of_mentor.load(self.record.id)
        return [Mentorship(record=row) for row in rows]

    @strawberry.field(description="Their action plan. FORBIDDEN as for `skills`.", extensions=[Needs(Aspect.PLAN)])
    async def action_plan(self) -> ActionPlan | None:
        return ActionPlan(owner_id=self.record.id)

    @strawberry.field(description="Their public card as a mentor; null unless they offer to mentor.")
    async def mentor(self, info: Info) -> Mentor | None:
        offers = await info.context.loaders.options_of_mentor.load(self.record.id)
        record = await info.context.loaders.mentor.load(self.record.id) if offers else None
        return Mentor(record=record) if record else None

    @strawberry.field(
        description="Whether the viewer may become a mentor, and what stands in the way. "
        "The viewer's own only, FORBIDDEN for others.",
        extensions=[Needs(Aspect.MENTORING)],
    )
    async def mentor_eligibility(self, info: Info) -> MentorEligibility | None:
        return MentorEligibility(reasons=[EligibilityReason(record=each) for each in await self._reasons_against(info)])

    @strawberry.field(
        description="What the viewer can do about mentoring others: which buttons to show. "
        "The viewer's own only, FORBIDDEN for others.",
        extensions=[Needs(Aspect.MENTORING)],
    )
    async def mentor_actions(self, info: Info) -> list[MentorAction] | None:
        rule = await info.context.loaders.rule.load(self.record.organisation_id)
        return [
            *mentor_actions(
                eligible=not await self._reasons_against(info),
                enabled=rule.enabled,
                has_profile=await info.context.loaders.mentor.load(self.record.id) is not None,
                offering=bool(await info.context.loaders.options_of_mentor.load(self.record.id)),
            )
        ]

    @strawberry.field(
        description="How many requests wait for the viewer's answer. The viewer's own only, FORBIDDEN for others.",
        extensions=[Needs(Aspect.MENTORING)],
    )
    async def pending_request_count(self, info: Info) -> int | None:
        return await count_requests(info.context.viewer, RequestBox.RECEIVED, [RequestStatus.PENDING])

    @strawberry.field(
        description="What they want in a mentor. The viewer's own only, FORBIDDEN for others.",
        extensions=[Needs(Aspect.MENTORING)],
    )
    async def mentor_preferences(self, info: Info) -> list[PreferenceOption] | None:
        rows = await info.context.loaders.preferences_of_person.load(self.record.id)
        return await option_views(info, [row.option_id for row in rows])

    @strawberry.field(
        description="The mentors of whom the viewer hears once they can be found again, those asked for first at the "
        "front. The viewer's own only, FORBIDDEN for others.",
        extensions=[Needs(Aspect.MENTORING)],
    )
    async def availability_watches(self, info: Info) -> list[AvailabilityWatch] | None:
        rows = await info.context.loaders.watches_of_person.load(self.record.id)
        return [AvailabilityWatch(record=row) for row in rows]

    @strawberry.field(
        description="Which mails and pushes the viewer gets, one entry for each kind that there is. "
        "The viewer's own only, FORBIDDEN for others.",
        extensions=[Needs(Aspect.MENTORING)],
    )
    async def notification_settings(self, info: Info) -> list[NotificationSetting] | None:
        rows = await info.context.loaders.notification_settings.load(self.record.id)
        emails = {row.kind: row.email for row in rows}
        pushes = {row.kind: row.push for row in rows}
        return [
            NotificationSetting(kind=kind, email=emails.get(kind, True), push=pushes.get(kind, True)) for kind in MAILED
        ]

    @strawberry.field(
        description="The devices that the viewer is reached on, those registered first at the front. "
        "The viewer's own only, FORBIDDEN for others.",
        extensions=[Needs(Aspect.DEVICES)],
    )
    async def devices(self, info: Info) -> list[Device] | None:
        rows = await info.context.loaders.devices_of_person.load(self.record.id)
        return [Device(record=row) for row in rows]

    async def _reasons_against(self, info: Info) -> tuple[Reason, ...]:
        rule = await info.context.loaders.rule.load(self.record.organisation_id)
        held = await info.context.loaders.held_by.load(self.record.id)
        return reasons_against(
            mentoring_enabled=rule.enabled,
            attributes=rule.attributes,
            held=held.levels,
            required=rule.level,
        )
