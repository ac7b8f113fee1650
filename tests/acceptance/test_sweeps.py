"""Sweeps by several processes, of which one dies."""

import asyncio
import sys
from collections import Counter
from datetime import UTC, datetime

from tortoise.connection import get_connection

from api.domain.events import EventKind
from api.domain.lifecycle import RequestStatus
from api.models import AuditEntry, Event, MentorRequest
from tests.acceptance import sweeper
from tests.houses import House

DUE = 1_000
_MENTEES = """
INSERT INTO person (organisation_id, subject, email, name)
SELECT $1, 'mentee-' || n, 'mentee-' || n || '@example.com', 'Mentee ' || n FROM generate_series(1, $2) AS n
RETURNING id
"""


async def test_of_1000_due_requests_each_expires_once_though_one_of_two_sweepers_is_killed(database: str) -> None:
    house = await House.build()
    mentor = await house.mentor()
    mentees = await get_connection("default").execute_query_dict(_MENTEES, [house.organisation.id, DUE])
    now = datetime.now(UTC)
    await MentorRequest.bulk_create(
        MentorRequest(organisation_id=house.organisation.id, mentee_id=row["id"], mentor_id=mentor.id, expires_at=now)
        for row in mentees
    )
    first, second = [
        await asyncio.create_subprocess_exec(
            sys.executable, str(sweeper.__file__), database, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    assert first.stdout
    assert second.stdout
    await asyncio.wait_for(first.stdout.readline(), 30)
    assert await MentorRequest.filter(status=RequestStatus.PENDING).exists(), "killed too late to prove anything"
    first.kill()
    done, _ = await asyncio.wait_for(second.communicate(), 60)
    assert sum(map(int, done.split())) < DUE, "the first one did some of it"
    assert await MentorRequest.filter(status=RequestStatus.EXPIRED).count() == DUE
    told = Counter(event.person_id for event in await Event.filter(kind=EventKind.REQUEST_EXPIRED))
    assert told == {mentor.id: DUE, **{row["id"]: 1 for row in mentees}}
    log = await Event.filter(person_id=mentor.id).order_by("seq")
    assert [event.seq for event in log] == list(range(1, DUE + 1))
    assert await AuditEntry.filter(verb="expire").count() == DUE
