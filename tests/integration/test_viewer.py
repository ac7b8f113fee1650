"""What the viewer alone tells a client: which buttons to show, and what the viewer chose."""

from api.actions.connect import connect
from api.actions.save_mentor_profile import save_mentor_profile
from api.domain.events import MAILED
from api.models import HeldLevel, Organisation, Person
from tests.houses import House, viewer_of
from tests.operations import answer, data
from tests.wakers import Recorder

BUTTONS = "{ viewer { mentorActions pendingRequestCount } }"
SETTINGS = "notificationSettings { kind email push }"
SAVE = f"""mutation ($settings: [NotificationSettingInput!]!) {{
  saveNotificationSettings(input: {{settings: $settings}}) {{
    viewer {{ {SETTINGS} }} errors {{ code message field }} }} }}"""


async def buttons(person: Person) -> tuple[list[str], int]:
    viewer = (await data(person, BUTTONS))["viewer"]
    return viewer["mentorActions"], viewer["pendingRequestCount"]


async def test_the_viewer_alone_tells_which_buttons_to_show(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    could = await house.person(held={"BUSI": 4})
    assert await buttons(mentee) == ([], 0)
    assert await buttons(could) == (["BECOME_A_MENTOR"], 0)
    assert await buttons(mentor) == (["UPDATE_MENTOR_PROFILE", "MENTEE_REQUESTS"], 0)
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    assert await buttons(mentor) == (["UPDATE_MENTOR_PROFILE", "MENTEE_REQUESTS"], 1)
    await save_mentor_profile(Recorder(), viewer=viewer_of(mentor), option_ids=[])
    assert await buttons(mentor) == (["BECOME_A_MENTOR", "MENTEE_REQUESTS"], 1)
    await HeldLevel.filter(person_id=mentor.id).delete()
    assert await buttons(mentor) == (["MENTEE_REQUESTS"], 1)
    await Organisation.filter(id=house.organisation.id).update(mentoring_enabled=False)
    assert await buttons(could) == ([], 0)


async def test_mails_are_wanted_until_one_says_otherwise_and_kinds_not_named_stay(database: str) -> None:
    person = await (await House.build()).person()
    everything = [{"kind": kind.value, "email": True, "push": True} for kind in MAILED]
    assert (await data(person, f"{{ viewer {{ {SETTINGS} }} }}"))["viewer"]["notificationSettings"] == everything
    for email in (False, True, False):
        saved = await data(person, SAVE, settings=[{"kind": "REQUEST_REMINDER", "email": email}])
        settings = saved["saveNotificationSettings"]["viewer"]["notificationSettings"]
        assert {each["kind"] for each in settings if not each["email"]} == (set() if email else {"REQUEST_REMINDER"})


async def test_a_kind_that_is_never_mailed_cannot_be_chosen(database: str) -> None:
    person = await (await House.build()).person()
    settings = [{"kind": "REQUEST_REMINDER", "email": False}, {"kind": "ACTION_PLAN_CHANGED", "email": True}]
    refused = (await data(person, SAVE, settings=settings))["saveNotificationSettings"]
    assert refused["viewer"] is None
    assert [(each["code"], each["field"]) for each in refused["errors"]] == [("INVALID", ["settings"])]
    kept = await data(person, f"{{ viewer {{ {SETTINGS} }} }}")
    assert all(each["email"] for each in kept["viewer"]["notificationSettings"])


async def test_what_is_the_viewers_own_is_nobody_elses(database: str) -> None:
    house = await House.build()
    manager = await house.person()
    report = await house.person(manager=manager)
    report_id = (await data(report, "{ viewer { id } }"))["viewer"]["id"]
    fields = f"mentorActions pendingRequestCount availabilityWatches {{ createdAt }} {SETTINGS}"
    response = await answer(
        manager, f"query ($id: ID!) {{ node(id: $id) {{ ... on Person {{ name {fields} }} }} }}", id=report_id
    )
    assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"] * 4
    assert response["data"]["node"]["name"] == report.name
