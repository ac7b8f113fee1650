"""Who there is around P, and what happened between them: every kind of object and entry that can carry P."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from api.actions.sweep import expire_requests, remind_mentors
from api.database import connections
from api.domain.ids import decode_id
from api.models import Device, FrameworkLevel, HeldLevel, MentorRequest, Person, RoleProfile, Skill, SkillKind
from api.schema.node import global_id
from api.settings import Settings
from tests.acceptance.access_paths import HAPPENS
from tests.acceptance.access_rules import Role
from tests.acceptance.access_scene import SIGNED_IN, Scene, Step, listening
from tests.acceptance.servers import Server
from tests.houses import House
from tests.wakers import Recorder

P: Final = Role.SELF
# Everybody but P looks for the same, so that all of them see the same match.
_SEEKING: Final[dict[str, Any]] = {"required": {"PROG": 5}, "wants": ("Leadership",)}
_MENTORS: Final = (Role.ACTIVE_MENTOR, Role.PAST_MENTOR, Role.DECLINED_MENTOR)


async def _people(scene: Scene) -> House:
    """P with a canary wherever there is a private text, and one person a role. P manages the colleague."""
    house, elsewhere = await House.build(), await House.build()
    boss, foreign_boss = await house.person("Boss"), await elsewhere.person("Foreign boss")
    manager = await house.person("Line manager", manager=boss, **_SEEKING)
    p = await _p(scene, house, manager)
    scene.people |= {P: p, Role.LINE_MANAGER: manager}
    scene.bosses |= {P: manager, Role.LINE_MANAGER: boss}
    for role in SIGNED_IN:
        if role in scene.people:
            continue
        place = elsewhere if role is Role.OTHER_ORGANISATION else house
        scene.bosses[role] = foreign_boss if place is elsewhere else p if role is Role.COLLEAGUE else boss
        make = place.mentor if role in _MENTORS else place.person
        held = {"TEST": 4} if role in _MENTORS else {}
        scene.people[role] = await make(role.value, manager=scene.bosses[role], held=held, **_SEEKING)
    scene.away = await house.mentor("Away", paused=True)
    return house


async def _p(scene: Scene, house: House, manager: Person) -> Person:
    gap, attribute, held, wanted = (scene.canary(word) for word in ("gap", "attribute", "held", "wanted"))
    await house.skill(attribute, SkillKind.ATTRIBUTE)
    await house.options["Technical depth"].update_from_dict({"label": wanted}).save()
    p = await house.mentor(
        "Pia", held={"PROG": 5, held: 2, attribute: 3}, required={gap: 3, "TEST": 2}, wants=("Technical depth",),
        manager=manager, capacity=5, job_title="Engineer", location="Porto", time_zone="Europe/Lisbon",
    )  # fmt: skip
    await Person.filter(id=p.id).update(email=f"{scene.canary('email')}@example.com")
    await RoleProfile.filter(id=p.role_profile_id).update(name=scene.canary("role"))
    await HeldLevel.filter(person_id=p.id).update(endorsed=True)
    await Skill.filter(organisation_id=p.organisation_id).update(category="Skills", subcategory="Some")
    await Skill.filter(id=house.skills["BUSI"].id).update(category="Business skills")
    await FrameworkLevel.create(organisation_id=p.organisation_id, level=4, name="Enable")
    return p


async def _own_things(scene: Scene, house: House) -> dict[str, str]:
    """P's objects that are there from the beginning, by type."""
    p = scene.people[P]
    device = await Device.create(
        organisation_id=p.organisation_id,
        person_id=p.id,
        kind="FCM",
        address="token",
        last_success_at=datetime.now(UTC),
    )
    rows = {
        "Device": device.id,
        "Person": p.id,
        "Mentor": p.id,
        "ActionPlan": p.id,
        "Organisation": house.organisation.id,
        "PreferenceOption": house.options["Leadership"].id,
        "ActionType": house.action_types["Mentorship"].id,
        "Skill": next(skill.id for code, skill in house.skills.items() if "gap" in code),
        "RoleProfile": p.role_profile_id,
    }
    # P cannot be P's own mentor, and whom P mentors already cannot ask: to them it says so.
    itself = {"witness": Role.COLLEAGUE, "differs": frozenset({P, Role.ACTIVE_MENTEE})}
    scene.add("Match", global_id("Match", p.id), **itself)
    scene.add("Administration", "Administration", witness=Role.ADMIN)
    return {name: scene.add(name, global_id(name, key or 0)) for name, key in rows.items()}


class Story:
    """What people around P do, each deed with its canaries, and with the entries that tell of it."""

    def __init__(self, scene: Scene, ids: dict[str, str]) -> None:
        self.scene = scene
        self.ids = ids

    async def does(self, role: Role, mutation: str, answer: str, **given: Any) -> str:
        return await self.scene.change(self.scene.token(role), mutation, answer, **given)

    async def asks(self, mentee: Role, mentor: Role) -> str:
        mentor_id = global_id("Mentor", self.scene.people[mentor].id)
        request = await self.does(
            mentee, "connect", "request", mentorId=mentor_id, message=self.scene.canary("message")
        )
        self.scene.add("MentorRequest", request, concerns=frozenset({mentee, mentor}))
        await self.scene.told(mentor, "RequestReceived", request)
        return request

    async def answers(self, request: str, mutation: str) -> None:
        mentee, mentor = self._sides(request)
        await self.does(mentor, mutation, "request", requestId=request, comment=self.scene.canary("comment"))
        await self.scene.told(mentee, "RequestDecided", request)

    async def begins(self, mentee: Role, mentor: Role) -> str:
        return await self.is_accepted(await self.asks(mentee, mentor))

    async def is_accepted(self, request: str) -> str:
        await self.answers(request, "accept")
        found = await self.scene.data(
            self.scene.token(P),
            "query ($id: ID!) { node(id: $id) { ... on MentorRequest { mentorship { id } } } }",
            id=request,
        )
        return self.scene.add(
            "Mentorship", found["node"]["mentorship"]["id"], concerns=self.scene.things[request].concerns
        )

    async def withdraws(self, request: str) -> None:
        mentee, mentor = self._sides(request)
        await self.does(mentee, "withdraw", "request", requestId=request)
        await self.scene.told(mentor, "RequestWithdrawn", request)

    async def ends(self, role: Role, mentorship: str) -> None:
        await self.does(
            role, "endMentorship", "mentorship", mentorshipId=mentorship, reason=self.scene.canary("reason")
        )
        for side in self.scene.things[mentorship].concerns:
            await self.scene.told(side, "MentorshipEnded", mentorship)

    async def time_passes(self, request: str) -> None:
        """Until half of the time to answer is over, and until all of it is."""
        mentee, mentor = self._sides(request)
        key = decode_id(request)
        for then, sweep, hearers, entry in (
            (timedelta(days=1), remind_mentors, (mentor,), "RequestReminder"),
            (timedelta(0), expire_requests, (mentor, mentee), "RequestExpired"),
        ):
            now = datetime.now(UTC)
            times = {"created_at": now - timedelta(days=9), "expires_at": now + then}
            await MentorRequest.filter(id=key and key[1]).update(**times)
            await sweep(Recorder())
            for role in hearers:
                await self.scene.told(role, entry, request)

    async def takes_a_break(self, mentor: Role, request: str) -> None:
        """A mentor whom P asked, and for whom P then waits, cannot be found for a while."""
        profile = {"optionIds": [self.ids["PreferenceOption"]]}
        mentor_id = global_id("Mentor", self.scene.people[mentor].id)
        await self.does(mentor, "saveMentorProfile", "mentor", paused=True, **profile)
        await self.scene.told(P, "RequestDelayed", request)
        await self.does(P, "notifyWhenAvailable", "viewer", mentorId=mentor_id)
        await self.does(mentor, "saveMentorProfile", "mentor", paused=False, **profile)
        await self.scene.told(P, "MentorAvailable", mentor_id)

    async def plans(self, *hearers: Role, **more: Any) -> str:
        """P adds to P's plan."""
        texts = {"title": self.scene.canary("title"), "details": self.scene.canary("details")}
        action = await self.does(P, "saveAction", "action", typeId=self.ids["ActionType"], **texts, **more)
        self.scene.add("Action", action)
        for role in hearers:
            await self.scene.told(role, "ActionPlanChanged", action)
        return action

    async def plans_for(self, role: Role) -> None:
        """P adds to the plan of somebody whose mentor or line manager P is: an object of theirs, which P wrote."""
        owner = global_id("Person", self.scene.people[role].id)
        await self.does(P, "saveAction", "action", ownerId=owner, title="Read", typeId=self.ids["ActionType"])

    async def is_kept(self, action: str) -> None:
        """All that was done to an action of P's so far."""
        history = "query ($id: ID!) { node(id: $id) { ... on Action { history { nodes { id } } } } }"
        found = await self.scene.data(self.scene.token(P), history, id=action)
        for change in found["node"]["history"]["nodes"]:
            self.scene.add("ActionChange", change["id"])

    def _sides(self, request: str) -> tuple[Role, Role]:
        concerned = self.scene.things[request].concerns
        mentee = Role.ACTIVE_MENTEE if Role.ACTIVE_MENTEE in concerned else P
        (mentor,) = concerned - {mentee}
        return mentee, mentor


async def _before(story: Story) -> None:
    """What happened before anybody listened."""
    ended = await story.begins(P, Role.PAST_MENTOR)
    await story.plans(Role.LINE_MANAGER, Role.PAST_MENTOR)
    await story.ends(P, ended)
    going_on = await story.begins(P, Role.ACTIVE_MENTOR)
    await story.time_passes(await story.asks(P, Role.DECLINED_MENTOR))
    asked = await story.asks(P, Role.DECLINED_MENTOR)
    await story.takes_a_break(Role.DECLINED_MENTOR, asked)
    await story.answers(asked, "decline")
    await story.does(P, "notifyWhenAvailable", "viewer", mentorId=global_id("Mentor", story.scene.away.id))
    await story.withdraws(await story.asks(Role.ACTIVE_MENTEE, P))
    await story.ends(Role.ACTIVE_MENTEE, await story.begins(Role.ACTIVE_MENTEE, P))
    await story.begins(Role.ACTIVE_MENTEE, P)
    action = await story.plans(
        Role.LINE_MANAGER,
        Role.ACTIVE_MENTOR,
        skillId=story.ids["Skill"],
        mentorshipId=going_on,
        dueOn="2030-01-01",
    )
    await story.does(Role.ACTIVE_MENTOR, "saveAction", "action", id=action, version=1, status="IN_PROGRESS")
    for role in (Role.LINE_MANAGER, P):
        await story.scene.told(role, "ActionPlanChanged", action)
    await story.is_kept(action)
    await story.plans_for(Role.ACTIVE_MENTEE)
    await story.plans_for(Role.COLLEAGUE)


def _while_all_listen(story: Story) -> dict[str, Callable[[], Awaitable[None]]]:
    """The deeds behind the names of `HAPPENS`."""
    asked: dict[Role, str] = {}

    async def asks_again() -> None:
        for role in (Role.PAST_MENTOR, Role.DECLINED_MENTOR):
            asked[role] = await story.asks(P, role)

    async def withdraws_and_is_accepted() -> None:
        await story.withdraws(asked[Role.DECLINED_MENTOR])
        asked[P] = await story.is_accepted(asked[Role.PAST_MENTOR])

    async def changes_the_plans_of_others() -> None:
        await story.plans_for(Role.ACTIVE_MENTEE)
        await story.plans_for(Role.COLLEAGUE)

    async def changes_the_plan() -> None:
        await story.plans(Role.LINE_MANAGER, Role.ACTIVE_MENTOR)

    deeds = (
        asks_again,
        withdraws_and_is_accepted,
        lambda: story.ends(P, asked[P]),
        changes_the_plan,
        changes_the_plans_of_others,
    )
    return dict(zip(HAPPENS, deeds, strict=True))


async def _live(scene: Scene, story: Story) -> None:
    """Everybody listens; after each deed, everybody is told that that is all, so that nothing needs to be timed."""
    async with AsyncExitStack() as stack:
        ears = {
            role: await stack.enter_async_context(listening(scene.server, scene.token(role), scene.beginnings[role]))
            for role in SIGNED_IN
        }
        for name, deed in {"": _nothing, **_while_all_listen(story)}.items():
            await deed()
            truth = await scene.seen_by_witnesses()
            await scene.say_that_is_all()
            frames = {role: await ears[role].until(scene.ends[role]) for role in SIGNED_IN}
            scene.steps[name] = Step(truth=truth, frames=frames)


async def _nothing() -> None:
    """Listening begins: what was replayed until now has been read once this is over."""


@asynccontextmanager
async def told(server: Server) -> AsyncIterator[Scene]:
    """The scene once everything has happened. Nothing changes any more."""
    async with httpx.AsyncClient() as client:
        scene = Scene(server=server, client=client)
        async with connections(Settings(database_url=server.database_url), server.database_url):
            house = await _people(scene)
            for role in SIGNED_IN:
                scene.beginnings[role] = (await scene.data(scene.token(role), "{ latestCursor }"))["latestCursor"]
            story = Story(scene, await _own_things(scene, house))
            await _before(story)
        for role in SIGNED_IN:
            cursor = (await scene.data(scene.token(role), "{ latestCursor }"))["latestCursor"]
            read = "mutation ($upTo: String!) { markNotificationsRead(input: {upTo: $upTo}) { errors { code } } }"
            await scene.data(scene.token(role), read, upTo=cursor)
        await _live(scene, story)
        scene.truth = await scene.seen_by_witnesses()
        yield scene
