"""What the worker does beside its mails."""

import asyncio
import gc
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from procrastinate.jobs import Job
from structlog.testing import capture_logs
from tortoise.connection import get_connection

import api.worker
from api.actions.connect import connect
from api.domain.devices import DeviceKind
from api.domain.lifecycle import RequestStatus
from api.metrics import Metrics
from api.models import Device, MentorRequest
from api.notifications.mail.delivery import Delivery
from api.notifications.mail.letters import Letter, letter_about
from api.notifications.mail.rendering import Renderer
from api.notifications.outbox import QUEUE, SEND_MAIL
from api.notifications.push.pusher import Outcome, Push, Pusher
from api.worker import NotNow, PushRetry, Worker
from tests.houses import House, viewer_of
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


class Slow:
    """A mail server that takes a mail once it may; ``asked`` is set when it is asked to."""

    def __init__(self) -> None:
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def deliver(self, message: EmailMessage) -> None:
        self.asked.set()
        await self.may.wait()


def worker_of(database: str, delivery: Delivery, pusher: Pusher | None = None) -> Worker:
    renderer = Renderer(sender="mentoring@example.com", web_url="https://example.com")
    return Worker(
        database,
        waker=Recorder(),
        renderer=renderer,
        delivery=delivery,
        pushers={DeviceKind.FCM: pusher} if pusher else {},
        metrics=Metrics(),
        lease_seconds=3,
        retention=timedelta(days=90),
    )


async def test_a_job_that_another_worker_took_over_and_did_is_no_fault(
    database: str, unheard: list[BaseException | str]
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    slow = Slow()
    with capture_logs() as logs:
        async with worker_of(database, slow).running(), asyncio.timeout(20):
            await slow.asked.wait()
            await get_connection("default").execute_query(
                "DELETE FROM procrastinate_jobs WHERE task_name = 'send_mail'"
            )
            slow.may.set()
            while not any(each["event"] == "job_done_by_another" for each in logs):
                await asyncio.sleep(0.05)
    gc.collect()
    assert unheard == []


async def test_requests_expire_while_all_mails_hang(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    request = await MentorRequest.create(
        organisation_id=house.organisation.id, mentee_id=mentee.id, mentor_id=mentor.id, expires_at=datetime.now(UTC)
    )
    connection = get_connection("default")
    await connection.execute_query(_EVENTS, [house.organisation.id, mentor.id, request.id, MAILS])
    await connection.execute_query(_MAILS)
    async with worker_of(database, Hanging()).running(), asyncio.timeout(20):
        while (await MentorRequest.get(id=request.id)).status is RequestStatus.PENDING:
            await asyncio.sleep(0.1)
    assert await count("todo") <= 3


class Silent:
    """A push service that answers nothing; ``asked`` counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def push(self, device: Device, push: Push) -> Outcome:
        self.asked += 1
        await asyncio.sleep(60)
        raise TimeoutError

    async def close(self) -> None:
        pass


class Prompt:
    """A mail server that takes every mail at once."""

    def __init__(self) -> None:
        self.taken = asyncio.Event()

    async def deliver(self, message: EmailMessage) -> None:
        self.taken.set()


async def test_a_mail_leaves_while_all_pushes_hang(database: str) -> None:
    house = await House.build()
    away, mentor, mentee = await house.mentor(), await house.mentor(), await house.person()
    for number in range(20):
        await Device.create(
            organisation_id=house.organisation.id, person_id=away.id, kind="FCM", address=f"token-{number}"
        )
    prompt, silent = Prompt(), Silent()
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=away.id)
    await get_connection("default").execute_query("DELETE FROM procrastinate_jobs WHERE task_name = $1", [SEND_MAIL])
    async with worker_of(database, prompt, silent).running(), asyncio.timeout(20):
        while silent.asked < 8:
            await asyncio.sleep(0.05)
        await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
        await prompt.taken.wait()


class Taking:
    """A mail server that takes all."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    async def deliver(self, message: EmailMessage) -> None:
        self.taken.append(message)


async def test_outages_of_the_database_make_no_mail_wait_longer_each_time(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five of them, a mail would otherwise wait for half a minute or more, and all those behind it."""
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
    await get_connection("default").execute_query(
        "UPDATE procrastinate_jobs SET attempts = 5 WHERE task_name = 'send_mail'"
    )
    outages = iter([ConnectionRefusedError()])

    async def away_at_first(event_id: int) -> Letter | None:
        for outage in outages:
            raise outage
        return await letter_about(event_id)

    monkeypatch.setattr(api.worker, "letter_about", away_at_first)
    taking = Taking()
    async with worker_of(database, taking).running(), asyncio.timeout(15):
        while not taking.taken:
            await asyncio.sleep(0.1)


def test_a_push_service_that_asks_to_be_asked_at_once_is_asked_no_oftener_than_any_other() -> None:
    job = Job(id=1, queue="pushes", lock=None, queueing_lock=None, task_name="send_push", attempts=20)
    for asked_for in (0.0, 1.0, None):
        decision = PushRetry().get_retry_decision(exception=NotNow("429", asked_for), job=job)
        assert decision
        assert decision.retry_at
        assert decision.retry_at - datetime.now(UTC) > timedelta(seconds=PushRetry.LONGEST_SECONDS / 2 - 5)
