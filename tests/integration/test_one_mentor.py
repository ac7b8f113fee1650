"""One mentor whom the viewer picked: how they suit, and what keeps them off the list."""

from collections.abc import Iterable

import pytest

from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.models import HeldLevel, Mentor, MentorOption, Organisation, Person
from api.schema.node import global_id
from tests.houses import House, viewer_of
from tests.operations import data
from tests.wakers import Recorder

MENTOR = """query ($id: ID!, $basis: MatchBasis! = SKILL_GAPS_AND_PREFERENCES) { mentor(id: $id) {
  available match(basis: $basis) { percent skillPercent preferencePercent listed unlistedReasons { code message }
  gaps { gap { skill { code } } mentorLevel coveredLevels points } mentor { id } } } }"""
MATCHES = "{ matches { nodes { percent listed unlistedReasons { code } mentor { id match { percent listed } } } } }"


async def reasons(viewer: Person, mentor: Person, **variables: str) -> list[str]:
    found = (await data(viewer, MENTOR, id=global_id("Mentor", mentor.id), **variables))["mentor"]["match"]
    assert found["listed"] is (not found["unlistedReasons"])
    assert all(each["message"] for each in found["unlistedReasons"])
    return [each["code"] for each in found["unlistedReasons"]]


async def pair(house: House, *, wants: Iterable[str] = ()) -> tuple[Person, Person]:
    mentor = await house.mentor(held={"PROG": 4, "DESN": 6})
    mentee = await house.person(held={"PROG": 3, "DESN": 2}, required={"PROG": 5, "DESN": 4}, wants=wants)
    return mentee, mentor


async def test_a_listed_mentor_is_explained_the_same_way_on_the_list_and_alone(database: str) -> None:
    house = await House.build()
    mentee, mentor = await pair(house)
    listed = (await data(mentee, MATCHES))["matches"]["nodes"]
    alone = (await data(mentee, MENTOR, id=global_id("Mentor", mentor.id)))["mentor"]["match"]
    assert [each["percent"] for each in listed] == [alone["percent"]] == [75.0]
    assert listed[0]["mentor"]["match"] == {"percent": 75.0, "listed": True}
    assert (listed[0]["listed"], listed[0]["unlistedReasons"], alone["listed"]) == (True, [], True)
    assert sum(each["points"] for each in alone["gaps"]) == alone["skillPercent"]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("mentoring", "MENTORING_DISABLED"),
        ("options", "LEFT_THE_SEARCH"),
        ("paused", "PAUSED"),
        ("capacity", "AT_CAPACITY"),
        ("levels", "UNAVAILABLE"),
        ("asked", "ALREADY_ASKED"),
        ("mentored", "ALREADY_YOUR_MENTOR"),
    ],
)
async def test_what_keeps_a_mentor_off_the_list_is_said(database: str, what: str, code: str) -> None:
    house = await House.build()
    mentee, mentor = await pair(house)
    match what:
        case "mentoring":
            await Organisation.filter(id=house.organisation.id).update(mentoring_enabled=False)
        case "options":
            await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
            await MentorOption.filter(mentor_id=mentor.id).delete()
        case "paused":
            await Mentor.filter(id=mentor.id).update(paused=True)
        case "capacity":
            await Mentor.filter(id=mentor.id).update(capacity=1, active_mentees=1)
        case "levels":
            await HeldLevel.filter(person_id=mentor.id, skill__code="BUSI").update(level=3)
        case _:
            request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
            if what == "mentored":
                await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Yes")
    assert code in await reasons(mentee, mentor)
    assert (await data(mentee, MATCHES))["matches"]["nodes"] == []


async def test_a_mentor_who_has_nothing_the_viewer_looks_for_is_said_to(database: str) -> None:
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 3})
    mentee = await house.person(held={"PROG": 3}, required={"PROG": 5}, wants=["Career development"])
    assert await reasons(mentee, mentor) == ["COVERS_NO_GAP", "SHARES_NO_PREFERENCE"]
    assert await reasons(mentee, mentor, basis="PREFERENCES_ONLY") == ["SHARES_NO_PREFERENCE"]
    assert await reasons(mentor, mentor) == ["YOURSELF", "COVERS_NO_GAP"]


async def test_a_card_that_is_not_for_the_viewer_is_not_there(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    mentee, stranger = await house.person(), await elsewhere.mentor()
    ids = (global_id("Mentor", stranger.id), global_id("Mentor", mentee.id), global_id("Person", mentee.id), "?")
    assert [(await data(mentee, MENTOR, id=each))["mentor"] for each in ids] == [None] * 4


async def test_waiting_for_somebody_shows_no_card_that_is_not_for_the_viewer(database: str) -> None:
    house = await House.build()
    left = await house.mentor("No longer a mentor", held={"PROG": 5}, offers=())
    colleague = await house.person(required={"PROG": 7})
    assert (await data(colleague, MENTOR, id=global_id("Mentor", left.id)))["mentor"] is None
    waiting = await data(
        colleague,
        """mutation ($id: ID!) { notifyWhenAvailable(input: {mentorId: $id}) {
          errors { code } viewer { availabilityWatches { mentor { skills { level } } } } } }""",
        id=global_id("Mentor", left.id),
    )
    assert waiting["notifyWhenAvailable"] == {"errors": [{"code": "NOT_FOUND"}], "viewer": None}


async def test_whoever_left_the_search_shows_their_levels_to_nobody_who_once_asked(database: str) -> None:
    house = await House.build()
    mentee, mentor = await pair(house)
    request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    await decline(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="No")
    await MentorOption.filter(mentor_id=mentor.id).delete()
    await house.hold(mentor, {"PROG": 6})
    card = "skills { level } match { gaps { mentorLevel coveredLevels } }"
    asked = await data(mentee, f"{{ requests(box: SENT) {{ nodes {{ mentor {{ {card} }} }} }} }}")
    nothing = {"skills": [], "match": {"gaps": [{"mentorLevel": 0, "coveredLevels": []}] * 2}}
    assert asked["requests"]["nodes"] == [{"mentor": nothing}]
