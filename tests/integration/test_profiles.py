"""Becoming a mentor, changing how, leaving; and what mentees want."""

import asyncio

import pytest

from api.actions.save_mentor_preferences import save_mentor_preferences
from api.actions.save_mentor_profile import save_mentor_profile
from api.domain.errors import RefusalCode, Refused
from api.models import MenteePreference, Mentor, MentorOption, Organisation
from tests.houses import House, viewer_of
from tests.operations import data
from tests.wakers import Recorder

ELIGIBILITY = """{ viewer { mentor { capacity } mentorEligibility { eligible reasons {
    code message heldLevel requiredLevel attribute { code } } } } }"""


async def test_whoever_is_eligible_becomes_a_mentor_by_choosing_an_option(database: str) -> None:
    house = await House.build()
    person = await house.person(held={"BUSI": 4})
    viewer, options = viewer_of(person), [option.id for option in house.options.values()]
    with pytest.raises(Refused) as refused:
        await save_mentor_profile(Recorder(), viewer=viewer, option_ids=[])
    assert refused.value.code is RefusalCode.OPTION_REQUIRED
    await save_mentor_profile(Recorder(), viewer=viewer, option_ids=options[:2], capacity=3)
    assert (await data(person, ELIGIBILITY))["viewer"]["mentor"] == {"capacity": 3}
    saved = await save_mentor_profile(Recorder(), viewer=viewer, option_ids=options[1:], paused=True)
    assert (saved.capacity, saved.paused) == (3, True), "what is not said stays as it was"
    assert {row.option_id for row in await MentorOption.filter(mentor_id=person.id)} == set(options[1:])
    saved = await save_mentor_profile(Recorder(), viewer=viewer, option_ids=options[1:], capacity=None)
    assert saved.capacity is None
    await save_mentor_profile(Recorder(), viewer=viewer, option_ids=[])
    assert (await data(person, ELIGIBILITY))["viewer"]["mentor"] is None
    assert await Mentor.filter(id=person.id).exists(), "mentees stay"


async def test_eligibility_says_which_attribute_falls_short_and_by_how_much(database: str) -> None:
    house = await House.build(mentor_level=5)
    low, unassessed = await house.person(held={"BUSI": 4}), await house.person()
    options = [house.options["Leadership"].id]
    for person, code, held in ((low, "BUSINESS_SKILLS_TOO_LOW", 4), (unassessed, "BUSINESS_SKILLS_NOT_ASSESSED", None)):
        eligibility = (await data(person, ELIGIBILITY))["viewer"]["mentorEligibility"]
        assert eligibility["eligible"] is False
        (reason,) = eligibility["reasons"]
        assert reason.pop("message")
        assert reason == {"code": code, "heldLevel": held, "requiredLevel": 5, "attribute": {"code": "BUSI"}}
        with pytest.raises(Refused) as refused:
            await save_mentor_profile(Recorder(), viewer=viewer_of(person), option_ids=options)
        assert refused.value.code is RefusalCode.NOT_ELIGIBLE
    assert await Mentor.all().count() == 0


async def test_every_attribute_under_business_skills_counts(database: str) -> None:
    house = await House.build()
    for number in range(3):
        await house.skill(f"BF{number}", kind=house.skills["BUSI"].kind, category="Business skills/Behavioural factors")
    person = await house.person(held={"BUSI": 7, "BF0": 4, "BF1": 3})
    reasons = (await data(person, ELIGIBILITY))["viewer"]["mentorEligibility"]["reasons"]
    assert [(reason["attribute"]["code"], reason["heldLevel"]) for reason in reasons] == [("BF1", 3), ("BF2", None)]
    await house.hold(person, {"BF1": 4, "BF2": 4})
    assert (await data(person, ELIGIBILITY))["viewer"]["mentorEligibility"] == {"eligible": True, "reasons": []}


async def test_switched_off_mentoring_refuses_profiles_and_says_so(database: str) -> None:
    house = await House.build(mentoring_enabled=False)
    person = await house.person(held={"BUSI": 7})
    with pytest.raises(Refused) as refused:
        await save_mentor_profile(Recorder(), viewer=viewer_of(person), option_ids=[house.options["Leadership"].id])
    assert refused.value.code is RefusalCode.MENTORING_DISABLED
    (reason,) = (await data(person, ELIGIBILITY))["viewer"]["mentorEligibility"]["reasons"]
    assert reason["code"] == "MENTORING_DISABLED"
    assert await Organisation.all().count() == 1


@pytest.mark.parametrize("capacity", [0, -1, 1_001])
async def test_a_capacity_that_makes_no_sense_is_refused(database: str, capacity: int) -> None:
    house = await House.build()
    person = await house.person(held={"BUSI": 7})
    with pytest.raises(Refused) as refused:
        await save_mentor_profile(
            Recorder(), viewer=viewer_of(person), option_ids=[house.options["Leadership"].id], capacity=capacity
        )
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID, "capacity")


async def test_options_of_another_organisation_are_not_found(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    person = await house.person(held={"BUSI": 7})
    options = [house.options["Leadership"].id, elsewhere.options["Leadership"].id]
    for save in (save_mentor_profile, save_mentor_preferences):
        with pytest.raises(Refused) as refused:
            await save(Recorder(), viewer=viewer_of(person), option_ids=options)
        assert refused.value.code is RefusalCode.NOT_FOUND
    assert await MentorOption.all().count() + await MenteePreference.all().count() == 0


async def test_saving_from_many_devices_at_once_leaves_one_of_them_whole(database: str) -> None:
    house = await House.build()
    person = await house.person(held={"BUSI": 7})
    viewer, options = viewer_of(person), [option.id for option in house.options.values()]
    chosen = [options[:1], options[1:]]
    await asyncio.gather(
        *(save_mentor_profile(Recorder(), viewer=viewer, option_ids=chosen[number % 2]) for number in range(30))
    )
    await asyncio.gather(
        *(save_mentor_preferences(Recorder(), viewer=viewer, option_ids=chosen[number % 2]) for number in range(30))
    )
    offered = sorted([row.option_id for row in await MentorOption.filter(mentor_id=person.id)])
    wanted = sorted([row.option_id for row in await MenteePreference.filter(person_id=person.id)])
    assert offered in chosen
    assert wanted in chosen


async def test_becoming_a_mentor_from_many_devices_at_once_loses_nothing_that_one_of_them_said(database: str) -> None:
    house = await House.build()
    options = [house.options["Leadership"].id]
    for _ in range(10):
        person = await house.person(held={"BUSI": 7})
        viewer = viewer_of(person)
        await asyncio.gather(
            save_mentor_profile(Recorder(), viewer=viewer, option_ids=options),
            save_mentor_profile(Recorder(), viewer=viewer, option_ids=options, capacity=3),
            save_mentor_profile(Recorder(), viewer=viewer, option_ids=options, paused=True),
        )
        mentor = await Mentor.get(id=person.id)
        assert (mentor.capacity, mentor.paused) == (3, True)
