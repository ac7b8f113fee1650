"""What is held of one person: given out whole, and removed whole."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.expressions import Q

import api.models
from api.actions.action_plan import ActionInput, add_action, change_action
from api.actions.availability import notify_when_available, reconcile_availability
from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.actions.devices import register_device
from api.actions.end_mentorship import end_mentorship
from api.actions.erase_person import _GOES, NAME, erase_person
from api.actions.event_streams import queue_operation, reserve_stream
from api.actions.export_person import export_person
from api.actions.save_notification_settings import save_notification_settings
from api.actions.work import Work, action
from api.domain.errors import Fault, Refused
from api.domain.events import Event as Announced
from api.domain.events import EventKind
from api.domain.lifecycle import RequestStatus
from api.models import (
    Action,
    AuditEntry,
    AvailabilityWatch,
    Device,
    Event,
    EventLog,
    Mentor,
    MentorRequest,
    Mentorship,
    Person,
)
from api.notifications.mail.letters import letter_about
from tests.houses import House, viewer_of
from tests.operations import OFFER, data
from tests.pushes import Browser
from tests.wakers import Recorder

CANARY = "canary-7f3a"


async def tables() -> dict[str, str]:
    """Every row of every table, as text."""
    connection = get_connection("default")
    names = await connection.execute_query_dict(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return {
        row["relname"]: "\n".join(
            each["text"]
            for each in await connection.execute_query_dict(f'SELECT t::text AS text FROM "{row["relname"]}" t')
        )
        for row in names
    }


def canary(name: str) -> str:
    return f"{CANARY}-{name}"


async def asked(mentee: Person, mentor: Person, message: str | None = None, **more: str) -> MentorRequest:
    return await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, message=message, **more)


class Town:
    """A person with a canary wherever they can leave a text, and those around them."""

    house: House
    person: Person
    manager: Person
    report: Person
    mentor: Person
    mentee: Person
    other: Person


@pytest.fixture
async def town(database: str) -> Town:
    town = Town()
    house = town.house = await House.build("Acme")
    town.manager = await house.person("Manager")
    town.person = await house.mentor(
        canary("name"), held={"PROG": 5}, required={"DESN": 4}, wants=["Leadership"], manager=town.manager,
        job_title=canary("title"), location=canary("location"), time_zone=canary("zone"), capacity=3,
    )  # fmt: skip
    await Person.filter(id=town.person.id).update(email=f"{canary('email')}@example.com", subject=canary("subject"))
    await town.person.refresh_from_db()
    town.report = await house.person("Report", manager=town.person)
    town.mentor = await house.mentor("Mentor", held={"DESN": 4})
    town.mentee = await house.person("Mentee", required={"PROG": 4})
    town.other = await house.mentor("Other", paused=True)
    person, mentor = viewer_of(town.person), viewer_of(town.mentor)
    kind = house.action_types["Mentorship"].id
    request = await asked(town.person, town.mentor, canary("message"), idempotency_key=canary("key"))
    await accept(Recorder(), viewer=mentor, request_id=request.id, comment="Gladly")
    plan = ActionInput(title=canary("action"), details=canary("details"), type_id=kind)
    own = await add_action(Recorder(), viewer=person, owner_id=town.person.id, given=plan)
    await change_action(
        Recorder(), viewer=mentor, action_id=own.id, version=1, given=ActionInput(title=canary("changed"))
    )
    ended = await accept(
        Recorder(), viewer=person, request_id=(await asked(town.mentee, town.person)).id, comment=canary("comment")
    )
    theirs = ActionInput(title="Read it", type_id=kind)
    await add_action(Recorder(), viewer=person, owner_id=town.mentee.id, given=theirs)
    mentorship = await Mentorship.get(request_id=ended.id)
    await end_mentorship(Recorder(), viewer=person, mentorship_id=mentorship.id, reason=canary("reason"))
    declined = await asked(town.report, town.person)
    await decline(Recorder(), viewer=person, request_id=declined.id, comment=canary("no"))
    await asked(town.mentee, town.person, "Once more?")
    await notify_when_available(Recorder(), viewer=person, mentor_id=town.other.id)
    await save_notification_settings(Recorder(), viewer=person, emails={EventKind.REQUEST_REMINDER: False})
    phone = Browser(f"https://push.example.com/{canary('device')}")
    await register_device(Recorder(), viewer=person, offer=OFFER, **phone.registration())
    stream = await reserve_stream(person, issued_at=None, expires_at=datetime.now(UTC))
    await queue_operation(Recorder(), person, stream, name="question", parameters=canary("question"), at_most=1)
    return town


async def test_the_export_holds_every_text_and_is_json(town: Town) -> None:
    held = await export_person(town.person)
    text = json.dumps(held)
    written = {
        word for rows in (await tables()).values() for word in rows.replace(",", " ").replace('"', " ").split()
        if word.strip("()").startswith(CANARY)
    }  # fmt: skip
    assert len(written) >= 13
    assert [word for word in written if word.strip("(){}[]") not in text] == []
    assert held["organisation"] == "Acme"
    assert {row["level"] for row in held["held_level"]} == {4, 5}
    assert "Read it" not in text
    assert len(held["changes_of_the_plans_of_others"]) == 1


async def test_the_export_holds_devices_without_their_secret(town: Town) -> None:
    device = await Device.get(person_id=town.person.id)
    (told,) = (await export_person(town.person))["device"]
    assert told["address"].endswith(canary("device"))
    assert told["p256dh"] == device.p256dh
    assert device.auth
    assert device.auth not in json.dumps(told)


async def test_pushes_that_wait_go_with_whoever_they_are_for(town: Town) -> None:
    await asked(town.manager, town.person)
    connection = get_connection("default")
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'send_push'"
    assert await connection.execute_query_dict(waiting) == [{"count": 1}]
    await erase_person(Recorder(), person=town.person)
    assert await connection.execute_query_dict(waiting) == [{"count": 0}]
    assert not await Device.exists()


async def test_after_erasing_no_table_holds_anything_of_the_person(town: Town) -> None:
    assert any(CANARY in rows for rows in (await tables()).values())
    before = {name: len(rows.splitlines()) for name, rows in (await tables()).items()}
    await erase_person(Recorder(), person=town.person)
    after = await tables()
    assert [name for name, rows in after.items() if CANARY in rows] == []
    # Counts stand.
    for table in ("mentor_request", "mentorship", "action", "action_change", "mentor", "person"):
        assert len(after[table].splitlines()) == before[table]
    await erase_person(Recorder(), person=town.person)
    assert await AuditEntry.filter(verb="erase_person").count() == 1


async def test_the_other_sides_keep_their_history_with_a_former_colleague(town: Town) -> None:
    await erase_person(Recorder(), person=town.person)
    operation = """{
      requests(box: SENT) { nodes { status comment gaps { skill { code } } mentor { person { name email jobTitle } } } }
      viewer { mentors { active endReason endedBy mentor { name } }
               actionPlan { actions { nodes { title createdBy { name } history { nodes { changedBy { name } } } } } } }
      notifications { nodes { __typename } } }"""
    seen = await data(town.mentee, operation)
    person = {"name": NAME, "email": None, "jobTitle": None}
    gaps = [{"skill": {"code": "PROG"}}]
    assert seen["requests"]["nodes"] == [
        {"status": "EXPIRED", "comment": None, "gaps": gaps, "mentor": {"person": person}},
        {"status": "ACCEPTED", "comment": "(removed)", "gaps": gaps, "mentor": {"person": person}},
    ]
    assert seen["viewer"]["mentors"] == [
        {"active": False, "endReason": "(removed)", "endedBy": "MENTOR", "mentor": {"name": NAME}}
    ]
    assert seen["viewer"]["actionPlan"]["actions"]["nodes"] == [
        {"title": "Read it", "createdBy": {"name": NAME}, "history": {"nodes": [{"changedBy": {"name": NAME}}]}}
    ]
    assert seen["notifications"]["nodes"][-1] == {"__typename": "RequestExpired"}


async def test_what_was_under_way_ends_and_is_told_as_ever(town: Town) -> None:
    recorder = Recorder()
    await erase_person(recorder, person=town.person)
    assert {town.mentor.id, town.mentee.id} <= set(recorder.woken)
    assert not await MentorRequest.exists(status=RequestStatus.PENDING)
    assert not await Mentorship.exists(ended_at=None)
    assert [mentor.active_mentees for mentor in await Mentor.all()] == [0, 0, 0]
    heard = await Event.filter(person_id=town.mentor.id).order_by("-seq").first()
    assert heard
    assert heard.kind is EventKind.MENTORSHIP_ENDED
    assert (await Person.get(id=town.report.id)).line_manager_id is None
    assert await Action.filter(owner_id=town.person.id, removed_at=None).count() == 0
    jobs = await get_connection("default").execute_query_dict(
        "SELECT count(*) FROM procrastinate_jobs JOIN event ON event.id = (args ->> 'event_id')::bigint "
        "WHERE event.person_id = $1",
        [town.person.id],
    )
    assert jobs == [{"count": 0}]


async def test_every_reference_to_a_person_is_dealt_with(town: Town) -> None:
    """A new table that points to people must say what becomes of its rows, here and in the two actions."""
    goes = {f"{model.describe()['table']}.{column}" for model, column in _GOES}
    stays: dict[str, Any] = {
        "action.owner_id": "emptied",
        "action.created_by_id": "leads to nobody",
        "action.updated_by_id": "leads to nobody",
        "action_change.changed_by_id": "leads to nobody",
        "audit_entry.actor_id": "leads to nobody",
        "event.mentor_id": "leads to nobody",
        "mentor_request.mentee_id": "emptied",
        "mentor_request.mentor_id": "emptied",
        "mentorship.mentee_id": "leads to nobody",
        "mentorship.mentor_id": "leads to nobody",
        "mentorship.ended_by_id": "emptied",
        "person.line_manager_id": "set to null",
    }
    references = {
        f"{model._meta.db_table}.{field.source_field}"
        for model in vars(api.models).values()
        if hasattr(model, "_meta")
        for name in model._meta.fk_fields | model._meta.o2o_fields
        if (field := model._meta.fields_map[name]).related_model in (Person, Mentor)
    }
    assert references - goes == set(stays)
    filled = {name for name, rows in (await tables()).items() if rows}
    assert {name.partition(".")[0] for name in goes} <= filled, "nothing removed proves nothing"


async def test_an_erasure_and_answers_at_once_never_wait_for_each_other(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.actions.work._ATTEMPTS", 1)
    house = await House.build()
    for _ in range(3):
        mentors = [await house.mentor(capacity=2) for _ in range(3)]
        mentees = [await house.person() for _ in range(4)]
        requests = [(mentor, await asked(mentee, mentor)) for mentee in mentees for mentor in mentors]
        gone = [mentees[0], mentors[0]]
        outcomes = await asyncio.gather(
            *(
                accept(Recorder(), viewer=viewer_of(each), request_id=row.id, comment="Yes")
                for each, row in requests[:6]
            ),
            *(erase_person(Recorder(), person=person) for person in gone),
            *(
                accept(Recorder(), viewer=viewer_of(each), request_id=row.id, comment="Yes")
                for each, row in requests[6:]
            ),
            return_exceptions=True,
        )
        assert {type(each) for each in outcomes} <= {MentorRequest, type(None), Refused, Fault}, outcomes
        keys = [person.id for person in gone]
        assert not await Mentorship.exists(Q(mentor_id__in=keys) | Q(mentee_id__in=keys), ended_at=None)
        assert not await MentorRequest.exists(Q(mentor_id__in=keys) | Q(mentee_id__in=keys), status="PENDING")


async def test_whoever_was_erased_waits_for_nobody_and_is_waited_for_by_nobody(town: Town) -> None:
    await asked(town.manager, town.mentor)
    await erase_person(Recorder(), person=town.mentor)
    await erase_person(Recorder(), person=town.person)
    # The card of somebody whom one has asked stays known.
    with pytest.raises(Refused, match="no such mentor"):
        await notify_when_available(Recorder(), viewer=viewer_of(town.manager), mentor_id=town.mentor.id)
    with pytest.raises(Fault, match="was erased"):
        await notify_when_available(Recorder(), viewer=viewer_of(town.person), mentor_id=town.other.id)
    assert not await AvailabilityWatch.exists()


async def test_nothing_is_told_to_whoever_was_erased_meanwhile(town: Town) -> None:
    """A mentor becomes available to a person who is being erased: what was announced comes after the erasure."""
    await erase_person(Recorder(), person=town.person)

    @action
    async def tell(work: Work, *, organisation_id: int) -> None:
        happened = {"kind": EventKind.MENTOR_AVAILABLE, "subject_id": town.mentor.id}
        for recipient in (town.person.id, town.manager.id):
            work.announce(organisation_id, Announced(recipient_id=recipient, **happened))

    await tell(Recorder(), organisation_id=town.house.organisation.id)
    assert not await Event.filter(person_id=town.person.id).exists()
    assert not await EventLog.filter(id=town.person.id).exists()
    assert await Event.filter(person_id=town.manager.id, kind=EventKind.MENTOR_AVAILABLE).count() == 1


async def test_no_mail_says_that_somebody_who_was_erased_can_be_asked_again(town: Town) -> None:
    await Mentor.filter(id=town.other.id).update(paused=False)
    await reconcile_availability(Recorder(), organisation_id=town.house.organisation.id)
    told = await Event.get(person_id=town.person.id, kind=EventKind.MENTOR_AVAILABLE)
    assert await letter_about(told.id)
    await erase_person(Recorder(), person=town.other)
    assert await letter_about(told.id) is None
