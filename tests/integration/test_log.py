"""Each person's log: numbered without gaps, read by cursor, woken rather than polled."""

import asyncio
from uuid import uuid4

import pytest

from api.actions.work import Work, action
from api.domain.errors import Fault, FaultCode
from api.domain.events import Event, EventKind
from api.models import Event as EventRow
from api.models import EventLog, MentorRequest
from api.notifications.cursors import log_cursor
from api.notifications.feed import follow
from api.notifications.log import log_of, position
from api.notifications.wakeups import Wakeups
from tests.houses import House, viewer_of

EVENTS = 2_000
WRITERS = 8


@action
async def announce(work: Work, *, organisation_id: int, event: Event, fail: bool = False) -> None:
    work.announce(organisation_id, event)
    if fail:
        raise RuntimeError("rolled back")


async def a_request(house: House) -> MentorRequest:
    mentor, mentee = await house.mentor(), await house.person()
    return await MentorRequest.create(organisation_id=house.organisation.id, mentee_id=mentee.id, mentor_id=mentor.id)


async def test_a_reader_sees_every_number_in_order_while_eight_writers_commit_at_once(database: str) -> None:
    house = await House.build()
    request = await a_request(house)
    event = Event(recipient_id=request.mentor_id, kind=EventKind.REQUEST_RECEIVED, subject_id=request.id)
    wakeups = Wakeups("memory://")

    async def write(writer: int) -> None:
        for number in range(EVENTS // WRITERS):
            if number % 50 == writer:
                with pytest.raises(RuntimeError):
                    await announce(wakeups, organisation_id=house.organisation.id, event=event, fail=True)
            await announce(wakeups, organisation_id=house.organisation.id, event=event)

    async def read() -> list[int]:
        # The poll is slower than the test: what arrives in time was woken.
        entries = follow(wakeups, request.mentor_id, 0, kinds=tuple(EventKind), poll_seconds=600)
        return [(await anext(entries)).seq for _ in range(EVENTS)]

    async with wakeups.running():
        reader = asyncio.create_task(read())
        await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
        assert await asyncio.wait_for(reader, 10) == list(range(1, EVENTS + 1))
    assert (await EventLog.get(id=request.mentor_id)).seq == EVENTS
    assert await EventRow.filter(person_id=request.mentor_id).count() == EVENTS


async def test_two_recipients_at_once_never_deadlock(database: str) -> None:
    house = await House.build()
    request = await a_request(house)

    @action
    async def announce_both(work: Work, *, organisation_id: int, backwards: bool) -> None:
        people = [request.mentor_id, request.mentee_id]
        for recipient in reversed(people) if backwards else people:
            work.announce(
                organisation_id,
                Event(recipient_id=recipient, kind=EventKind.REQUEST_RECEIVED, subject_id=request.id),
            )

    wakeups = Wakeups("memory://")
    where = house.organisation.id
    both = [announce_both(wakeups, organisation_id=where, backwards=bool(number % 2)) for number in range(200)]
    await asyncio.gather(*both)
    for person_id in (request.mentor_id, request.mentee_id):
        assert (await EventLog.get(id=person_id)).seq == 200


async def test_a_cursor_that_does_not_fit_the_log_is_answered_with_where_to_start_over(database: str) -> None:
    house = await House.build()
    request = await a_request(house)
    person, other = await house.person(), await house.person()
    for _ in range(3):
        await announce(
            Wakeups("memory://"),
            organisation_id=house.organisation.id,
            event=Event(recipient_id=person.id, kind=EventKind.REQUEST_RECEIVED, subject_id=request.id),
        )
    await EventLog.filter(id=person.id).update(trimmed_to=1)
    log, others = await log_of(viewer_of(person)), await log_of(viewer_of(other))
    assert [position(log, log_cursor(log.epoch, seq)) for seq in (1, 2, 3)] == [1, 2, 3]
    misfits = {
        "foreign": log_cursor(others.epoch, 0),
        "of another epoch": log_cursor(uuid4(), 2),
        "in the future": log_cursor(log.epoch, 4),
        "trimmed away": log_cursor(log.epoch, 0),
        "malformed": "bm90IGEgY3Vyc29y",
        "no base64": "é",
        "empty": "",
        "huge": "A" * 10_000,
    }
    for what, cursor in misfits.items():
        with pytest.raises(Fault) as fault:
            position(log, cursor)
        assert fault.value.code is FaultCode.CURSOR_RESET, what
        assert position(log, str(fault.value.details["cursor"])) == 1, what
