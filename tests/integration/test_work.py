"""The unit of work: all of it or nothing, carried to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from asyncpg import InterfaceError, NumericValueOutOfRangeError
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from api.actions import turns
from api.actions.connect import connect
from api.actions.erase_person import erase_person
from api.actions.transaction import Held
from api.actions.work import Work, action, action_that_begins, all_carried_through
from api.domain.errors import Fault, FaultCode
from api.domain.events import Event as Announced
from api.domain.events import EventKind
from api.models import AuditEntry, Event, Organisation, Person
from tests.conftest import POOL_SIZE
from tests.houses import House, viewer_of
from tests.wakers import Recorder

_keys = count(1_000)


async def found(waker: Recorder, name: str, *, then_fail: bool = False, gate: asyncio.Event | None = None) -> Any:
    return await _found(waker, organisation_id=next(_keys), name=name, then_fail=then_fail, gate=gate)


@action
async def _found(
    work: Work, *, organisation_id: int, name: str, then_fail: bool, gate: asyncio.Event | None
) -> Organisation:
    organisation = await Organisation.create(using_db=work.connection, id=organisation_id, name=name)
    if gate:
        await gate.wait()
    if then_fail:
        raise RuntimeError("not this time")
    return organisation


async def test_a_story_that_raises_leaves_nothing(database: str) -> None:
    with pytest.raises(RuntimeError, match="not this time"):
        await found(Recorder(), "Acme", then_fail=True)
    assert await Organisation.all().count() == 0


async def test_a_caller_that_goes_away_does_not_stop_the_work(database: str) -> None:
    gate = asyncio.Event()
    caller = asyncio.create_task(found(Recorder(), "Acme", gate=gate))
    await asyncio.sleep(0.05)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.set()
    await all_carried_through()
    assert await Organisation.filter(name="Acme").count() == 1


@asynccontextmanager
async def everybody_writing() -> AsyncIterator[None]:
    """As many stories under way as may be, and another process's worth of connections left."""
    gate = asyncio.Event()
    most = turns.most_at_once(POOL_SIZE)
    busy = [asyncio.create_task(found(Recorder(), f"Busy {number}", gate=gate)) for number in range(most)]
    await asyncio.sleep(0.2)
    try:
        yield
    finally:
        gate.set()
        await asyncio.gather(*busy)


async def test_whoever_leaves_before_their_turn_has_asked_for_nothing(database: str) -> None:
    async with everybody_writing():
        gone = asyncio.create_task(found(Recorder(), "Gone"))
        stays = asyncio.create_task(found(Recorder(), "Stays"))
        await asyncio.sleep(0.05)
        gone.cancel()
    assert (await stays).name == "Stays"
    assert gone.cancelled()
    assert not await Organisation.exists(name="Gone")


async def test_whose_turn_does_not_come_is_told_to_come_back_and_reading_goes_on(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_MOST_SECONDS", 0.2)
    async with everybody_writing():
        late = asyncio.create_task(found(Recorder(), "Late"))
        async with asyncio.timeout(5):
            assert not await Organisation.exists(name="Late")
            with pytest.raises(Fault) as told:
                await late
    assert told.value.code is FaultCode.UNAVAILABLE
    assert (await found(Recorder(), "Later")).name == "Later"
    assert not await Organisation.exists(name="Late")


async def test_whoever_is_concerned_is_woken_where_a_commit_was_not_heard_of(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been done: the connection was cut on the way back."""
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    waker = Recorder()

    async def cut(transaction: TransactionWrapper) -> None:
        await commit(transaction)
        raise ConnectionResetError

    commit = TransactionWrapper.commit
    monkeypatch.setattr(TransactionWrapper, "commit", cut)
    with pytest.raises(ConnectionResetError):
        await connect(waker, viewer=viewer_of(mentee), mentor_id=mentor.id)
    assert waker.woken == [mentor.id]


@action
async def told(work: Work, recipients: list[Person], *, person: Person) -> None:
    """Each of them, in this order, that the person can be found: as many entries as they are named here."""
    for recipient in recipients:
        work.announce(
            recipient.organisation_id,
            Announced(recipient_id=recipient.id, kind=EventKind.MENTOR_AVAILABLE, subject_id=person.id),
        )
        work.audit(
            organisation_id=person.organisation_id,
            actor_id=person.id,
            verb="tell",
            subject="person",
            subject_id=recipient.id,
            nth=len(recipients),
        )


async def test_whoever_is_told_several_things_at_once_finds_them_numbered_in_order(database: str) -> None:
    house = await House.build()
    mentor, one, other = await house.mentor(), await house.person(), await house.person()
    await told(Recorder(), [other], person=mentor)
    for _ in range(2):
        await told(Recorder(), [other, one, other, one, other], person=mentor)
    assert [each.seq for each in await Event.filter(person_id=one.id).order_by("id")] == [1, 2, 3, 4]
    assert [each.seq for each in await Event.filter(person_id=other.id).order_by("id")] == [1, 2, 3, 4, 5, 6, 7]
    audited = await AuditEntry.filter(verb="tell").order_by("id")
    assert [each.subject_id for each in audited[1:6]] == [other.id, one.id, other.id, one.id, other.id]
    assert audited[1].detail == {"nth": 5}
    jobs = await get_connection("default").execute_query_dict(
        "SELECT (args ->> 'event_id')::bigint AS event, lock FROM procrastinate_jobs ORDER BY id"
    )
    assert [each["event"] for each in jobs] == [each.id for each in await Event.all().order_by("id")]
    assert {each["lock"] for each in jobs} == {f"mail {one.id}", f"mail {other.id}"}


async def test_nobody_hears_of_what_somebody_did_who_was_erased(database: str) -> None:
    house = await House.build()
    mentor, one = await house.mentor(), await house.person()
    await erase_person(Recorder(), person=mentor)
    waker = Recorder()
    with pytest.raises(Fault, match="was erased"):
        await told(waker, [one], person=mentor)
    assert not waker.woken
    assert not await Event.exists(person_id=one.id)


@action_that_begins
async def held(work: Work, *, person: Person, key: int) -> None:
    await work.begin(Held(Person, person.id, person.organisation_id), Held(Person, key, person.organisation_id))


async def test_whoever_cannot_begin_leaves_no_connection_behind(database: str) -> None:
    person = await (await House.build()).person()
    for _ in range(2 * POOL_SIZE):
        with pytest.raises(NumericValueOutOfRangeError):
            await held(Recorder(), person=person, key=2**63)
    assert await Person.exists(id=person.id)


@action_that_begins
async def saved(work: Work, *, person: Person) -> None:
    await work.begin(Held(Person, person.id, person.organisation_id))
    async with in_transaction():
        await Person.filter(id=person.id).update(name="Nobody")


async def test_what_holds_rows_as_it_begins_makes_no_savepoint_by_mistake(database: str) -> None:
    """The end of one would be that of all, and what it wrote would stay whatever came of the rest."""
    person = await (await House.build()).person()
    with pytest.raises(InterfaceError, match="manually started"):
        await saved(Recorder(), person=person)
    assert not await Person.exists(name="Nobody")
