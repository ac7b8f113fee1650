"""Running mentoring in an organisation: who may, what changes, what stays, and numbers over everybody."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from tortoise.connection import get_connection

from api.actions.action_plan import ActionInput, add_action, change_action, remove_action
from api.actions.administer import (
    remove_action_type,
    remove_preference_option,
    save_action_type,
    save_mentoring_settings,
    save_preference_option,
)
from api.actions.availability import reconcile_availability
from api.actions.connect import connect
from api.actions.decide import accept
from api.actions.end_mentorship import end_mentorship
from api.actions.save_mentor_preferences import save_mentor_preferences
from api.actions.save_mentor_profile import save_mentor_profile
from api.domain.errors import Fault, FaultCode, RefusalCode, Refused
from api.domain.events import EventKind
from api.domain.lifecycle import DECISIONS, RequestStatus
from api.domain.viewer import Viewer
from api.models import (
    Action,
    ActionType,
    AuditEntry,
    Event,
    HeldLevel,
    MenteePreference,
    Mentor,
    MentorOption,
    MentorRequest,
    Mentorship,
    Organisation,
    Person,
    PreferenceOption,
    Skill,
)
from api.schema.mutations.administration import AdministrationMutations
from api.schema.node import global_id
from api.search.profiles import gaps_of
from tests.houses import House, viewer_of
from tests.integration.test_search import Everybody, random_house
from tests.operations import SCHEMA, answer, data
from tests.wakers import Recorder

SETTINGS = "mentoringEnabled mentorLevel requestExpiryDays openRequestLimit"
MUTATIONS = {
    "saveMentoringSettings": ("{mentoringEnabled: false}", f"settings {{ {SETTINGS} }}"),
    "savePreferenceOption": ('{label: "New"}', "option { label retired }"),
    "removePreferenceOption": ('{id: "%s"}', "removedId option { label retired }"),
    "saveActionType": ('{label: "New", mentorship: true}', "actionType { label mentorship retired }"),
    "removeActionType": ('{id: "%s"}', "removedId actionType { label retired }"),
}
STATISTICS = """{ administration { statistics {
    openRequests decidedRequests medianDaysToAnswer acceptancePercent activeMentorships mentors mentorsAtCapacity
    untaughtGaps { skill { code } level people } } } }"""
MENTORSHIPS = """query ($person: ID, $first: Int, $after: String) { administration {
    activeMentorships(personId: $person, first: $first, after: $after) {
      totalCount nodes { id active endReason endedAt mentor { name } mentee { name } } pageInfo { endCursor } } } }"""


async def administrator_of(house: House) -> Viewer:
    return viewer_of(await house.person("Administrator"), administrator=True)


async def refusal(work: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as refused:
        await work
    return refused.value


async def mentorship_between(mentee: Person, mentor: Person) -> Mentorship:
    request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, message="A secret wish")
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="A secret comment")
    return await Mentorship.get(request_id=request.id)


async def changed(who: Person | Viewer, mutation: str, given: str) -> dict[str, Any]:
    """The response to one of the mutations, asked for all that its payload has."""
    return await answer(
        who, f"mutation {{ {mutation}(input: {given}) {{ {MUTATIONS[mutation][1]} errors {{ code field }} }} }}"
    )


async def test_without_the_role_nothing_is_read_or_changed(database: str) -> None:
    house = await House.build()
    person = await house.person()
    response = await answer(person, "{ administration { settings { mentoringEnabled } } viewer { name } }")
    assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"]
    assert response["data"] == {"administration": None, "viewer": {"name": person.name}}

    ids = {
        "removePreferenceOption": global_id("PreferenceOption", house.options["Leadership"].id),
        "removeActionType": global_id("ActionType", house.action_types["Course"].id),
    }
    fields = AdministrationMutations.__strawberry_definition__.fields  # type: ignore[attr-defined]
    assert {SCHEMA.config.name_converter.get_graphql_name(field) for field in fields} == set(MUTATIONS)
    for mutation, (given, _) in MUTATIONS.items():
        response = await changed(person, mutation, given.replace("%s", ids.get(mutation, "")))
        assert response["data"] is None
        assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"], mutation
    assert await AuditEntry.all().count() == 0
    assert (await Organisation.get(id=house.organisation.id)).mentoring_enabled
    assert (await PreferenceOption.all().count(), await ActionType.all().count()) == (3, 2)


async def test_an_action_itself_refuses_whoever_lacks_the_role(database: str) -> None:
    house = await House.build()
    viewer, waker = viewer_of(await house.person()), Recorder()
    attempts: list[Awaitable[object]] = [
        save_mentoring_settings(waker, viewer=viewer, mentor_level=99),
        save_preference_option(waker, viewer=viewer, label=""),
        remove_preference_option(waker, viewer=viewer, option_id=0),
        save_action_type(waker, viewer=viewer, label=""),
        remove_action_type(waker, viewer=viewer, type_id=0),
    ]
    for attempt in attempts:
        with pytest.raises(Fault) as fault:
            await attempt
        assert fault.value.code is FaultCode.FORBIDDEN


async def test_settings_change_as_far_as_they_are_said(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    administrator = await administrator_of(house)
    mentor, mentee = await house.mentor(held={"PROG": 5}), await house.person(required={"PROG": 5})
    found = "{ mentors { nodes { id } } }"
    assert len((await data(mentee, found))["mentors"]["nodes"]) == 1

    response = await changed(administrator, "saveMentoringSettings", "{mentorLevel: 5, openRequestLimit: null}")
    settings = {"mentoringEnabled": True, "mentorLevel": 5, "requestExpiryDays": 14, "openRequestLimit": 5}
    assert response["data"]["saveMentoringSettings"] == {"settings": settings, "errors": []}
    assert (await data(mentee, found))["mentors"]["nodes"] == []
    await house.hold(mentor, {"BUSI": 5})
    assert len((await data(mentee, found))["mentors"]["nodes"]) == 1

    given = "{mentoringEnabled: false, requestExpiryDays: 365, openRequestLimit: 100}"
    await changed(administrator, "saveMentoringSettings", given)
    settings = {"mentoringEnabled": False, "mentorLevel": 5, "requestExpiryDays": 365, "openRequestLimit": 100}
    read = await data(administrator, f"{{ administration {{ settings {{ {SETTINGS} }} }} }}")
    assert read["administration"]["settings"] == settings
    assert (await data(mentee, found))["mentors"]["nodes"] == []
    other = await Organisation.get(id=elsewhere.organisation.id)
    assert (other.mentoring_enabled, other.mentor_level) == (True, 4)
    details = [entry.detail for entry in await AuditEntry.filter(verb="save_mentoring_settings").order_by("id")]
    assert details == [
        {"mentor_level": 5},
        {"mentoring_enabled": False, "request_expiry_days": 365, "open_request_limit": 100},
    ]


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("mentorLevel", 0),
        ("mentorLevel", 8),
        ("requestExpiryDays", 0),
        ("requestExpiryDays", 366),
        ("openRequestLimit", 0),
        ("openRequestLimit", 101),
        ("openRequestLimit", 2_147_483_647),
    ],
)
async def test_a_setting_that_makes_no_sense_is_refused_and_named(database: str, field: str, number: int) -> None:
    house = await House.build()
    response = await changed(
        await administrator_of(house), "saveMentoringSettings", f"{{mentoringEnabled: false, {field}: {number}}}"
    )
    assert response["data"]["saveMentoringSettings"] == {
        "settings": None,
        "errors": [{"code": "INVALID", "field": [field]}],
    }
    assert (await Organisation.get(id=house.organisation.id)).mentoring_enabled, "nothing of it was kept"


async def test_options_are_added_at_the_end_and_changed_as_far_as_is_said(database: str) -> None:
    house = await House.build()
    administrator = await administrator_of(house)
    added = await save_preference_option(Recorder(), viewer=administrator, label="  Éthique ")
    assert (added.label, added.position, added.retired) == ("Éthique", 3, False)
    await save_preference_option(Recorder(), viewer=administrator, option_id=added.id, position=0)
    await save_preference_option(Recorder(), viewer=administrator, option_id=added.id, label="ÉTHIQUE")
    kept = await PreferenceOption.get(id=added.id)
    assert (kept.label, kept.position, kept.retired) == ("ÉTHIQUE", 0, False)
    read = await data(administrator, "{ organisation { preferenceOptions { label } } }")
    labels = [each["label"] for each in read["organisation"]["preferenceOptions"]]
    assert labels == ["Career development", "ÉTHIQUE", "Leadership", "Technical depth"]


@pytest.mark.parametrize("save", [save_preference_option, save_action_type])
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "label"),
        ({"label": None}, "label"),
        ({"label": " \u200b"}, "label"),
        ({"label": "x" * 201}, "label"),
        ({"label": "a\x00b"}, "label"),
        ({"label": "tAKEN"}, "label"),
        ({"label": "éTAGÉ"}, "label"),
        ({"label": "New", "position": -1}, "position"),
        ({"label": "New", "position": 10_001}, "position"),
        ({"label": "New", "position": 2**31 - 1}, "position"),
    ],
    ids=str,
)
async def test_an_entry_that_cannot_be_kept_is_refused_and_says_where(
    database: str, save: Callable[..., Awaitable[Any]], given: dict[str, Any], field: str
) -> None:
    house, elsewhere = await House.build(), await House.build()
    administrator = await administrator_of(house)
    for label in ("Taken", "Étagé"):
        await save(Recorder(), viewer=administrator, label=label, retired=True)
    refused = await refusal(save(Recorder(), viewer=administrator, **given))
    assert (refused.code, refused.field) == (RefusalCode.INVALID, field)
    if given.get("label") == "tAKEN":
        assert await save(Recorder(), viewer=await administrator_of(elsewhere), **given)


async def test_an_option_in_use_is_retired_and_any_other_deleted(database: str) -> None:
    house = await House.build()
    administrator = await administrator_of(house)
    mentor = await house.mentor(offers=["Leadership"])
    mentee = await house.person(wants=["Technical depth"])
    ids = {label: global_id("PreferenceOption", option.id) for label, option in house.options.items()}
    answers = {
        label: (await changed(administrator, "removePreferenceOption", f'{{id: "{ids[label]}"}}'))["data"]
        for label in ids
    }
    for label in ("Leadership", "Technical depth"):
        retired: dict[str, Any] = {"removedId": None, "option": {"label": label, "retired": True}, "errors": []}
        assert answers[label]["removePreferenceOption"] == retired
    gone: dict[str, Any] = {"removedId": ids["Career development"], "option": None, "errors": []}
    assert answers["Career development"]["removePreferenceOption"] == gone

    assert (await data(mentee, "{ organisation { preferenceOptions { label } } }"))["organisation"] == {
        "preferenceOptions": []
    }
    offered = await data(mentor, "{ viewer { mentor { options { label retired } available } } }")
    assert offered["viewer"]["mentor"] == {"options": [{"label": "Leadership", "retired": True}], "available": True}
    wanted = await data(mentee, "{ viewer { mentorPreferences { label retired } } }")
    assert wanted["viewer"]["mentorPreferences"] == [{"label": "Technical depth", "retired": True}]
    listed = await data(
        administrator, "{ administration { preferenceOptions { option { label retired } position mentors mentees } } }"
    )
    assert listed["administration"]["preferenceOptions"] == [
        {"option": {"label": "Leadership", "retired": True}, "position": 1, "mentors": 1, "mentees": 0},
        {"option": {"label": "Technical depth", "retired": True}, "position": 2, "mentors": 0, "mentees": 1},
    ]


async def test_a_retired_option_can_be_kept_but_not_newly_chosen(database: str) -> None:
    house = await House.build()
    administrator = await administrator_of(house)
    retired, present = house.options["Leadership"].id, house.options["Technical depth"].id
    keeper = await house.mentor(offers=["Leadership"], wants=["Leadership"])
    wants_only, neither = await house.mentor(offers=(), wants=["Leadership"]), await house.mentor(offers=())
    await remove_preference_option(Recorder(), viewer=administrator, option_id=retired)

    for save in (save_mentor_profile, save_mentor_preferences):
        await save(Recorder(), viewer=viewer_of(keeper), option_ids=[retired, present])
        refused = await refusal(save(Recorder(), viewer=viewer_of(neither), option_ids=[present, retired]))
        assert (refused.code, refused.field) == (RefusalCode.INVALID, "optionIds")
        assert "retired" in refused.message
    refused = await refusal(save_mentor_profile(Recorder(), viewer=viewer_of(wants_only), option_ids=[retired]))
    assert refused.code is RefusalCode.INVALID, "to want it is not to offer it"
    assert {row.option_id for row in await MentorOption.filter(mentor_id=keeper.id)} == {retired, present}
    await save_mentor_profile(Recorder(), viewer=viewer_of(keeper), option_ids=[present])
    refused = await refusal(save_mentor_profile(Recorder(), viewer=viewer_of(keeper), option_ids=[retired]))
    assert refused.code is RefusalCode.INVALID, "whoever let it go cannot have it back"

    await save_preference_option(Recorder(), viewer=administrator, option_id=retired, retired=False)
    await save_mentor_profile(Recorder(), viewer=viewer_of(neither), option_ids=[retired])


async def test_a_retired_action_type_stays_with_its_actions_alone(database: str) -> None:
    house = await House.build()
    administrator, owner = await administrator_of(house), await house.person()
    course, mentorship = house.action_types["Course"].id, house.action_types["Mentorship"].id
    viewer = viewer_of(owner)
    plan = [
        await add_action(
            Recorder(), viewer=viewer, owner_id=owner.id, given=ActionInput(title="Learn", type_id=type_id)
        )
        for type_id in (course, course, mentorship)
    ]
    await remove_action(Recorder(), viewer=viewer, action_id=plan[1].id, version=1)
    response = await changed(administrator, "removeActionType", f'{{id: "{global_id("ActionType", course)}"}}')
    retired = {"label": "Course", "retired": True}
    assert response["data"]["removeActionType"] == {"removedId": None, "actionType": retired, "errors": []}

    given = ActionInput(title="Learn more", type_id=course)
    await change_action(Recorder(), viewer=viewer, action_id=plan[0].id, version=1, given=given)
    for attempt in (
        add_action(Recorder(), viewer=viewer, owner_id=owner.id, given=given),
        change_action(Recorder(), viewer=viewer, action_id=plan[2].id, version=1, given=given),
    ):
        refused = await refusal(attempt)
        assert (refused.code, refused.field) == (RefusalCode.INVALID, "typeId")
        assert "retired" in refused.message
    read = await data(
        owner,
        "{ organisation { actionTypes { label } } viewer { actionPlan { actions { nodes { type { label } } } } } }",
    )
    assert read["organisation"]["actionTypes"] == [{"label": "Mentorship"}]
    assert read["viewer"]["actionPlan"]["actions"]["nodes"][0] == {"type": {"label": "Course"}}
    listed = await data(administrator, "{ administration { actionTypes { actionType { label retired } actions } } }")
    assert listed["administration"]["actionTypes"] == [
        {"actionType": {"label": "Mentorship", "retired": False}, "actions": 1},
        {"actionType": {"label": "Course", "retired": True}, "actions": 1},
    ]


async def test_a_type_that_only_removed_actions_have_is_retired_too(database: str) -> None:
    house = await House.build()
    administrator, owner = await administrator_of(house), await house.person()
    course = house.action_types["Course"].id
    given = ActionInput(title="Learn", type_id=course)
    plan = await add_action(Recorder(), viewer=viewer_of(owner), owner_id=owner.id, given=given)
    await remove_action(Recorder(), viewer=viewer_of(owner), action_id=plan.id, version=1)
    kept = await remove_action_type(Recorder(), viewer=administrator, type_id=course)
    assert kept is not None
    assert kept.retired


async def test_the_last_action_type_for_mentoring_stays(database: str) -> None:
    house = await House.build()
    administrator, last = await administrator_of(house), house.action_types["Mentorship"].id
    waker = Recorder()
    for attempt, field in (
        (remove_action_type(waker, viewer=administrator, type_id=last), "id"),
        (save_action_type(waker, viewer=administrator, type_id=last, retired=True), "retired"),
        (save_action_type(waker, viewer=administrator, type_id=last, mentorship=False), "mentorship"),
    ):
        refused = await refusal(attempt)
        assert (refused.code, refused.field) == (RefusalCode.INVALID, field)
        assert "last" in refused.message
    assert await ActionType.exists(id=last, mentorship=True, retired=False)
    await save_action_type(waker, viewer=administrator, label="Shadowing", mentorship=True)
    assert await remove_action_type(waker, viewer=administrator, type_id=last) is None


async def test_lists_of_another_organisation_do_not_exist(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    administrator = await administrator_of(house)
    option, kind = elsewhere.options["Leadership"].id, elsewhere.action_types["Course"].id
    for attempt in (
        save_preference_option(Recorder(), viewer=administrator, option_id=option, retired=True),
        remove_preference_option(Recorder(), viewer=administrator, option_id=option),
        save_action_type(Recorder(), viewer=administrator, type_id=kind, retired=True),
        remove_action_type(Recorder(), viewer=administrator, type_id=kind),
    ):
        refused = await refusal(attempt)
        assert (refused.code, refused.field) == (RefusalCode.NOT_FOUND, "id")
    assert not await PreferenceOption.filter(retired=True).exists()


async def test_each_act_is_audited_by_facts_and_not_by_words(database: str) -> None:
    house = await House.build()
    administrator, waker = await administrator_of(house), Recorder()
    mentor = await house.mentor(offers=["Leadership"])
    option = await save_preference_option(waker, viewer=administrator, label="Our secret plan")
    await save_preference_option(waker, viewer=administrator, option_id=option.id, label="Another secret", position=7)
    await remove_preference_option(waker, viewer=administrator, option_id=option.id)
    await remove_preference_option(waker, viewer=administrator, option_id=house.options["Leadership"].id)
    kind = await save_action_type(waker, viewer=administrator, label="Secret course", mentorship=True)
    await save_action_type(waker, viewer=administrator, type_id=kind.id, retired=True)
    await remove_action_type(waker, viewer=administrator, type_id=kind.id)
    entries = await AuditEntry.all().order_by("id")
    assert [(entry.verb, entry.subject_type, entry.subject_id, entry.detail) for entry in entries] == [
        ("add_preference_option", "preference_option", option.id, {"relabelled": True, "position": 3}),
        ("change_preference_option", "preference_option", option.id, {"relabelled": True, "position": 7}),
        ("remove_preference_option", "preference_option", option.id, {}),
        ("retire_preference_option", "preference_option", house.options["Leadership"].id, {}),
        ("add_action_type", "action_type", kind.id, {"relabelled": True, "position": 2, "mentorship": True}),
        ("change_action_type", "action_type", kind.id, {"relabelled": False, "retired": True}),
        ("remove_action_type", "action_type", kind.id, {}),
    ]
    assert {entry.actor_id for entry in entries} == {administrator.person_id}
    assert await MentorOption.filter(mentor_id=mentor.id).count() == 1


async def test_of_twenty_entries_with_one_label_at_once_exactly_one_is_made(database: str) -> None:
    house = await House.build()
    administrator = await administrator_of(house)
    for save, model in ((save_preference_option, PreferenceOption), (save_action_type, ActionType)):
        labels = ["Sabbatical", "SABBATICAL", "sabbatical", "Sabbatical"] * 5
        outcomes = await asyncio.gather(
            *(save(Recorder(), viewer=administrator, label=label) for label in labels), return_exceptions=True
        )
        assert sum(isinstance(each, model) for each in outcomes) == 1
        assert Counter(each.code for each in outcomes if isinstance(each, Refused)) == {RefusalCode.INVALID: 19}
        assert await model.filter(label__iexact="sabbatical").count() == 1


async def test_types_for_mentoring_that_are_taken_away_at_once_leave_one(database: str) -> None:
    house = await House.build()
    administrator, waker = await administrator_of(house), Recorder()
    for _ in range(10):
        await save_action_type(
            waker, viewer=administrator, type_id=house.action_types["Mentorship"].id, mentorship=True, retired=False
        )
        made = [
            await save_action_type(waker, viewer=administrator, label=f"Mentoring {number}", mentorship=True)
            for number in range(2)
        ]
        outcomes = await asyncio.gather(
            remove_action_type(waker, viewer=administrator, type_id=made[0].id),
            save_action_type(waker, viewer=administrator, type_id=made[1].id, mentorship=False),
            save_action_type(waker, viewer=administrator, type_id=house.action_types["Mentorship"].id, retired=True),
            return_exceptions=True,
        )
        assert [each.code for each in outcomes if isinstance(each, BaseException)] == [RefusalCode.INVALID]  # type: ignore[attr-defined]
        assert await ActionType.filter(mentorship=True, retired=False).count() == 1
        await ActionType.filter(id__in=[each.id for each in made]).delete()


async def after(seconds: float, work: Awaitable[object]) -> object:
    await asyncio.sleep(max(seconds, 0))
    return await work


async def test_what_is_chosen_while_it_is_removed_is_either_kept_or_refused(database: str) -> None:
    house = await House.build()
    administrator = await administrator_of(house)
    mentors = [await house.mentor(offers=()) for _ in range(4)]
    ends: Counter[bool] = Counter()
    for number in range(20):
        # From round to round, from people well ahead of the administrator to the administrator well ahead.
        lead = (number - 10) * 0.003
        option = await save_preference_option(Recorder(), viewer=administrator, label=f"Option {number}")
        kind = await save_action_type(Recorder(), viewer=administrator, label=f"Type {number}")
        given = ActionInput(title="Learn", type_id=kind.id)
        choosing: list[Awaitable[object]] = [
            after(lead, choose)
            for mentor in mentors
            for choose in (
                save_mentor_profile(Recorder(), viewer=viewer_of(mentor), option_ids=[option.id]),
                save_mentor_preferences(Recorder(), viewer=viewer_of(mentor), option_ids=[option.id]),
                add_action(Recorder(), viewer=viewer_of(mentor), owner_id=mentor.id, given=given),
            )
        ]
        removing: list[Awaitable[object]] = [
            after(-lead, remove_preference_option(Recorder(), viewer=administrator, option_id=option.id)),
            after(-lead, remove_action_type(Recorder(), viewer=administrator, type_id=kind.id)),
        ]
        outcomes = await asyncio.gather(*choosing, *removing, return_exceptions=True)
        assert [each for each in outcomes if isinstance(each, BaseException) and not isinstance(each, Refused)] == []
        offered = await MentorOption.filter(option_id=option.id).count()
        wanted = await MenteePreference.filter(option_id=option.id).count()
        left = await PreferenceOption.get_or_none(id=option.id)
        assert (left is not None and left.retired) is (offered + wanted > 0)
        kept = await ActionType.get_or_none(id=kind.id)
        assert (kept is not None and kept.retired) is (await Action.filter(type_id=kind.id).count() > 0)
        ends[left is None] += 1
    assert len(ends) == 2, "one side always wins: that was no race"


async def unsettled_house(seed: int) -> House:
    """A random house whose requests and mentorships have come to every end there is, and where some skills are
    taught in part, one not at all, and one is retired.
    """
    chance = random.Random(seed)
    house = await random_house(seed, 20)
    for request in await MentorRequest.filter(organisation_id=house.organisation.id):
        created_at = request.created_at - timedelta(days=30)
        await MentorRequest.filter(id=request.id).update(created_at=created_at)
        status = chance.choice([status for status in RequestStatus if status is not RequestStatus.PENDING])
        if request.status is RequestStatus.PENDING and chance.random() < 0.7:
            await MentorRequest.filter(id=request.id).update(
                status=status, comment="No" if status in DECISIONS else None, decided_at=created_at
            )
        await MentorRequest.filter(id=request.id, decided_at__isnull=False).update(
            decided_at=created_at + timedelta(minutes=chance.randint(1, 40_000))
        )
    for mentorship in await Mentorship.filter(organisation_id=house.organisation.id):
        if chance.random() < 0.3:
            await Mentorship.filter(id=mentorship.id).update(ended_at=mentorship.started_at, end_reason="Done")
    await Mentor.filter(organisation_id=house.organisation.id, active_mentees=2).update(capacity=2)
    for code, highest in {"S0": 2, "S1": 5, "S2": 6}.items():
        await HeldLevel.filter(skill_id=house.skills[code].id, level__gt=highest).update(level=highest)
    await HeldLevel.filter(skill_id=house.skills["S3"].id).delete()
    await Skill.filter(id=house.skills["S4"].id).update(retired=True)
    await HeldLevel.filter(skill_id=house.skills["S4"].id).delete()
    return house


async def untaught_by_brute_force(organisation_id: int) -> list[dict[str, Any]]:
    everybody = await Everybody.of(organisation_id)
    findable = [mentor.id for mentor in everybody.mentors if everybody.findable(mentor)]
    assert 0 < len(findable) < len(everybody.mentors)
    codes = {skill.id: skill.code for skill in await Skill.filter(organisation_id=organisation_id)}
    people = [person.id for person in await Person.filter(organisation_id=organisation_id)]
    missed = Counter(
        (codes[gap.skill_id], level)
        for gaps in (await gaps_of(people)).values()
        for gap in gaps
        for level in gap.levels
        if not any(everybody.levels[mentor].get(gap.skill_id, 0) >= level for mentor in findable)
    )
    ordered = sorted(missed.items(), key=lambda each: (-each[1], each[0]))
    return [{"skill": {"code": code}, "level": level, "people": people} for (code, level), people in ordered]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_number_is_what_counting_by_hand_gives(database: str, seed: int) -> None:
    house, _ = await unsettled_house(seed), await unsettled_house(seed + 100)
    ours = house.organisation.id
    requests = await MentorRequest.filter(organisation_id=ours)
    decided = [request for request in requests if request.status in DECISIONS]
    days = [(each.decided_at - each.created_at) / timedelta(days=1) for each in decided if each.decided_at]
    accepted = sum(request.status is RequestStatus.ACCEPTED for request in decided)
    assert 0 < accepted < len(decided) < len(requests)
    offering = {row.mentor_id for row in await MentorOption.filter(organisation_id=ours)}
    mentors = [mentor for mentor in await Mentor.filter(organisation_id=ours) if mentor.id in offering]
    full = [each for each in mentors if each.capacity is not None and each.active_mentees >= each.capacity]
    untaught = await untaught_by_brute_force(ours)
    assert full
    assert untaught

    found = (await data(await administrator_of(house), STATISTICS))["administration"]["statistics"]
    assert found == {
        "openRequests": sum(request.status is RequestStatus.PENDING for request in requests),
        "decidedRequests": len(decided),
        "medianDaysToAnswer": pytest.approx(median(days)),
        "acceptancePercent": pytest.approx(100 * accepted / len(decided)),
        "activeMentorships": await Mentorship.filter(organisation_id=ours, ended_at=None).count(),
        "mentors": len(mentors),
        "mentorsAtCapacity": len(full),
        "untaughtGaps": untaught,
    }


async def test_where_nothing_has_happened_numbers_are_zero_or_null(database: str) -> None:
    house = await House.build()
    assert (await data(await administrator_of(house), STATISTICS))["administration"]["statistics"] == {
        "openRequests": 0,
        "decidedRequests": 0,
        "medianDaysToAnswer": None,
        "acceptancePercent": None,
        "activeMentorships": 0,
        "mentors": 0,
        "mentorsAtCapacity": 0,
        "untaughtGaps": [],
    }


async def test_untaught_gaps_end_after_a_hundred(database: str) -> None:
    house = await House.build()
    for number in range(16):
        await house.person(required={f"A{number:02}": 7})
    await house.person(required={"ZZZZ": 2})
    await house.person(required={"ZZZZ": 1})
    found = (await data(await administrator_of(house), STATISTICS))["administration"]["statistics"]["untaughtGaps"]
    assert len(found) == 100
    assert found[0] == {"skill": {"code": "ZZZZ"}, "level": 1, "people": 2}
    assert found[1] == {"skill": {"code": "A00"}, "level": 1, "people": 1}


async def test_active_mentorships_are_listed_newest_first_and_by_person(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    administrator = await administrator_of(house)
    ana, ben = await house.mentor("Ana"), await house.mentor("Ben")
    cem, dan = await house.person("Cem"), await house.person("Dan")
    ended = await mentorship_between(cem, ben)
    await end_mentorship(Recorder(), viewer=viewer_of(cem), mentorship_id=ended.id, reason="A secret reason")
    for mentee, mentor in ((cem, ana), (dan, ana), (ana, ben)):
        await mentorship_between(mentee, mentor)
    await mentorship_between(await elsewhere.person(), await elsewhere.mentor())

    async def listed(person: Person | None = None, **arguments: Any) -> tuple[list[tuple[str, str]], int, str]:
        chosen = {"person": global_id("Person", person.id)} if person else {}
        found = (await data(administrator, MENTORSHIPS, **chosen, **arguments))["administration"]["activeMentorships"]
        assert all((each["active"], each["endReason"]) == (True, None) for each in found["nodes"])
        pairs = [(each["mentor"]["name"], each["mentee"]["name"]) for each in found["nodes"]]
        return pairs, found["totalCount"], found["pageInfo"]["endCursor"]

    everything = [("Ben", "Ana"), ("Ana", "Dan"), ("Ana", "Cem")]
    assert (await listed())[:2] == (everything, 3)
    first, total, cursor = await listed(first=2)
    assert (first, total) == (everything[:2], 3)
    assert (await listed(first=2, after=cursor))[0] == everything[2:]
    assert (await listed(ana))[:2] == (everything, 3)
    assert (await listed(dan))[:2] == ([("Ana", "Dan")], 1)
    assert (await listed(await elsewhere.person()))[:2] == ([], 0)
    nobody = await data(administrator, MENTORSHIPS, person="nobody")
    assert nobody["administration"]["activeMentorships"]["totalCount"] == 0


async def test_the_role_shows_nothing_that_people_wrote_to_one_another(database: str) -> None:
    house = await House.build()
    administrator = await administrator_of(house)
    mentor, mentee = await house.mentor(held={"PROG": 5}), await house.person(required={"PROG": 4})
    mentorship = await mentorship_between(mentee, mentor)
    plan = await add_action(
        Recorder(),
        viewer=viewer_of(mentee),
        owner_id=mentee.id,
        given=ActionInput(title="A secret step", type_id=house.action_types["Course"].id),
    )
    ids = [
        global_id("MentorRequest", mentorship.request_id),
        global_id("Mentorship", mentorship.id),
        global_id("ActionPlan", mentee.id),
        global_id("Action", plan.id),
    ]
    read = await data(administrator, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert read["nodes"] == [None] * 4
    guarded = "skills { level } skillGaps { levels } mentors { endReason } mentees { endReason } actionPlan { id }"
    person = f"email {guarded}"
    response = await answer(
        administrator,
        f"""{{ administration {{ activeMentorships {{ nodes {{ mentor {{ {person} }} mentee {{ {person} }} }} }} }}
          requests(box: RECEIVED) {{ totalCount }} notifications {{ totalCount }} }}""",
    )
    (node,) = response["data"]["administration"]["activeMentorships"]["nodes"]
    for side in ("mentor", "mentee"):
        assert set(node[side].values()) == {None}
    assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"] * 10
    assert response["data"]["requests"] == response["data"]["notifications"] == {"totalCount": 0}
    assert "secret" not in str(response)


END = """mutation ($id: ID!, $reason: String!) { endMentorship(input: {mentorshipId: $id, reason: $reason}) {
    mentorship { active endReason endedBy } errors { code } } }"""


async def test_an_administrator_ends_a_mentorship_and_both_sides_hear_who_it_was(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    administrator = await administrator_of(house)
    elsewhere = await administrator_of(await House.build())
    request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Yes")
    listed = (await data(administrator, MENTORSHIPS))["administration"]["activeMentorships"]["nodes"]
    mentorship = listed[0]["id"]
    for stranger in (elsewhere, await house.person()):
        refused = (await data(stranger, END, id=mentorship, reason="Because"))["endMentorship"]
        assert refused == {"mentorship": None, "errors": [{"code": "NOT_FOUND"}]}
    ended = (await data(administrator, END, id=mentorship, reason="One of them moves"))["endMentorship"]
    assert ended == {
        "mentorship": {"active": False, "endReason": "One of them moves", "endedBy": "ADMINISTRATOR"},
        "errors": [],
    }
    for person in (mentor, mentee):
        log = await data(
            person, "{ notifications(last: 1) { nodes { ... on MentorshipEnded { mentorship { endedBy } } } } }"
        )
        assert log["notifications"]["nodes"] == [{"mentorship": {"endedBy": "ADMINISTRATOR"}}]
    entry = await AuditEntry.get(verb="end_mentorship")
    assert (entry.actor_id, entry.detail["side"]) == (administrator.person_id, "ADMINISTRATOR")
    assert (await Mentor.get(id=mentor.id)).active_mentees == 0


async def test_an_administrator_does_not_read_why_others_ended_a_mentorship(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Yes")
    mentorship = await Mentorship.get(request_id=request.id)
    await end_mentorship(Recorder(), viewer=viewer_of(mentee), mentorship_id=mentorship.id, reason="Between us")
    late = await data(
        await administrator_of(house), END, id=global_id("Mentorship", mentorship.id), reason="One of them moves"
    )
    assert late["endMentorship"] == {"mentorship": None, "errors": [{"code": "ALREADY_DECIDED"}]}


async def test_switching_mentoring_off_tells_whoever_waits_for_an_answer(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    for _ in range(2):
        await save_mentoring_settings(Recorder(), viewer=await administrator_of(house), mentoring_enabled=False)
    jobs = await get_connection("default").execute_query_dict(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'reconcile_availability'"
    )
    assert [json.loads(job["args"]) for job in jobs] == [{"organisation_id": house.organisation.id}]
    assert await reconcile_availability(Recorder(), organisation_id=house.organisation.id) == 1
    assert await Event.filter(person_id=mentee.id, kind=EventKind.REQUEST_DELAYED).count() == 1
