"""Who sees what of a person, at the field and through every way to it."""

import asyncio
from typing import Any

import asyncpg
import pytest

from api.actions.action_plan import ActionInput, add_action, change_action, remove_action
from api.actions.connect import connect
from api.actions.decide import accept
from api.actions.end_mentorship import end_mentorship
from api.domain.errors import RefusalCode, Refused
from api.domain.events import EventKind
from api.models import Action, Event, Mentorship, Person
from api.resolvers.notifications import page_of_entries
from api.schema.node import global_id
from tests.houses import House, viewer_of
from tests.operations import answer, data
from tests.wakers import Recorder

GUARDED = {
    "skills": "skills { level }",
    "attributes": "attributes { level }",
    "skillGaps": "skillGaps { levels }",
    "mentors": "mentors { active }",
    "mentees": "mentees { active }",
    "actionPlan": "actionPlan { id }",
}
OWN_ONLY = {"mentorEligibility": "mentorEligibility { eligible }", "mentorPreferences": "mentorPreferences { label }"}
SILENT = {"email": "email", "lineManager": "lineManager { name }", "roleProfile": "roleProfile { name }"}
CARD = "name jobTitle location timeZone mentor { options { label } skills { level } }"


class Team:
    """A person and everybody who could look at them."""

    house: House
    person: Person
    manager: Person
    mentor: Person
    mentee: Person
    colleague: Person
    stranger: Person


async def mentorship_between(mentee: Person, mentor: Person) -> Mentorship:
    request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Yes")
    return await Mentorship.get(request_id=request.id)


@pytest.fixture
async def team(database: str) -> Team:
    team = Team()
    team.house = await House.build()
    team.manager = await team.house.person("Manager")
    team.person = await team.house.mentor(
        "Person", held={"PROG": 3}, required={"PROG": 5}, manager=team.manager, location="Porto"
    )
    team.mentor = await team.house.mentor("Mentor")
    team.mentee = await team.house.person("Mentee")
    team.colleague = await team.house.person("Colleague")
    team.stranger = await (await House.build()).person("Stranger")
    await mentorship_between(team.person, team.mentor)
    await mentorship_between(team.mentee, team.person)
    return team


async def seen(viewer: Person, person: Person, fields: str) -> tuple[dict[str, object] | None, dict[str, str]]:
    """What the viewer gets of the person, and the code of the error on each field."""
    response = await answer(
        viewer,
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Person {{ {fields} }} }} }}",
        id=global_id("Person", person.id),
    )
    errors = {error["path"][-1]: error["extensions"]["code"] for error in response.get("errors", ())}
    return response["data"]["node"], errors


async def test_the_person_sees_everything_of_their_own(team: Team) -> None:
    found, errors = await seen(team.person, team.person, " ".join({**GUARDED, **OWN_ONLY, **SILENT}.values()))
    assert errors == {}
    assert found
    assert None not in found.values()


async def test_line_managers_and_active_mentors_see_the_development_but_not_the_mentoring(team: Team) -> None:
    for viewer in (team.manager, team.mentor):
        found, errors = await seen(viewer, team.person, " ".join({**GUARDED, **SILENT}.values()))
        assert errors == {}
        assert found
        assert None not in found.values()
        _, errors = await seen(viewer, team.person, " ".join(OWN_ONLY.values()))
        assert errors == dict.fromkeys(OWN_ONLY, "FORBIDDEN")


async def test_colleagues_see_the_card_alone_and_the_rest_of_the_response_stands(team: Team) -> None:
    for viewer in (team.colleague, team.mentee):
        fields = " ".join({**GUARDED, **OWN_ONLY}.values())
        found, errors = await seen(
            viewer, team.person, f"{CARD} lineManager {{ name }} roleProfile {{ name }} {fields}"
        )
        assert errors == dict.fromkeys([*GUARDED, *OWN_ONLY], "FORBIDDEN")
        assert found
        assert (found["name"], found["location"]) == ("Person", "Porto")
        assert found["mentor"] is not None
        assert [found[name] for name in ("lineManager", "roleProfile", *GUARDED)] == [None] * 8


async def test_contact_details_pass_both_ways_between_mentor_and_mentee(team: Team) -> None:
    for viewer, person, visible in (
        (team.mentee, team.person, True),
        (team.person, team.mentee, True),
        (team.manager, team.person, True),
        (team.colleague, team.person, False),
        (team.person, team.manager, False),
    ):
        found, errors = await seen(viewer, person, "email")
        assert errors == {}
        assert found == {"email": person.email if visible else None}


async def test_another_organisation_does_not_exist(team: Team) -> None:
    assert await seen(team.stranger, team.person, "name") == (None, {})
    assert await seen(team.person, team.stranger, "name") == (None, {})


async def test_what_a_mentorship_opened_closes_with_it(team: Team) -> None:
    plan = await add_action(
        Recorder(),
        viewer=viewer_of(team.mentor),
        owner_id=team.person.id,
        given=ActionInput(title="Pair on a design", type_id=team.house.action_types["Mentorship"].id),
    )
    ids = [global_id("ActionPlan", team.person.id), global_id("Action", plan.id)]
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await data(team.mentor, nodes, ids=ids))["nodes"] == [{"id": each} for each in ids]

    mentorship = await Mentorship.get(mentor_id=team.mentor.id)
    await end_mentorship(Recorder(), viewer=viewer_of(team.person), mentorship_id=mentorship.id, reason="We are done")
    assert (await data(team.mentor, nodes, ids=ids))["nodes"] == [None, None]
    _, errors = await seen(team.mentor, team.person, GUARDED["skills"])
    assert errors == {"skills": "FORBIDDEN"}
    with pytest.raises(Refused):
        await change_action(
            Recorder(), viewer=viewer_of(team.mentor), action_id=plan.id, version=1, given=ActionInput(title="No")
        )
    log = "{ notifications { nodes { __typename } totalCount } }"
    ended = (await data(team.mentor, log))["notifications"]
    assert [each["__typename"] for each in ended["nodes"]] == ["RequestReceived", "MentorshipEnded"]


async def test_a_mentorship_that_ends_while_the_log_is_read_breaks_no_response(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ActionInput(title="Read", type_id=team.house.action_types["Course"].id)
    await add_action(Recorder(), viewer=viewer_of(team.person), owner_id=team.person.id, given=given)
    mentorship = await Mentorship.get(mentor_id=team.mentor.id)

    async def then_end(*arguments: Any, **more: Any) -> object:
        found = await page_of_entries(*arguments, **more)
        await end_mentorship(Recorder(), viewer=viewer_of(team.person), mentorship_id=mentorship.id, reason="Done")
        return found

    monkeypatch.setattr("api.schema.query.page_of_entries", then_end)
    response = await answer(
        team.mentor, "{ notifications { nodes { __typename ... on ActionPlanChanged { action { title } } } } }"
    )
    assert "errors" not in response


async def test_a_change_under_way_when_the_mentorship_ends_comes_before_the_end_or_not_at_all(
    team: Team, database: str
) -> None:
    mentor, owner = viewer_of(team.mentor), viewer_of(team.person)
    given = ActionInput(title="Pair on a design", type_id=team.house.action_types["Mentorship"].id)
    plan = await add_action(Recorder(), viewer=mentor, owner_id=team.person.id, given=given)
    mentorship = await Mentorship.get(mentor_id=team.mentor.id)
    elsewhere = await asyncpg.connect(database)
    async with elsewhere.transaction():
        await elsewhere.execute("SELECT FROM action WHERE id = $1 FOR UPDATE", plan.id)
        change = asyncio.create_task(
            change_action(Recorder(), viewer=mentor, action_id=plan.id, version=1, given=ActionInput(title="Late"))
        )
        await asyncio.sleep(0.2)
        end = asyncio.create_task(
            end_mentorship(Recorder(), viewer=owner, mentorship_id=mentorship.id, reason="We are done")
        )
        await asyncio.sleep(0.2)
    await elsewhere.close()
    await asyncio.gather(change, end)
    heard = await Event.filter(person_id=team.person.id).order_by("seq")
    assert [event.kind for event in heard[-2:]] == [EventKind.ACTION_PLAN_CHANGED, EventKind.MENTORSHIP_ENDED]


async def test_every_id_that_is_given_out_can_be_fetched_again(team: Team) -> None:
    await add_action(
        Recorder(),
        viewer=viewer_of(team.mentor),
        owner_id=team.person.id,
        given=ActionInput(title="Read", type_id=team.house.action_types["Course"].id),
    )
    response = await data(
        team.person,
        """{
          viewer { id roleProfile { id } mentor { id options { id } } mentors { id } mentees { id }
                   actionPlan { id actions { nodes { id type { id } } } } }
          organisation { id preferenceOptions { id } actionTypes { id } skills { nodes { id } } }
          requests(box: SENT) { nodes { id mentor { id } } }
          notifications { nodes { id } }
        }""",
    )
    ids: list[str] = []

    def collect(value: object) -> None:
        if isinstance(value, dict):
            ids.extend(value[name] for name in value if name == "id")
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                collect(each)

    collect(response)
    kinds = await data(team.person, "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids)
    assert [node["id"] for node in kinds["nodes"]] == ids
    assert {node["__typename"] for node in kinds["nodes"]} == {
        "Person", "RoleProfile", "Mentor", "PreferenceOption", "Mentorship", "ActionPlan", "Action", "ActionType",
        "Organisation", "Skill", "MentorRequest", "RequestReceived", "RequestDecided", "ActionPlanChanged",
    }  # fmt: skip


async def test_an_action_is_changed_at_the_version_that_one_has_seen(team: Team) -> None:
    kind = team.house.action_types["Course"].id
    editor, owner = viewer_of(team.manager), viewer_of(team.person)
    plan = await add_action(
        Recorder(), viewer=editor, owner_id=team.person.id, given=ActionInput(title="Read", type_id=kind)
    )
    changed = await change_action(
        Recorder(), viewer=owner, action_id=plan.id, version=1, given=ActionInput(details="A book")
    )
    assert (changed.title, changed.details, changed.version, changed.updated_by_id) == (
        "Read",
        "A book",
        2,
        team.person.id,
    )
    with pytest.raises(Refused) as refused:
        await remove_action(Recorder(), viewer=editor, action_id=plan.id, version=1)
    assert refused.value.code is RefusalCode.STALE_VERSION
    assert "2" in refused.value.message
    await remove_action(Recorder(), viewer=editor, action_id=plan.id, version=2)
    assert (await data(team.person, "{ viewer { actionPlan { actions { totalCount } } } }"))["viewer"] == {
        "actionPlan": {"actions": {"totalCount": 0}}
    }


async def test_whoever_may_not_change_a_plan_does_not(team: Team) -> None:
    given = ActionInput(title="Read", type_id=team.house.action_types["Course"].id)
    for viewer, code in (
        (team.colleague, RefusalCode.NOT_ALLOWED),
        (team.mentee, RefusalCode.NOT_ALLOWED),
        (team.stranger, RefusalCode.NOT_FOUND),
    ):
        with pytest.raises(Refused) as refused:
            await add_action(Recorder(), viewer=viewer_of(viewer), owner_id=team.person.id, given=given)
        assert refused.value.code is code
    assert await Action.all().count() == 0
