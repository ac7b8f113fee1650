"""What the worker does beside its mails."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from tortoise.connection import get_connection

from api.domain.lifecycle import RequestStatus
from api.models import MentorRequest
from api.notifications.mail.rendering import Renderer
from api.notifications.outbox import QUEUE, SEND_MAIL
from api.worker import Worker
from tests.houses import House
from tests.wakers import Recorder

MAILS = 400
_MAILS = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)
SELECT '{QUEUE}', '{SEND_MAIL}', 'mail ' || id, jsonb_build_object('event_id', event.id) FROM event
"""
_EVENTS = """
INSERT INTO event (organisation_id, person_id, seq, kind, request_id, created_at)
SELECT $1, $2, 1000 + n, 'REQUEST_RECEIVED', $3, now() FROM generate_series(1, $4) AS n
"""


class Hanging:
    """A mail server that answers nothing until the client gives up."""

    async def deliver(self, message: EmailMessage) -> None:
        await asyncio.sleep(1)
        raise TimeoutError


async def count(status: str) -> int:
    (row,) = await get_connection("default").execute_query_dict(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name <> 'send_mail' AND status::text = $1", [status]
    )
    return int(row["count"])


async def test_requests_expire_while_all_mails_hang(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await MentorRequest.create(
        organisation_id=house.organisation.id, mentee_id=mentee.id, mentor_id=mentor.id, expires_at=datetime.now(UTC)
    )
    connection = get_connection("default")
    await connection.execute_query(_EVENTS, [house.organisation.id, mentor.id, request.id, MAILS])
    await connection.execute_query(_MAILS)
    renderer = Renderer(sender="mentoring@example.com", web_url="https://example.com")
    worker = Worker(
        database, waker=Recorder(), renderer=renderer, delivery=Hanging(), lease_seconds=3, retention=timedelta(days=90)
    )
    async with worker.running(), asyncio.timeout(20):
        while (await MentorRequest.get(id=request.id)).status is RequestStatus.PENDING:
            await asyncio.sleep(0.1)
    assert await count("todo") <= 3
