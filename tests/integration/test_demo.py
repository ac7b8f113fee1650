"""The demo organisation, loaded through the actions themselves."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tortoise.connection import get_connection

from api.actions.organisations import ensure_organisation
from api.actions.work import Waker
from api.database import connections
from api.demo import load
from api.demo.load import demo_is_loaded, load_demo
from api.demo.welcome import fresh_pair
from api.domain.events import EventKind
from api.domain.lifecycle import RequestStatus
from api.models import (
    AuditEntry,
    Event,
    HeldLevel,
    MenteePreference,
    Mentor,
    MentorOption,
    MentorRequest,
    Mentorship,
    Organisation,
    Person,
    RoleProfile,
    RoleRequirement,
    Skill,
)
from api.search.eligible import mentoring_rule
from api.search.findable import findable_among
from api.settings import Settings
from tests.conftest import database_named
from tests.wakers import Recorder

_TABLES = (
    AuditEntry,
    Event,
    HeldLevel,
    MenteePreference,
    Mentor,
    MentorOption,
    MentorRequest,
    Mentorship,
    Organisation,
    Person,
    RoleProfile,
    RoleRequirement,
    Skill,
)


@pytest.fixture(scope="module")
async def loaded_database(server_url: str) -> AsyncIterator[str]:
    """The URL of a database with the demo, for tests that only look."""
    async with database_named(server_url, "demo") as url:
        async with connections(Settings(database_url=url), url):
            await load_demo(Recorder())
        yield url


@pytest.fixture
async def demo(loaded_database: str) -> AsyncIterator[Organisation]:
    """The demo organisation, which Tortoise is connected to."""
    async with connections(Settings(database_url=loaded_database), loaded_database):
        yield await Organisation.get(name=load.NAME)


async def statuses() -> Counter[RequestStatus]:
    return Counter(request.status for request in await MentorRequest.all())


async def test_it_holds_people_mentors_and_requests_in_every_state(demo: Organisation) -> None:
    assert await Person.filter(organisation_id=demo.id).count() == 300
    assert await Person.filter(line_manager_id=None).count() == 1
    assert await Person.filter(role_profile_id=None).count() == 0
    assert await Mentor.all().count() == 60
    assert await statuses() == {
        RequestStatus.PENDING: 30,
        RequestStatus.ACCEPTED: 28,
        RequestStatus.DECLINED: 12,
        RequestStatus.WITHDRAWN: 10,
    }
    assert await Mentorship.filter(ended_at=None).count() == 28
    assert await MenteePreference.all().count() > 300


async def test_a_dozen_mentors_can_be_found_whom_nobody_has_asked(demo: Organisation) -> None:
    asked = {request.mentor_id for request in await MentorRequest.all()}
    never_asked = [mentor.id for mentor in await Mentor.all() if mentor.id not in asked]

    assert len(await findable_among(await mentoring_rule(demo.id), never_asked)) >= 12


async def test_the_first_person_is_new_and_finds_a_mentor_whose_box_is_empty(demo: Organisation) -> None:
    first, *_ = await Person.all().order_by("id")

    pair = await fresh_pair()

    assert pair is not None
    assert pair.mentee.id == first.id
    assert not await MentorRequest.filter(mentor_id=pair.mentor.id).exists()
    assert not await MentorRequest.filter(mentee_id=pair.mentee.id).exists()


async def test_everything_came_about_as_it_does_for_everybody(demo: Organisation) -> None:
    verbs = Counter(entry.verb for entry in await AuditEntry.all())
    assert verbs["connect"] == 80
    assert (verbs["accepted"], verbs["declined"], verbs["withdraw"]) == (28, 12, 10)
    heard = Counter(event.kind for event in await Event.all())
    assert heard.pop(EventKind.REQUEST_DELAYED) <= 80
    assert heard == {
        EventKind.REQUEST_RECEIVED: 80,
        EventKind.REQUEST_DECIDED: 28 + 12,
        EventKind.REQUEST_WITHDRAWN: 10,
    }


async def test_nobody_gets_mail_of_what_the_demo_tells_of_the_past(demo: Organisation) -> None:
    jobs = await get_connection("default").execute_query_dict("SELECT task_name FROM procrastinate_jobs")
    assert "send_mail" not in {job["task_name"] for job in jobs}


async def test_loading_again_changes_nothing(demo: Organisation) -> None:
    before = {table: await table.all().count() for table in _TABLES}
    waker = Recorder()

    again = await load_demo(waker)

    assert again.id == demo.id
    assert {table: await table.all().count() for table in _TABLES} == before
    assert waker.woken == []


async def test_what_people_did_since_outlives_the_next_load(database: str) -> None:
    await load_demo(Recorder())
    await Mentor.all().update(paused=True)

    await load_demo(Recorder())

    assert not await Mentor.filter(paused=False).exists()


@pytest.mark.parametrize("step", ["connect", "accept"])
async def test_a_load_that_was_cut_off_is_not_taken_for_a_whole_one_and_is_finished_by_the_next(
    database: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real, calls = getattr(load, step), 0

    async def cut_off(waker: Waker, **arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 7:
            raise ConnectionError
        return await real(waker, **arguments)

    with monkeypatch.context() as patched:
        patched.setattr(load, step, cut_off)
        with pytest.raises(ConnectionError):
            await load_demo(Recorder())
    assert not await demo_is_loaded()

    await load_demo(Recorder())

    assert await demo_is_loaded()
    assert (await statuses())[RequestStatus.PENDING] == 30
    assert await MentorRequest.all().count() == 80
    mentorships = Counter(mentorship.mentor_id for mentorship in await Mentorship.all())
    assert {mentor.id: mentor.active_mentees for mentor in await Mentor.filter(active_mentees__gt=0)} == mentorships
    assert mentorships.total() == 28


async def test_an_organisation_of_that_name_alone_is_no_loaded_demo(database: str) -> None:
    assert not await demo_is_loaded()

    await ensure_organisation(Recorder(), name=load.NAME)

    assert not await demo_is_loaded()
