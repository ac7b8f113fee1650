"""Devices: whose they are, how many there may be, and what is told to which of them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from api.actions.connect import connect
from api.actions.decide import decline
from api.actions.devices import forget_device, note_push, register_device, remove_device
from api.actions.erase_person import erase_person
from api.actions.person_access import deactivate_person, reactivate_person, sign_out_person
from api.actions.sweep import remind_mentors
from api.domain.devices import MOST_DEVICES, DeviceKind
from api.domain.errors import Fault, Refused
from api.domain.events import PUSHED, EventKind
from api.models import AuditEntry, Device, Event, MentorRequest, Person
from api.notifications.outbox import PUSHES
from api.notifications.push.pusher import Push
from api.resolvers.pushes import push_about, type_of
from api.schema.notification import _VIEWS
from tests.houses import House, viewer_of
from tests.operations import OFFER, SCHEMA, answer, context_of, data
from tests.pushes import REGISTER, Browser
from tests.wakers import Recorder

DEVICES = "devices { id kind createdAt registeredAt lastSuccessAt }"
REMOVE = f"""mutation ($device: ID!) {{
  removeDevice(input: {{deviceId: $device}}) {{ viewer {{ {DEVICES} }} errors {{ code field }} }} }}"""


def browser(name: str = "one") -> Browser:
    return Browser(f"https://push.example.com/{name}")


async def registered(person: Person, device: Browser | None = None) -> Device:
    given = (device or browser()).registration()
    viewer = replace(viewer_of(person), token_issued_at=datetime.now(UTC))
    return await register_device(Recorder(), viewer=viewer, offer=OFFER, **given)


async def devices_of(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await data(person, f"{{ viewer {{ {DEVICES} }} }}"))["viewer"]["devices"]
    return found


async def waiting() -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(
        "SELECT (args ->> 'device_id')::bigint AS device, (args ->> 'event_id')::bigint AS event "
        "FROM procrastinate_jobs WHERE queue_name = $1 ORDER BY id",
        [PUSHES],
    )


async def told(person: Person, device: Device) -> Push | None:
    """What the device would be sent about the last entry of the person's log."""
    event = await Event.filter(person_id=person.id).order_by("-seq").first()
    assert event
    found = await push_about(event.id, device.id)
    return found[1] if found else None


async def test_a_device_is_registered_seen_and_removed(database: str) -> None:
    person = await (await House.build()).person()
    made = (await data(person, REGISTER, input=browser().input()))["registerDevice"]
    assert made["errors"] == []
    (device,) = await devices_of(person)
    assert (device["id"], device["kind"]) == (made["device"]["id"], "WEB_PUSH")
    assert device["lastSuccessAt"] is None
    node = await data(person, "query ($id: ID!) { node(id: $id) { ... on Device { id } } }", id=device["id"])
    assert node["node"] == {"id": device["id"]}
    removed = (await data(person, REMOVE, device=device["id"]))["removeDevice"]
    assert removed == {"viewer": {"devices": []}, "errors": []}
    again = (await data(person, REMOVE, device=device["id"]))["removeDevice"]
    assert again == {"viewer": None, "errors": [{"code": "NOT_FOUND", "field": ["deviceId"]}]}
    assert [entry.verb for entry in await AuditEntry.all().order_by("id")] == ["register_device", "remove_device"]


async def test_what_cannot_be_pushed_to_is_refused_and_nothing_is_kept(database: str) -> None:
    person = await (await House.build()).person()
    for changed, field in (
        ({"address": "https://169.254.169.254/latest"}, "address"),
        ({"p256dh": None}, "p256dh"),
        ({"auth": "short"}, "auth"),
        ({"kind": "APNS", "address": "ab" * 32}, "p256dh"),
    ):
        refused = (await data(person, REGISTER, input={**browser().input(), **changed}))["registerDevice"]
        assert refused["device"] is None
        assert [(each["code"], each["field"]) for each in refused["errors"]] == [("INVALID", [field])]
    assert not await Device.exists()


async def test_a_kind_that_is_not_switched_on_is_refused(database: str) -> None:
    person = await (await House.build()).person()
    context = context_of(viewer_of(person))
    switched = type(OFFER)(kinds=frozenset({DeviceKind.WEB_PUSH}), private=False, make_key=OFFER.make_key)
    context.services = type(context.services)(
        search=context.services.search, wakeups=context.services.wakeups, poll_seconds=15, push=switched
    )
    given = {"input": {"kind": "FCM", "address": "token"}}
    result = await SCHEMA.execute(REGISTER, variable_values=given, context_value=context)
    assert result.data
    assert result.data["registerDevice"]["errors"][0]["field"] == ["kind"]


async def test_registering_again_is_the_same_device_and_says_that_it_is_there(database: str) -> None:
    person, phone = await (await House.build()).person(), browser()
    first = await registered(person, phone)
    await Device.filter(id=first.id).update(last_success_at=datetime.now(UTC))
    again = await registered(person, phone)
    assert (again.id, again.created_at) == (first.id, first.created_at)
    assert again.registered_at > first.registered_at
    assert again.last_success_at
    assert await AuditEntry.filter(verb="register_device").count() == 1


async def test_a_device_is_whoevers_who_registered_it_last(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    ada, bob, phone = await house.mentor(), await elsewhere.person(), browser()
    first = await registered(ada, phone)
    await Device.filter(id=first.id).update(last_success_at=datetime.now(UTC))
    await connect(Recorder(), viewer=viewer_of(await house.person()), mentor_id=ada.id)
    moved = await registered(bob, phone)
    assert (moved.person_id, moved.organisation_id) == (bob.id, elsewhere.organisation.id)
    assert moved.last_success_at is None
    assert moved.created_at > first.created_at
    assert await devices_of(ada) == []
    # What waits for Ada does not go to Bob.
    assert await told(ada, moved) is None
    assert await AuditEntry.filter(verb="register_device").count() == 2


async def test_beyond_the_most_the_oldest_is_forgotten(database: str) -> None:
    person = await (await House.build()).person()
    phones = [browser(str(number)) for number in range(MOST_DEVICES)]
    kept = [await registered(person, phone) for phone in phones]
    await registered(person, phones[0])
    new = await registered(person, browser("new"))
    found = set(await Device.filter(person_id=person.id).values_list("id", flat=True))
    assert found == {each.id for each in [*kept, new]} - {kept[1].id}


async def test_many_at_once_are_as_many_as_there_may_be(database: str) -> None:
    person = await (await House.build()).person()
    await asyncio.gather(*(registered(person, browser(str(number))) for number in range(2 * MOST_DEVICES)))
    assert await Device.filter(person_id=person.id).count() == MOST_DEVICES


async def test_whoever_was_erased_registers_nothing(database: str) -> None:
    person = await (await House.build()).person()
    await erase_person(Recorder(), person=person)
    with pytest.raises(Fault, match="was erased"):
        await registered(person)
    assert not await Device.exists()


async def test_what_was_signed_out_registers_nothing_on_a_socket_that_is_open_still(database: str) -> None:
    person = await (await House.build()).person()
    for issued_at in (datetime.now(UTC), None):
        await sign_out_person(Recorder(), person=person)
        viewer = replace(viewer_of(person), token_issued_at=issued_at)
        with pytest.raises(Fault, match="sign in again"):
            await register_device(Recorder(), viewer=viewer, offer=OFFER, **browser().registration())
    assert not await Device.exists()


async def test_the_database_itself_refuses_devices_that_cannot_be(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    person, stranger = await house.person(), await elsewhere.person()
    row = {"organisation_id": house.organisation.id, "person_id": person.id, "kind": "FCM", "address": "token"}
    await Device.create(**row)
    forbidden: list[Callable[[], Awaitable[object]]] = [
        lambda: Device.create(**row),
        lambda: Device.create(**{**row, "address": "other", "person_id": stranger.id}),
        lambda: Device.create(**{**row, "address": "other", "auth": "secret"}),
        lambda: Device.create(**{**row, "address": "other", "kind": "WEB_PUSH", "auth": "secret"}),
    ]
    for attempt in forbidden:
        with pytest.raises(IntegrityError):
            await attempt()


async def test_one_job_a_device_follows_from_an_event_and_holds_keys_alone(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    phones = [await registered(mentor, browser(name)) for name in ("one", "two")]
    await registered(mentee, browser("three"))
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, message="canary")
    event = await Event.get(person_id=mentor.id)
    assert await waiting() == [{"device": phone.id, "event": event.id} for phone in phones]
    jobs = await get_connection("default").execute_query_dict("SELECT args::text, lock FROM procrastinate_jobs")
    assert "canary" not in str(jobs)
    assert len({job["lock"] for job in jobs}) == 3


async def test_what_the_push_says_leads_to_the_entry_and_on_from_it(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person("canary-name")
    phone = await registered(mentor)
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, message="canary-message")
    push = await told(mentor, phone)
    assert push
    assert push.facts().keys() == {"v", "id", "type", "cursor", "unread"}
    assert "canary" not in str(push.facts())
    entry = "query ($id: ID!) { node(id: $id) { __typename ... on RequestReceived { cursor } } }"
    assert (await data(mentor, entry, id=push.id))["node"] == {"__typename": push.type, "cursor": push.cursor}
    after = "query ($after: String) { notifications(after: $after, unreadOnly: true) { nodes { id } totalCount } }"
    since = (await data(mentor, after, after=push.cursor))["notifications"]
    assert (since["nodes"], since["totalCount"]) == ([], push.unread)
    assert push.pressing
    assert timedelta(hours=23) < push.expires_at - datetime.now(UTC) <= timedelta(days=1)


def test_each_kind_that_is_pushed_has_the_type_of_the_schema() -> None:
    assert {type_of(kind) for kind in EventKind} == {view.__name__ for view in _VIEWS.values()}
    assert set(PUSHED) <= set(EventKind)


async def asked(house: House) -> tuple[Person, Device]:
    """A mentor who was asked, and the device that is to be told of it."""
    mentor, mentee = await house.mentor(), await house.person()
    phone = await registered(mentor)
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    assert await told(mentor, phone)
    return mentor, phone


async def test_whoever_was_deactivated_is_told_nothing_until_they_are_back(database: str) -> None:
    mentor, phone = await asked(await House.build())
    await deactivate_person(Recorder(), person=mentor)
    assert await told(mentor, phone) is None
    await reactivate_person(Recorder(), person=mentor)
    assert await told(mentor, phone)


async def test_whoever_was_signed_out_is_told_nothing_until_the_device_is_registered_anew(database: str) -> None:
    mentor, phone = await asked(await House.build())
    await sign_out_person(Recorder(), person=mentor)
    assert await told(mentor, phone) is None
    await registered(mentor, browser("another"))
    assert await told(mentor, phone) is None
    assert await told(mentor, await registered(mentor))


async def test_what_was_read_on_another_device_wakes_nobody(database: str) -> None:
    mentor, phone = await asked(await House.build())
    read = "mutation ($upTo: String!) { markNotificationsRead(input: {upTo: $upTo}) { errors { code } } }"
    await data(mentor, read, upTo=(await data(mentor, "{ latestCursor }"))["latestCursor"])
    assert await told(mentor, phone) is None


async def test_a_device_that_was_removed_is_told_nothing(database: str) -> None:
    mentor, phone = await asked(await House.build())
    await phone.delete()
    assert await told(mentor, phone) is None


async def test_nobody_is_reminded_of_what_was_answered(database: str) -> None:
    house = await House.build()
    mentor, phone = await asked(house)
    request = await MentorRequest.get(mentor_id=mentor.id)
    now = datetime.now(UTC)
    times = {"created_at": now - timedelta(days=9), "expires_at": now + timedelta(days=1)}
    await MentorRequest.filter(id=request.id).update(**times)
    await remind_mentors(Recorder())
    push = await told(mentor, phone)
    assert push
    assert push.type == "RequestReminder"
    await decline(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="No")
    assert await told(mentor, phone) is None


SAVE = """mutation ($settings: [NotificationSettingInput!]!) {
  saveNotificationSettings(input: {settings: $settings}) { errors { code }
    viewer { notificationSettings { kind email push } } } }"""


async def test_pushes_of_a_kind_are_wanted_until_one_says_otherwise_and_mails_stay_as_they_were(database: str) -> None:
    mentor, phone = await asked(await House.build())
    for given, email, push in (
        ({"email": False}, False, True),
        ({"email": True, "push": False}, True, False),
        ({"email": False}, False, False),
        ({"email": False, "push": None}, False, False),
        ({"email": False, "push": True}, False, True),
    ):
        saved = await data(mentor, SAVE, settings=[{"kind": "REQUEST_RECEIVED", **given}])
        settings = saved["saveNotificationSettings"]["viewer"]["notificationSettings"]
        assert {"kind": "REQUEST_RECEIVED", "email": email, "push": push} in settings
        assert all(each["email"] and each["push"] for each in settings if each["kind"] != "REQUEST_RECEIVED")
        assert bool(await told(mentor, phone)) is push


async def test_a_device_that_is_gone_is_forgotten_unless_it_was_registered_anew(database: str) -> None:
    person, phone = await (await House.build()).person(), browser()
    before = await registered(person, phone)
    now = await registered(person, phone)
    await forget_device(Recorder(), device=before, gone_at=None)
    await forget_device(Recorder(), device=now, gone_at=now.registered_at - timedelta(seconds=1))
    assert await Device.filter(id=now.id).exists()
    await forget_device(Recorder(), device=now, gone_at=now.registered_at + timedelta(seconds=1))
    assert not await Device.exists()
    assert await AuditEntry.filter(verb="forget_device", subject_id=now.id).count() == 1


async def test_devices_are_nobody_elses_business(database: str) -> None:
    house = await House.build()
    manager = await house.person()
    report = await house.person(manager=manager)
    device = (await data(report, REGISTER, input=browser().input()))["registerDevice"]["device"]["id"]
    found = await data(manager, "query ($id: ID!) { node(id: $id) { id } }", id=device)
    assert found["node"] is None
    assert (await data(manager, REMOVE, device=device))["removeDevice"]["errors"][0]["code"] == "NOT_FOUND"
    person = (await data(report, "{ viewer { id } }"))["viewer"]["id"]
    response = await answer(
        manager, f"query ($id: ID!) {{ node(id: $id) {{ ... on Person {{ {DEVICES} }} }} }}", id=person
    )
    assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"]


async def test_the_key_for_browsers_is_a_point_that_stays_the_same(database: str) -> None:
    person = await (await House.build()).person()
    first, again = [(await data(person, "{ pushKey }"))["pushKey"] for _ in range(2)]
    assert first == again
    assert len(first) == 87


async def test_whoever_signs_in_while_another_signs_out_keeps_the_device(database: str) -> None:
    house, phone = await House.build(), browser()
    ada, bob = await house.person(), await house.person()
    device = await registered(ada, phone)
    connection = await asyncpg.connect(database)
    async with connection.transaction():
        await connection.execute("UPDATE device SET person_id = $1", bob.id)
        removing = asyncio.create_task(remove_device(Recorder(), viewer=viewer_of(ada), device_id=device.id))
        await asyncio.sleep(0.5)
    await connection.close()
    with pytest.raises(Refused, match="no such device"):
        await removing
    assert (await Device.get(id=device.id)).person_id == bob.id


async def test_what_was_taken_over_for_one_person_is_not_told_to_the_next(database: str) -> None:
    house, phone = await House.build(), browser()
    before = await registered(await house.person(), phone)
    now = await registered(await house.person(), phone)
    await note_push(Recorder(), device=before)
    assert (await Device.get(id=now.id)).last_success_at is None
