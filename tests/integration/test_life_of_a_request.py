"""What time, and the mentor's own state, do to requests; and who hears of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.actions.availability import notify_when_available, reconcile_availability, stop_waiting
from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.actions.end_mentorship import end_mentorship
from api.actions.save_mentor_profile import save_mentor_profile
from api.actions.sweep import expire_requests, remind_mentors
from api.domain.errors import RefusalCode, Refused
from api.domain.events import EventKind
from api.domain.lifecycle import RequestStatus
from api.models import (
    AuditEntry,
    AvailabilityWatch,
    Event,
    HeldLevel,
    Mentor,
    MentorRequest,
    Mentorship,
    Organisation,
    Person,
)
from tests.houses import House, viewer_of
from tests.operations import data
from tests.wakers import Recorder


async def asked(mentee: Person, mentor: Person) -> MentorRequest:
    return await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)


async def heard(person: Person, kind: EventKind) -> int:
    return await Event.filter(person_id=person.id, kind=kind).count()


async def save(mentor: Person, house: House, *, options: int = 1, **profile: object) -> None:
    chosen = [house.options["Leadership"].id][:options]
    await save_mentor_profile(Recorder(), viewer=viewer_of(mentor), option_ids=chosen, **profile)  # type: ignore[arg-type]


async def test_a_request_expires_when_its_time_is_over_and_both_sides_hear_of_it_once(database: str) -> None:
    house = await House.build(request_expiry_days=3)
    mentor, mentee = await house.mentor(), await house.person()
    request = await asked(mentee, mentor)
    assert request.expires_at == request.created_at + timedelta(days=3)
    assert await expire_requests(Recorder()) == 0
    await MentorRequest.filter(id=request.id).update(expires_at=datetime.now(UTC))
    recorder = Recorder()
    assert await expire_requests(recorder) == 1
    assert await expire_requests(Recorder()) == 0
    assert sorted(recorder.woken) == sorted([mentor.id, mentee.id])
    assert (await MentorRequest.get(id=request.id)).status is RequestStatus.EXPIRED
    assert [await heard(each, EventKind.REQUEST_EXPIRED) for each in (mentor, mentee)] == [1, 1]
    assert await AuditEntry.filter(verb="expire", subject_id=request.id, actor_id=None).count() == 1
    await asked(mentee, mentor)


async def test_an_answer_and_an_expiry_at_once_have_one_winner(database: str) -> None:
    house = await House.build(open_request_limit=100)
    mentor = await house.mentor()
    requests = [await asked(await house.person(), mentor) for _ in range(40)]
    await MentorRequest.all().update(expires_at=datetime.now(UTC))
    answers = [
        decline(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="No") for request in requests
    ]
    sweeps = [expire_requests(Recorder()) for _ in range(4)]
    outcomes = await asyncio.gather(*answers, *sweeps, return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert {each.code for each in refused} <= {RefusalCode.ALREADY_DECIDED}
    expired = await MentorRequest.filter(status=RequestStatus.EXPIRED).count()
    assert len(refused) == expired
    assert await MentorRequest.filter(status=RequestStatus.DECLINED).count() == 40 - expired
    assert await Event.filter(kind=EventKind.REQUEST_DECIDED).count() == 40 - expired
    assert await Event.filter(kind=EventKind.REQUEST_EXPIRED).count() == expired * 2


async def test_a_mentor_is_reminded_once_after_half_of_the_time(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await asked(mentee, mentor)
    assert await remind_mentors(Recorder()) == 0
    now = datetime.now(UTC)
    await MentorRequest.filter(id=request.id).update(
        created_at=now - timedelta(days=7, minutes=1), expires_at=now + timedelta(days=7)
    )
    assert await remind_mentors(Recorder()) == 1
    assert await remind_mentors(Recorder()) == 0
    assert await heard(mentor, EventKind.REQUEST_REMINDER) == 1
    seen = await data(mentor, "{ notifications { nodes { __typename ... on RequestReminder { request { id } } } } }")
    assert [node["__typename"] for node in seen["notifications"]["nodes"]] == ["RequestReceived", "RequestReminder"]


@pytest.mark.parametrize("cause", ["capacity", "pause", "leaving", "eligibility", "mentoring off"])
async def test_mentees_are_told_once_that_an_answer_may_take_longer(database: str, cause: str) -> None:
    house = await House.build()
    mentor, first, second = await house.mentor(), await house.person(), await house.person()
    await save(mentor, house, capacity=1)
    chosen = await asked(first, mentor)
    waiting = await asked(second, mentor)
    match cause:
        case "capacity":
            await accept(Recorder(), viewer=viewer_of(mentor), request_id=chosen.id, comment="Yes")
        case "pause":
            await save(mentor, house, paused=True)
        case "leaving":
            await save(mentor, house, options=0)
        case "eligibility":
            await HeldLevel.filter(person_id=mentor.id).delete()
            assert await reconcile_availability(Recorder(), organisation_id=house.organisation.id) == 1
        case _:
            await Organisation.filter(id=house.organisation.id).update(mentoring_enabled=False)
            assert await reconcile_availability(Recorder(), organisation_id=house.organisation.id) == 1
    assert await heard(second, EventKind.REQUEST_DELAYED) == 1
    assert await heard(first, EventKind.REQUEST_DELAYED) == (0 if cause == "capacity" else 1)
    assert (await MentorRequest.get(id=waiting.id)).status is RequestStatus.PENDING
    assert await reconcile_availability(Recorder(), organisation_id=house.organisation.id) == 0
    if cause == "pause":
        await save(mentor, house, paused=False)
        await save(mentor, house, paused=True)
        assert await heard(second, EventKind.REQUEST_DELAYED) == 1


async def test_accepting_and_pausing_at_once_never_wait_for_each_other(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.actions.work._ATTEMPTS", 1)
    house = await House.build()
    mentor = await house.mentor()
    await save(mentor, house, capacity=3)
    requests = [await asked(await house.person(), mentor) for _ in range(12)]
    outcomes = await asyncio.gather(
        *(accept(Recorder(), viewer=viewer_of(mentor), request_id=each.id, comment="Yes") for each in requests),
        *(save(mentor, house, paused=number % 2 == 0) for number in range(6)),
        return_exceptions=True,
    )
    assert {type(each) for each in outcomes} <= {MentorRequest, type(None), Refused}, outcomes
    assert await Mentorship.all().count() == 3


async def test_whoever_asked_to_be_told_hears_once_that_a_mentor_can_be_found_again(database: str) -> None:
    house = await House.build()
    mentor, mentee, waiting = await house.mentor(), await house.person(), await house.person()
    await save(mentor, house, capacity=1)
    request = await asked(mentee, mentor)
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Yes")
    for _ in range(2):
        await notify_when_available(Recorder(), viewer=viewer_of(waiting), mentor_id=mentor.id)
    watches = "{ viewer { availabilityWatches { mentor { id person { name } } } } }"
    assert len((await data(waiting, watches))["viewer"]["availabilityWatches"]) == 1
    mentorship = await Mentorship.get(request_id=request.id)
    recorder = Recorder()
    await end_mentorship(recorder, viewer=viewer_of(mentee), mentorship_id=mentorship.id, reason="Done")
    assert waiting.id in recorder.woken
    assert await heard(waiting, EventKind.MENTOR_AVAILABLE) == 1
    assert (await data(waiting, watches))["viewer"]["availabilityWatches"] == []
    await save(mentor, house, paused=True)
    await save(mentor, house, paused=False)
    assert await heard(waiting, EventKind.MENTOR_AVAILABLE) == 1
    seen = await data(waiting, "{ notifications { nodes { ... on MentorAvailable { mentor { available } } } } }")
    assert seen["notifications"]["nodes"] == [{"mentor": {"available": True}}]


async def test_waiting_can_be_taken_back(database: str) -> None:
    house = await House.build()
    mentor, waiting = await house.mentor(paused=True), await house.person()
    await notify_when_available(Recorder(), viewer=viewer_of(waiting), mentor_id=mentor.id)
    await stop_waiting(Recorder(), viewer=viewer_of(waiting), mentor_id=mentor.id)
    with pytest.raises(Refused):
        await stop_waiting(Recorder(), viewer=viewer_of(waiting), mentor_id=mentor.id)
    await save(mentor, house, paused=False)
    assert await heard(waiting, EventKind.MENTOR_AVAILABLE) == 0


async def test_nobody_waits_for_themselves_for_strangers_or_for_who_is_there(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    mentor, away, stranger = await house.mentor(), await house.mentor(paused=True), await elsewhere.mentor(paused=True)
    person = await house.person()
    for viewer, mentor_id, code in (
        (away, away.id, RefusalCode.CANNOT_MENTOR_SELF),
        (person, stranger.id, RefusalCode.NOT_FOUND),
        (person, mentor.id, RefusalCode.INVALID),
    ):
        with pytest.raises(Refused) as refused:
            await notify_when_available(Recorder(), viewer=viewer_of(viewer), mentor_id=mentor_id)
        assert refused.value.code is code


async def test_a_mentor_who_comes_and_goes_while_people_begin_to_wait_leaves_nobody_waiting_in_vain(
    database: str,
) -> None:
    house = await House.build()
    mentor = await house.mentor()
    people = [await house.person() for _ in range(20)]
    await save(mentor, house, paused=True)

    async def wait(person: Person) -> bool:
        try:
            await notify_when_available(Recorder(), viewer=viewer_of(person), mentor_id=mentor.id)
        except Refused:
            return False
        return True

    came, *waited = await asyncio.gather(save(mentor, house, paused=False), *map(wait, people))
    assert came is None
    told = [await heard(person, EventKind.MENTOR_AVAILABLE) == 1 for person in people]
    assert told == waited
    assert await AvailabilityWatch.all().count() == 0


async def test_whatever_happens_at_once_is_done_or_refused(database: str) -> None:
    """Actions that touch the same mentors from all sides wait for one another; none ends the other."""
    house = await House.build(open_request_limit=100)
    mentors = [await house.mentor() for _ in range(3)]
    mentees = [await house.person() for _ in range(12)]
    for mentor in mentors:
        await save(mentor, house, capacity=2)
    requests = [await asked(mentee, mentor) for mentee in mentees for mentor in mentors]

    async def accept_and_end(request: MentorRequest) -> None:
        mentor = await Person.get(id=request.mentor_id)
        await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Yes")
        mentorship = await Mentorship.get(request_id=request.id)
        await end_mentorship(Recorder(), viewer=viewer_of(mentor), mentorship_id=mentorship.id, reason="Done")

    async def decline_it(request: MentorRequest) -> None:
        mentor = await Person.get(id=request.mentor_id)
        await decline(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="No")

    await MentorRequest.filter(id__in=[request.id for request in requests[::5]]).update(expires_at=datetime.now(UTC))
    outcomes = await asyncio.gather(
        *map(accept_and_end, requests),
        *map(decline_it, requests[::3]),
        *(save(mentor, house, paused=paused) for mentor in mentors for paused in (True, False) * 3),
        *(notify_when_available(Recorder(), viewer=viewer_of(each), mentor_id=mentors[0].id) for each in mentees),
        *(expire_requests(Recorder()) for _ in range(3)),
        *(reconcile_availability(Recorder(), organisation_id=house.organisation.id) for _ in range(3)),
        return_exceptions=True,
    )
    assert [each for each in outcomes if isinstance(each, Exception) and not isinstance(each, Refused)] == []
    assert [mentor.active_mentees for mentor in await Mentor.all()] == [0, 0, 0]
    delays = await Event.filter(kind=EventKind.REQUEST_DELAYED)
    assert len({event.request_id for event in delays}) == len(delays)
