"""The design's rules, section 2, one test a sentence, through a real server: from asking to who sees what."""

import asyncio

import pytest

from api.models import Mentor, Person
from api.schema.node import global_id
from tests.acceptance.servers import Server, next_of
from tests.acceptance.stories import asked, connect, do, listed, mentored, seen
from tests.houses import House

DEVELOPMENT = """skills { level } attributes { level } skillGaps { levels } mentors { id } mentees { id }
    actionPlan { id }"""
REFUSED = ["actionPlan", "attributes", "mentees", "mentors", "skillGaps", "skills"]
LISTEN = """subscription ($after: String) { notificationReceived(after: $after) { __typename
    ... on ActionPlanChanged { action { title } } ... on MentorshipEnded { mentorship { id } } } }"""


async def plan(server: Server, viewer: Person, owner: Person, house: House, title: str = "Read") -> dict[str, object]:
    kind = global_id("ActionType", house.action_types["Mentorship"].id)
    owner_id = global_id("Person", owner.id)
    return await do(server, viewer, "saveAction", ownerId=owner_id, title=title, typeId=kind)


# Connect


async def test_only_someone_findable_is_asked(shared_server: Server) -> None:
    house = await House.build()
    mentee, paused, no_mentor = await house.person(), await house.mentor(paused=True), await house.person()
    assert (await connect(shared_server, mentee, paused))["error"] == "MENTOR_UNAVAILABLE"
    assert (await connect(shared_server, mentee, no_mentor))["error"] == "NOT_FOUND"
    both = await house.mentor()
    assert (await connect(shared_server, both, both))["error"] == "CANNOT_MENTOR_SELF"


async def test_one_pending_request_a_pair(shared_server: Server) -> None:
    house = await House.build()
    mentee, mentor = await house.person(), await house.mentor()
    attempts = await asyncio.gather(*(connect(shared_server, mentee, mentor) for _ in range(10)))
    assert sorted(str(each["error"]) for each in attempts) == ["ALREADY_REQUESTED"] * 9 + ["None"]


async def test_nobody_asks_while_a_mentorship_of_the_pair_is_active(shared_server: Server) -> None:
    house = await House.build()
    mentee, mentor = await house.person(), await house.mentor()
    mentorship = await mentored(shared_server, mentee, mentor)
    assert (await connect(shared_server, mentee, mentor))["error"] == "ALREADY_MENTORED"
    await do(shared_server, mentee, "endMentorship", mentorshipId=mentorship, reason="Done")
    assert (await connect(shared_server, mentee, mentor))["error"] is None


async def test_a_mentee_has_no_more_open_requests_than_the_organisation_allows(shared_server: Server) -> None:
    house = await House.build(open_request_limit=2)
    mentee, mentors = await house.person(), [await house.mentor() for _ in range(3)]
    first, _ = [await asked(shared_server, mentee, mentor) for mentor in mentors[:2]]
    assert (await connect(shared_server, mentee, mentors[2]))["error"] == "TOO_MANY_OPEN_REQUESTS"
    await do(shared_server, mentee, "withdraw", requestId=first)
    assert (await connect(shared_server, mentee, mentors[2]))["error"] is None


@pytest.mark.parametrize("end", ["decline", "withdraw"])
async def test_after_a_decline_or_a_withdrawal_one_may_ask_again(shared_server: Server, end: str) -> None:
    house = await House.build()
    mentee, mentor = await house.person(required={"PROG": 1}), await house.mentor("Mentor", held={"PROG": 1})
    request = await asked(shared_server, mentee, mentor)
    assert await listed(shared_server, mentee) == []
    if end == "decline":
        await do(shared_server, mentor, "decline", requestId=request, comment="No")
    else:
        await do(shared_server, mentee, "withdraw", requestId=request)
    assert await listed(shared_server, mentee) == ["Mentor"]
    assert await asked(shared_server, mentee, mentor) != request


# Accept, decline, withdraw


@pytest.mark.parametrize("answer", ["accept", "decline"])
async def test_the_asked_mentor_alone_answers_with_a_comment_that_is_not_blank_and_once(
    shared_server: Server, answer: str
) -> None:
    house = await House.build()
    mentee, mentor, colleague = await house.person(), await house.mentor(), await house.mentor()
    request = await asked(shared_server, mentee, mentor)
    for person, error in ((mentee, "NOT_ALLOWED"), (colleague, "NOT_FOUND")):
        assert (await do(shared_server, person, answer, requestId=request, comment="Yes"))["error"] == error
    for blank in ("", " \n\t", "\u200b\u00a0"):
        refused = await do(shared_server, mentor, answer, requestId=request, comment=blank)
        assert refused["error"] == "COMMENT_REQUIRED"
    done = await do(shared_server, mentor, answer, requestId=request, comment="Well then")
    status = "ACCEPTED" if answer == "accept" else "DECLINED"
    assert done["request"] == {"id": request, "status": status, "comment": "Well then"}
    again = await do(shared_server, mentor, answer, requestId=request, comment="Again")
    assert (again["error"], again["request"]["comment"]) == ("ALREADY_DECIDED", "Well then")


async def test_capacity_holds_under_any_race(shared_server: Server) -> None:
    house = await House.build()
    mentor = await house.mentor(capacity=3)
    requests = [await asked(shared_server, await house.person(), mentor) for _ in range(20)]
    answers = await asyncio.gather(
        *(do(shared_server, mentor, "accept", requestId=request, comment="Yes") for request in requests)
    )
    assert sorted(str(each["error"]) for each in answers) == ["CAPACITY_REACHED"] * 17 + ["None"] * 3
    assert (await Mentor.get(id=mentor.id)).active_mentees == 3


async def test_the_mentee_alone_withdraws_and_only_what_is_pending(shared_server: Server) -> None:
    house = await House.build()
    mentee, mentor, colleague = await house.person(), await house.mentor(), await house.person()
    request = await asked(shared_server, mentee, mentor)
    for person, error in ((mentor, "NOT_ALLOWED"), (colleague, "NOT_FOUND")):
        assert (await do(shared_server, person, "withdraw", requestId=request))["error"] == error
    assert (await do(shared_server, mentee, "withdraw", requestId=request))["request"]["status"] == "WITHDRAWN"
    assert (await do(shared_server, mentee, "withdraw", requestId=request))["error"] == "ALREADY_DECIDED"


async def test_the_loser_of_a_transition_is_told_the_state_that_won(shared_server: Server) -> None:
    house = await House.build(open_request_limit=100)
    mentee = await house.person()
    for _ in range(10):
        mentor = await house.mentor()
        request = await asked(shared_server, mentee, mentor)
        outcomes = await asyncio.gather(
            do(shared_server, mentor, "accept", requestId=request, comment="Yes"),
            do(shared_server, mentor, "decline", requestId=request, comment="No"),
            do(shared_server, mentee, "withdraw", requestId=request),
        )
        (winner,) = [each for each in outcomes if each["error"] is None]
        status = winner["request"]["status"]
        for loser in outcomes:
            if loser is not winner:
                assert (loser["error"], loser["request"]["status"]) == ("ALREADY_DECIDED", status)
                assert status in loser["errors"][0]["message"]


# Mentorship


async def test_from_acceptance_until_ended_the_mentor_sees_what_a_line_manager_sees(shared_server: Server) -> None:
    house = await House.build()
    manager, mentor = await house.person(), await house.mentor()
    mentee = await house.person(held={"PROG": 2}, required={"PROG": 3}, manager=manager)
    fields = f"name email roleProfile {{ name }} {DEVELOPMENT}"
    assert (await seen(shared_server, mentor, mentee, fields))[1] == REFUSED
    mentorship = await mentored(shared_server, mentee, mentor)
    by_mentor, refused = await seen(shared_server, mentor, mentee, fields)
    assert refused == []
    assert (by_mentor, []) == await seen(shared_server, manager, mentee, fields)
    await do(shared_server, mentee, "endMentorship", mentorshipId=mentorship, reason="Done")
    after, refused = await seen(shared_server, mentor, mentee, fields)
    assert after
    assert (after["email"], refused) == (None, REFUSED)


async def test_the_mentor_changes_the_action_plan_and_every_change_is_recorded_with_who_made_it(
    shared_server: Server,
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Mentor"), await house.person("Mentee")
    assert (await plan(shared_server, mentor, mentee, house))["error"] == "NOT_ALLOWED"
    await mentored(shared_server, mentee, mentor)
    added = await plan(shared_server, mentor, mentee, house)
    assert added["error"] is None
    action = added["action"]
    assert isinstance(action, dict)
    changed = await do(shared_server, mentee, "saveAction", id=action["id"], version=1, title="Write")
    assert (changed["action"]["createdBy"], changed["action"]["updatedBy"]) == ({"name": "Mentor"}, {"name": "Mentee"})
    operation = """query ($id: ID!) { node(id: $id) { ... on Action { history { nodes {
        kind version changedBy { name } changedAt fields { field before after } } } } } }"""
    history = (await shared_server.ask(mentee, operation, id=action["id"]))["node"]["history"]["nodes"]
    assert [(each["kind"], each["version"], each["changedBy"]["name"]) for each in history] == [
        ("ADDED", 1, "Mentor"),
        ("CHANGED", 2, "Mentee"),
    ]
    assert history[1]["fields"] == [{"field": "title", "before": "Read", "after": "Write"}]
    assert all(each["changedAt"] for each in history)


@pytest.mark.parametrize("side", ["mentor", "mentee"])
async def test_both_sides_may_end_it_with_a_reason(shared_server: Server, side: str) -> None:
    house = await House.build()
    people = {"mentor": await house.mentor(), "mentee": await house.person(), "colleague": await house.person()}
    mentorship = await mentored(shared_server, people["mentee"], people["mentor"])
    ending = {"mentorshipId": mentorship, "reason": "We are done"}
    assert (await do(shared_server, people["colleague"], "endMentorship", **ending))["error"] == "NOT_FOUND"
    blank = {"mentorshipId": mentorship, "reason": " "}
    assert (await do(shared_server, people[side], "endMentorship", **blank))["error"] == "INVALID"
    ended = await do(shared_server, people[side], "endMentorship", **ending)
    assert ended["mentorship"] == {"id": mentorship, "active": False, "endReason": "We are done"}
    assert (await do(shared_server, people[side], "endMentorship", **ending))["error"] == "ALREADY_DECIDED"


async def test_access_stops_with_the_end_in_open_subscriptions_too(shared_server: Server) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    mentorship = await mentored(shared_server, mentee, mentor)
    now = (await shared_server.ask(mentor, "{ latestCursor }"))["latestCursor"]
    async with shared_server.listening(mentor, LISTEN, after=now) as heard:
        await plan(shared_server, mentee, mentee, house, "While it lasted")
        first = (await next_of(heard))["notificationReceived"]
        assert first == {"__typename": "ActionPlanChanged", "action": {"title": "While it lasted"}}
        await do(shared_server, mentee, "endMentorship", mentorshipId=mentorship, reason="Done")
        assert (await next_of(heard))["notificationReceived"]["__typename"] == "MentorshipEnded"
        await plan(shared_server, mentee, mentee, house, "Afterwards")
        await mentored(shared_server, await house.person(), mentor)
        assert (await next_of(heard))["notificationReceived"]["__typename"] == "RequestReceived"
    assert (await plan(shared_server, mentor, mentee, house))["error"] == "NOT_ALLOWED"


# Who sees what


async def test_a_person_sees_everything_of_their_own(shared_server: Server) -> None:
    house = await House.build()
    person = await house.mentor(held={"PROG": 1}, required={"PROG": 2}, manager=await house.person())
    own = "mentorEligibility { eligible } mentorPreferences { id } email lineManager { id } roleProfile { id }"
    found, refused = await seen(shared_server, person, person, f"{own} {DEVELOPMENT}")
    assert refused == []
    assert found
    assert None not in found.values()


async def test_a_line_manager_and_an_active_mentor_see_skills_attributes_gaps_plan_and_email(
    shared_server: Server,
) -> None:
    house = await House.build()
    manager, mentor = await house.person(), await house.mentor()
    person = await house.person(held={"PROG": 1, "BUSI": 2}, required={"PROG": 2}, manager=manager)
    await mentored(shared_server, person, mentor)
    for viewer in (manager, mentor):
        found, refused = await seen(shared_server, viewer, person, f"email {DEVELOPMENT}")
        assert refused == []
        assert found
        assert (found["email"], len(found["skills"]), len(found["attributes"])) == (person.email, 1, 1)
        assert found["skillGaps"] == [{"levels": [2]}]
        assert found["actionPlan"]
        own = "mentorEligibility { eligible } mentorPreferences { id }"
        _, refused = await seen(shared_server, viewer, person, own)
        assert refused == ["mentorEligibility", "mentorPreferences"]


async def test_colleagues_see_name_job_title_location_time_zone_and_the_public_mentor_card(
    shared_server: Server,
) -> None:
    house = await House.build()
    colleague = await house.person()
    person = await house.mentor(
        "Ada", held={"PROG": 4}, job_title="Analyst", location="Porto", time_zone="Europe/Lisbon"
    )
    card = "name jobTitle location timeZone mentor { options { label } skills { level } }"
    found, refused = await seen(shared_server, colleague, person, f"{card} email {DEVELOPMENT}")
    assert refused == REFUSED
    assert found
    assert {name: found[name] for name in ("name", "jobTitle", "location", "timeZone", "mentor", "email")} == {
        "name": "Ada",
        "jobTitle": "Analyst",
        "location": "Porto",
        "timeZone": "Europe/Lisbon",
        "mentor": {"options": [{"label": "Leadership"}], "skills": [{"level": 4}]},
        "email": None,
    }


async def test_contact_details_pass_to_the_other_side_on_acceptance(shared_server: Server) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await asked(shared_server, mentee, mentor)
    operation = """query ($id: ID!) { node(id: $id) { ... on MentorRequest {
        mentee { email } mentor { person { email } } } } }"""
    for viewer, emails in ((mentor, (None, mentor.email)), (mentee, (mentee.email, None))):
        found = (await shared_server.ask(viewer, operation, id=request))["node"]
        assert (found["mentee"]["email"], found["mentor"]["person"]["email"]) == emails
    await do(shared_server, mentor, "accept", requestId=request, comment="Yes")
    for viewer in (mentor, mentee):
        found = (await shared_server.ask(viewer, operation, id=request))["node"]
        assert (found["mentee"]["email"], found["mentor"]["person"]["email"]) == (mentee.email, mentor.email)


async def test_another_organisation_does_not_exist(shared_server: Server) -> None:
    house, elsewhere = await House.build(), await House.build()
    mentor, mentee = await house.mentor("Mentor", held={"PROG": 3}), await house.person(required={"PROG": 3})
    stranger = await elsewhere.person(required={"PROG": 3})
    request = await asked(shared_server, mentee, mentor)
    ids = [
        global_id("Person", mentee.id),
        global_id("Mentor", mentor.id),
        global_id("Organisation", house.organisation.id),
        global_id("PreferenceOption", house.options["Leadership"].id),
        global_id("Skill", house.skills["PROG"].id),
        global_id("ActionType", house.action_types["Course"].id),
        global_id("ActionPlan", mentee.id),
        request,
    ]
    found = await shared_server.ask(stranger, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert found["nodes"] == [None] * len(ids)
    assert await listed(shared_server, stranger) == []
    assert (await connect(shared_server, stranger, mentor))["error"] == "NOT_FOUND"
    assert (await do(shared_server, stranger, "withdraw", requestId=request))["error"] == "NOT_FOUND"
    assert (await plan(shared_server, stranger, mentee, elsewhere))["error"] == "NOT_FOUND"


async def test_absent_and_not_for_you_look_the_same_from_node(shared_server: Server) -> None:
    house = await House.build()
    mentee, mentor, colleague = await house.person(), await house.mentor(), await house.person()
    request = await asked(shared_server, mentee, mentor)
    operation = "query ($id: ID!) { node(id: $id) { id } }"
    bodies = {
        (await shared_server.ask_raw(shared_server.token(colleague), operation, {"id": each})).text
        for each in (request, global_id("MentorRequest", 10**9), global_id("ActionPlan", mentee.id), "garbage")
    }
    assert bodies == {'{"data":{"node":null}}'}
