"""The design's rules, section 2, one test a sentence, through a real server: from eligibility to who is left out."""

from api.models import Mentor, MentorOption, Organisation, Person, SkillKind
from api.schema.node import global_id
from tests.acceptance.servers import Server
from tests.acceptance.stories import (
    asked,
    connect,
    do,
    eligibility,
    listed,
    matches,
    mentored,
    page_of_matches,
)
from tests.houses import House

BEHAVIOURAL = "Business skills/Behavioural factors"


# Eligible to mentor


async def test_whoever_holds_every_attribute_under_business_skills_at_level_4_may_mentor_where_mentoring_is_on(
    shared_server: Server,
) -> None:
    house = await House.build()
    able, low = await house.person(held={"BUSI": 4}), await house.person(held={"BUSI": 3})
    assert (await eligibility(shared_server, able))["eligible"] is True
    assert (await eligibility(shared_server, low))["eligible"] is False
    await Organisation.filter(id=house.organisation.id).update(mentoring_enabled=False)
    off = await eligibility(shared_server, able)
    assert (off["eligible"], [each["code"] for each in off["reasons"]]) == (False, ["MENTORING_DISABLED"])


async def test_a_framework_may_file_one_attribute_there_or_twelve(shared_server: Server) -> None:
    house = await House.build()
    for number in range(11):
        await house.skill(f"A{number:02}", SkillKind.ATTRIBUTE, category=BEHAVIOURAL)
    every = {"BUSI": 4, **{f"A{number:02}": 4 for number in range(11)}}
    able, nearly = await house.person(held=every), await house.person(held={**every, "A07": 3})
    assert (await eligibility(shared_server, able))["eligible"] is True
    assert (await eligibility(shared_server, nearly))["eligible"] is False


async def test_unassessed_counts_as_not_held(shared_server: Server) -> None:
    house = await House.build()
    found = await eligibility(shared_server, await house.person())
    assert found["eligible"] is False
    assert [(each["code"], each["heldLevel"]) for each in found["reasons"]] == [("BUSINESS_SKILLS_NOT_ASSESSED", None)]


async def test_the_answer_carries_its_reasons_one_an_attribute_that_falls_short(shared_server: Server) -> None:
    house = await House.build()
    for code in ("COMM", "INFL", "PLAN"):
        await house.skill(code, SkillKind.ATTRIBUTE, category=BEHAVIOURAL)
    person = await house.person(held={"BUSI": 4, "COMM": 2, "INFL": 5})
    reasons = (await eligibility(shared_server, person))["reasons"]
    told = {each["attribute"]["name"]: (each["heldLevel"], each["requiredLevel"]) for each in reasons}
    assert told == {"Skill COMM": (2, 4), "Skill PLAN": (None, 4)}
    assert all(each["message"] for each in reasons)


# Findable


async def test_findable_is_who_is_eligible_offers_an_option_is_not_paused_and_below_capacity(
    shared_server: Server,
) -> None:
    house = await House.build()
    mentee = await house.person(required={"PROG": 3})
    for name in ("Able", "Ineligible", "Without options", "Paused", "Full"):
        await house.mentor(name, held={"PROG": 5})
    row = {person.name: person for person in await Person.filter(organisation_id=house.organisation.id)}
    await house.hold(row["Ineligible"], {"BUSI": 3})
    await MentorOption.filter(mentor_id=row["Without options"].id).delete()
    await Mentor.filter(id=row["Paused"].id).update(paused=True)
    await Mentor.filter(id=row["Full"].id).update(capacity=2, active_mentees=2)
    assert await listed(shared_server, mentee) == ["Able"]
    await Mentor.filter(id=row["Full"].id).update(active_mentees=1)
    assert await listed(shared_server, mentee) == ["Able", "Full"]


async def test_losing_eligibility_hides_a_mentor_at_once_and_ends_nothing(shared_server: Server) -> None:
    house = await House.build()
    mentor, first, second = (
        await house.mentor("Mentor", held={"PROG": 5}),
        await house.person("First"),
        await house.person("Second", required={"PROG": 3}),
    )
    await mentored(shared_server, first, mentor)
    pending = await asked(shared_server, second, mentor)
    third = await house.person(required={"PROG": 3})
    assert await listed(shared_server, third) == ["Mentor"]
    await house.hold(mentor, {"BUSI": 2})
    assert await listed(shared_server, third) == []
    still = await shared_server.ask(first, "{ viewer { mentors { active } } }")
    assert still["viewer"]["mentors"] == [{"active": True}]
    assert (await do(shared_server, mentor, "accept", requestId=pending, comment="Still"))["error"] is None


# Match


async def test_the_skill_percentage_is_the_share_of_all_missing_levels_that_the_mentor_has_reached(
    shared_server: Server,
) -> None:
    house = await House.build()
    mentee = await house.person(held={"PROG": 3, "DESN": 2}, required={"PROG": 5, "DESN": 4})
    await house.mentor("Mentor", held={"PROG": 4, "DESN": 6})
    (match,) = await matches(shared_server, mentee)
    assert (match["skillPercent"], match["percent"]) == (75.0, 75.0)
    covered = {each["gap"]["skill"]["code"]: each["coveredLevels"] for each in match["gaps"]}
    assert covered == {"PROG": [4], "DESN": [3, 4]}


async def test_each_gaps_points_are_its_own_share_and_add_up_to_the_percentage(shared_server: Server) -> None:
    house = await House.build()
    required = {"PROG": 4, "DESN": 2, "TEST": 1}
    mentee = await house.person(required=required)
    for level in range(1, 5):
        await house.mentor(f"At {level}", held={"PROG": level, "TEST": 1})
    for match in await matches(shared_server, mentee):
        points = [each["points"] for each in match["gaps"]]
        assert sum(points) == sum(reversed(points)) == match["skillPercent"]
        assert {each["gap"]["skill"]["code"] for each in match["gaps"]} == set(required)
        for each in match["gaps"]:
            assert abs(each["points"] - 100 * len(each["coveredLevels"]) / 7) < 1e-9


async def test_the_preference_percentage_is_the_share_of_the_options_wanted_that_the_mentor_offers(
    shared_server: Server,
) -> None:
    house = await House.build()
    mentee = await house.person(required={"PROG": 1}, wants=["Leadership", "Technical depth"])
    await house.mentor("Half", held={"PROG": 1}, offers=["Leadership", "Career development"])
    await house.mentor("Whole", held={"PROG": 1}, offers=["Leadership", "Technical depth"])
    found = {each["mentor"]["person"]["name"]: each for each in await matches(shared_server, mentee)}
    assert {name: each["preferencePercent"] for name, each in found.items()} == {"Half": 50.0, "Whole": 100.0}
    indifferent = await house.person(required={"PROG": 1})
    assert {each["preferencePercent"] for each in await matches(shared_server, indifferent)} == {None}


async def test_by_gaps_and_preferences_one_level_and_one_option_must_fit_and_the_ranking_goes_on_from_there(
    shared_server: Server,
) -> None:
    house = await House.build()
    mentee = await house.person(required={"PROG": 4}, wants=["Leadership", "Technical depth"])
    both = ["Leadership", "Technical depth"]
    await house.mentor("Covers nothing", held={"DESN": 7}, offers=both)
    await house.mentor("Shares nothing", held={"PROG": 7}, offers=["Career development"])
    await house.mentor("Half, later", held={"PROG": 2}, offers=both)
    busy = await house.mentor("Whole, half, busy", held={"PROG": 4}, offers=["Leadership"])
    await house.mentor("Whole, half, free", held={"PROG": 5}, offers=["Leadership"])
    await house.mentor("Whole, half, free too", held={"PROG": 6}, offers=["Leadership"])
    await house.mentor("Whole, whole", held={"PROG": 4}, offers=both)
    await Mentor.filter(id=busy.id).update(active_mentees=1)
    assert await listed(shared_server, mentee) == [
        "Whole, whole",
        "Whole, half, free",
        "Whole, half, free too",
        "Whole, half, busy",
        "Half, later",
    ]


async def test_by_preferences_alone_the_preference_percentage_ranks_then_the_same(shared_server: Server) -> None:
    house = await House.build()
    mentee = await house.person(required={"PROG": 4}, wants=["Leadership", "Technical depth"])
    busy = await house.mentor("Half, busy", held={"PROG": 7}, offers=["Leadership"])
    await house.mentor("Half, free", offers=["Leadership"])
    await house.mentor("Whole", offers=["Leadership", "Technical depth"])
    await Mentor.filter(id=busy.id).update(active_mentees=1)
    found = await matches(shared_server, mentee, basis="PREFERENCES_ONLY")
    assert [each["mentor"]["person"]["name"] for each in found] == ["Whole", "Half, free", "Half, busy"]
    assert [(each["percent"], each["skillPercent"]) for each in found] == [(100.0, None), (50.0, None), (50.0, None)]


async def test_the_same_question_gives_the_same_order_and_paging_neither_repeats_nor_skips(
    shared_server: Server,
) -> None:
    house = await House.build()
    mentee = await house.person(required={"PROG": 1})
    for number in range(11):
        await house.mentor(f"Mentor {number}", held={"PROG": 1})
    whole = await listed(shared_server, mentee)
    assert len(set(whole)) == 11
    assert await listed(shared_server, mentee) == whole
    for size, forwards in ((3, True), (4, False)):
        names: list[str] = []
        cursor = None
        while True:
            window = {"first": size, "after": cursor} if forwards else {"last": size, "before": cursor}
            page = await page_of_matches(shared_server, mentee, **window)
            read = [each["mentor"]["person"]["name"] for each in page["nodes"]]
            names = names + read if forwards else read + names
            info = page["pageInfo"]
            cursor = info["endCursor" if forwards else "startCursor"]
            if not info["hasNextPage" if forwards else "hasPreviousPage"]:
                break
        assert names == whole


# Mentoring switched off


async def test_with_mentoring_off_nobody_is_found_asked_or_begins_and_what_exists_goes_on_and_can_be_ended(
    shared_server: Server,
) -> None:
    house = await House.build()
    mentor, mentee, other = (
        await house.mentor("Mentor", held={"PROG": 3}),
        await house.person(),
        await house.person(required={"PROG": 2}),
    )
    mentorship = await mentored(shared_server, mentee, mentor)
    pending = await asked(shared_server, other, mentor)
    await Organisation.filter(id=house.organisation.id).update(mentoring_enabled=False)
    assert await listed(shared_server, other) == []
    assert await listed(shared_server, other, basis="PREFERENCES_ONLY") == []
    assert (await shared_server.ask(other, "{ mentors { nodes { id } } }"))["mentors"]["nodes"] == []
    assert (await connect(shared_server, mentee, mentor))["error"] == "MENTORING_DISABLED"
    option = global_id("PreferenceOption", house.options["Leadership"].id)
    begun = await do(shared_server, await house.person(held={"BUSI": 5}), "saveMentorProfile", optionIds=[option])
    assert begun["error"] == "MENTORING_DISABLED"
    assert (await do(shared_server, mentor, "decline", requestId=pending, comment="Later"))["error"] is None
    still = await shared_server.ask(mentor, "{ viewer { mentees { active mentee { skills { level } } } } }")
    assert [each["active"] for each in still["viewer"]["mentees"]] == [True]
    ended = await do(shared_server, mentee, "endMentorship", mentorshipId=mentorship, reason="Done")
    assert ended["mentorship"]["active"] is False


# Left out of the list


async def test_left_out_are_oneself_whoever_was_asked_current_mentors_and_other_organisations(
    shared_server: Server,
) -> None:
    house, elsewhere = await House.build(), await House.build()
    mentee = await house.mentor("Oneself", held={"PROG": 5}, required={"PROG": 7})
    for name in ("Asked", "Mentor", "Past mentor", "Free"):
        await house.mentor(name, held={"PROG": 7})
    await elsewhere.mentor("Stranger", held={"PROG": 7})
    row = {person.name: person for person in await Person.filter(organisation_id=house.organisation.id)}
    await asked(shared_server, mentee, row["Asked"])
    await mentored(shared_server, mentee, row["Mentor"])
    past = await mentored(shared_server, mentee, row["Past mentor"])
    await do(shared_server, mentee, "endMentorship", mentorshipId=past, reason="Done")
    assert sorted(await listed(shared_server, mentee)) == ["Free", "Past mentor"]
    assert sorted(await listed(shared_server, mentee, basis="PREFERENCES_ONLY")) == ["Free", "Past mentor"]
