"""Asking and answering, as the rules have it, under any race."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.actions.end_mentorship import end_mentorship
from api.actions.erase_person import erase_person
from api.actions.withdraw import withdraw
from api.domain.errors import Fault, RefusalCode, Refused
from api.domain.events import EventKind
from api.domain.lifecycle import RequestStatus
from api.models import AuditEntry, Event, IdempotencyKey, Mentor, MentorRequest, Mentorship, Organisation, Person
from tests.houses import House, viewer_of
from tests.wakers import Recorder


async def code_of(work: object) -> RefusalCode:
    with pytest.raises(Refused) as refused:
        await work  # type: ignore[misc]
    return refused.value.code


async def asked(mentee: Person, mentor: Person) -> MentorRequest:
    return await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, message="Hello")


async def test_asking_writes_request_event_and_audit_and_wakes_the_mentor(database: str) -> None:
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 4, "DESN": 6})
    mentee = await house.person(held={"PROG": 3, "DESN": 2}, required={"PROG": 5, "DESN": 4})
    waker = Recorder()

    request = await connect(waker, viewer=viewer_of(mentee), mentor_id=mentor.id, message="  Hello 🙂 مرحبا ")

    kept = await MentorRequest.get(id=request.id)
    assert (kept.status, kept.message, kept.percent) == (RequestStatus.PENDING, "Hello 🙂 مرحبا", 75.0)
    assert kept.expires_at is not None
    assert (kept.expires_at - kept.created_at).days == house.organisation.request_expiry_days
    event = await Event.get(person_id=mentor.id)
    assert (event.kind, event.request_id, event.seq) == (EventKind.REQUEST_RECEIVED, request.id, 1)
    assert await AuditEntry.filter(verb="connect", actor_id=mentee.id, subject_id=request.id).count() == 1
    assert waker.woken == [mentor.id]


async def test_only_someone_findable_can_be_asked(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    mentee = await house.person()
    stranger = await elsewhere.mentor()
    paused = await house.mentor(paused=True)
    offers_nothing = await house.mentor(offers=())
    not_eligible = await house.mentor(held={"BUSI": 3})
    full = await house.mentor(capacity=1)
    await Mentor.filter(id=full.id).update(active_mentees=1)
    colleague = await house.person()

    assert await code_of(asked(mentee, stranger)) is RefusalCode.NOT_FOUND
    assert await code_of(asked(mentee, colleague)) is RefusalCode.NOT_FOUND
    assert await code_of(asked(mentee, mentee)) is RefusalCode.CANNOT_MENTOR_SELF
    for mentor in (paused, offers_nothing, not_eligible, full):
        assert await code_of(asked(mentee, mentor)) is RefusalCode.MENTOR_UNAVAILABLE
    assert await MentorRequest.all().count() == 0
    assert await Event.all().count() == 0


async def test_switched_off_mentoring_refuses_asking_but_not_answering(database: str) -> None:
    house = await House.build()
    mentor, other, mentee = await house.mentor(), await house.mentor(), await house.person()
    request = await asked(mentee, mentor)
    await Organisation.filter(id=house.organisation.id).update(mentoring_enabled=False)

    assert await code_of(asked(mentee, other)) is RefusalCode.MENTORING_DISABLED
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Gladly")
    mentorship = await Mentorship.get(request_id=request.id)
    await end_mentorship(Recorder(), viewer=viewer_of(mentee), mentorship_id=mentorship.id, reason="Done")


async def test_one_pending_request_a_pair_and_none_during_a_mentorship(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await asked(mentee, mentor)
    assert await code_of(asked(mentee, mentor)) is RefusalCode.ALREADY_REQUESTED
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Gladly")
    assert await code_of(asked(mentee, mentor)) is RefusalCode.ALREADY_MENTORED


async def test_after_a_decline_or_a_withdrawal_one_may_ask_again(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    first = await asked(mentee, mentor)
    await decline(Recorder(), viewer=viewer_of(mentor), request_id=first.id, comment="Not now")
    second = await asked(mentee, mentor)
    await withdraw(Recorder(), viewer=viewer_of(mentee), request_id=second.id)
    third = await asked(mentee, mentor)
    assert len({first.id, second.id, third.id}) == 3


async def test_the_organisation_limits_open_requests(database: str) -> None:
    house = await House.build(open_request_limit=2)
    mentee = await house.person()
    mentors = [await house.mentor() for _ in range(4)]
    outcomes = await asyncio.gather(*(asked(mentee, mentor) for mentor in mentors), return_exceptions=True)
    refused = [each.code for each in outcomes if isinstance(each, Refused)]
    assert refused == [RefusalCode.TOO_MANY_OPEN_REQUESTS] * 2
    assert await MentorRequest.filter(mentee_id=mentee.id).count() == 2


async def test_fifty_parallel_askings_of_one_pair_make_one_request(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    outcomes = await asyncio.gather(*(asked(mentee, mentor) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(each, MentorRequest) for each in outcomes) == 1
    assert {each.code for each in outcomes if isinstance(each, Refused)} == {RefusalCode.ALREADY_REQUESTED}
    assert await MentorRequest.all().count() == 1
    assert await Event.filter(person_id=mentor.id).count() == 1


async def test_the_same_idempotency_key_gives_the_same_request(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    viewer = viewer_of(mentee)

    async def send(message: str) -> MentorRequest:
        return await connect(Recorder(), viewer=viewer, mentor_id=mentor.id, message=message, idempotency_key="3f0c")

    requests = await asyncio.gather(*(send("Hello") for _ in range(20)))
    assert len({request.id for request in requests}) == 1
    assert await code_of(send("Something else")) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_a_refusal_is_the_answer_to_its_key_too(database: str) -> None:
    """Else what was held up on its way could be done after all, when somebody has been told that it was not."""
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    viewer = viewer_of(mentee)
    earlier = await asked(mentee, mentor)

    def send(key: str) -> Coroutine[Any, Any, MentorRequest]:
        return connect(Recorder(), viewer=viewer, mentor_id=mentor.id, idempotency_key=key)

    assert await code_of(send("3f0c")) is RefusalCode.ALREADY_REQUESTED
    await withdraw(Recorder(), viewer=viewer, request_id=earlier.id)
    with pytest.raises(Refused) as again:
        await send("3f0c")
    assert again.value.code is RefusalCode.ALREADY_REQUESTED
    assert again.value.field == "mentorId"
    assert "have not answered yet" in again.value.message
    assert (await send("9a1b")).id != earlier.id


async def test_a_refusal_is_not_kept_of_somebody_who_was_erased(database: str) -> None:
    mentee = await (await House.build()).person()
    await erase_person(Recorder(), person=mentee)
    with pytest.raises(Fault, match="was erased"):
        await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=1, idempotency_key="canary")
    assert not await IdempotencyKey.exists()


async def test_only_the_asked_mentor_answers_and_only_the_mentee_withdraws(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    mentor, mentee, other = await house.mentor(), await house.person(), await house.mentor()
    stranger = await elsewhere.mentor()
    request = await asked(mentee, mentor)
    for answer in (accept, decline):
        for person, code in (
            (mentee, RefusalCode.NOT_ALLOWED),
            (other, RefusalCode.NOT_FOUND),
            (stranger, RefusalCode.NOT_FOUND),
        ):
            refused = answer(Recorder(), viewer=viewer_of(person), request_id=request.id, comment="Hm")
            assert await code_of(refused) is code
    assert await code_of(withdraw(Recorder(), viewer=viewer_of(mentor), request_id=request.id)) is (
        RefusalCode.NOT_ALLOWED
    )
    assert (await MentorRequest.get(id=request.id)).status is RequestStatus.PENDING


@pytest.mark.parametrize("comment", ["", "   ", "\n\t", "\u200b\u2060", "\u3000"])
async def test_an_answer_needs_a_comment_that_can_be_seen(database: str, comment: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await asked(mentee, mentor)
    refused = accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment=comment)
    assert await code_of(refused) is RefusalCode.COMMENT_REQUIRED


@pytest.mark.parametrize("comment", ["x" * 100_000, "a\x00b", "\ud800"])
async def test_a_comment_that_cannot_be_kept_is_refused(database: str, comment: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await asked(mentee, mentor)
    refused = decline(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment=comment)
    assert await code_of(refused) is RefusalCode.INVALID


async def test_of_three_hundred_races_of_accept_against_withdraw_exactly_one_side_wins_each(database: str) -> None:
    house = await House.build(open_request_limit=300)
    mentor = await house.mentor()
    mentees = [await house.person() for _ in range(300)]
    requests = await asyncio.gather(*(asked(mentee, mentor) for mentee in mentees))

    async def race(request: MentorRequest, number: int) -> tuple[object, object]:
        mentee = mentees[number]
        sides = [
            accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Gladly"),
            withdraw(Recorder(), viewer=viewer_of(mentee), request_id=request.id),
        ]
        if number % 2:
            sides.reverse()
        first, second = await asyncio.gather(*sides, return_exceptions=True)
        return (second, first) if number % 2 else (first, second)

    results = await asyncio.gather(*(race(request, number) for number, request in enumerate(requests)))
    states = {row.id: row.status for row in await MentorRequest.all()}
    for request, (accepted, withdrawn) in zip(requests, results, strict=True):
        loser, state = (
            (withdrawn, RequestStatus.ACCEPTED)
            if isinstance(accepted, MentorRequest)
            else (accepted, RequestStatus.WITHDRAWN)
        )
        assert isinstance(accepted, MentorRequest) is not isinstance(withdrawn, MentorRequest)
        assert isinstance(loser, Refused)
        assert loser.code is RefusalCode.ALREADY_DECIDED
        assert state.value in loser.message
        assert states[request.id] is state
    tally = Counter(states.values())
    assert tally[RequestStatus.ACCEPTED] + tally[RequestStatus.WITHDRAWN] == 300
    assert min(tally.values()) > 0, "one side always wins: that was no race"
    assert await Mentorship.all().count() == tally[RequestStatus.ACCEPTED]
    assert (await Mentor.get(id=mentor.id)).active_mentees == tally[RequestStatus.ACCEPTED]


async def test_of_twenty_parallel_accepts_at_capacity_one_exactly_one_succeeds(database: str) -> None:
    house = await House.build()
    mentor = await house.mentor(capacity=1)
    requests = [await asked(await house.person(), mentor) for _ in range(20)]
    outcomes = await asyncio.gather(
        *(
            accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Gladly")
            for request in requests
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, MentorRequest) for each in outcomes) == 1
    assert Counter(each.code for each in outcomes if isinstance(each, Refused)) == {RefusalCode.CAPACITY_REACHED: 19}
    assert await MentorRequest.filter(status=RequestStatus.PENDING).count() == 19
    assert await Mentorship.all().count() == 1
    assert await Event.filter(kind=EventKind.REQUEST_DECIDED).count() == 1


async def test_a_mentorship_is_ended_once_and_frees_its_place(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(capacity=1), await house.person()
    request = await asked(mentee, mentor)
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Gladly")
    mentorship = await Mentorship.get(request_id=request.id)
    ends = [
        end_mentorship(Recorder(), viewer=viewer_of(person), mentorship_id=mentorship.id, reason="We are done")
        for person in (mentor, mentee) * 5
    ]
    outcomes = await asyncio.gather(*ends, return_exceptions=True)
    assert sum(isinstance(each, Mentorship) for each in outcomes) == 1
    assert (await Mentor.get(id=mentor.id)).active_mentees == 0
    assert await Event.filter(kind=EventKind.MENTORSHIP_ENDED).count() == 2  # one a side
    await asked(mentee, mentor)


async def test_ending_what_has_ended_tells_an_administrator_nothing_of_it(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await asked(mentee, mentor)
    await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Gladly")
    mentorship = await Mentorship.get(request_id=request.id)
    await end_mentorship(Recorder(), viewer=viewer_of(mentee), mentorship_id=mentorship.id, reason="Between us")
    administrator = replace(viewer_of(await house.person()), administrator=True)
    for viewer, shown in ((viewer_of(mentor), mentorship), (administrator, None)):
        with pytest.raises(Refused) as refused:
            await end_mentorship(Recorder(), viewer=viewer, mentorship_id=mentorship.id, reason="Again")
        assert (refused.value.code, refused.value.subject) == (RefusalCode.ALREADY_DECIDED, shown)
