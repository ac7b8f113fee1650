"""What happens without anybody asking: mails, pushes, expiry, reminders, and telling whoever waits for a mentor.

The queue is procrastinate's, in the same database. Any number of workers may run: a job is one worker's while it gives
signs of life, and another's after.
"""

import asyncio
import contextlib
import math
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, LiteralString

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from api.actions.availability import reconcile_availability
from api.actions.devices import forget_device, note_push
from api.actions.event_streams import forget_streams
from api.actions.sweep import expire_requests, remind_mentors
from api.actions.trim import forget_idempotency_keys, forget_search_changes, trim_logs
from api.actions.work import Waker
from api.auth.keys import push_key
from api.database import ROLE
from api.domain.devices import DeviceKind
from api.domain.errors import Fault, FaultCode
from api.metrics import Metrics
from api.models import Device
from api.models.row_security import organisation_ids
from api.notifications.mail.delivery import Delivery, Undeliverable, delivery_to
from api.notifications.mail.letters import letter_about
from api.notifications.mail.rendering import Renderer
from api.notifications.outages import is_outage
from api.notifications.outbox import PUSHES, QUEUE, RECONCILE, SEND_MAIL, SEND_PUSH
from api.notifications.push.offer import pushers_of
from api.notifications.push.pusher import Became, Outcome, Push, Pusher
from api.resolvers.pushes import push_about
from api.settings import Settings

log = structlog.get_logger(__name__)

_JOBS_AT_ONCE: Final = 8
# For the queues themselves, beside two that listen; what jobs read and write goes over the process's own pool.
_CONNECTIONS: Final = 4
_SECONDS_TO_FINISH: Final = 2.0
# A mail can wait, an alert cannot: where everything in this process is late by so much, each mail lets others go first,
# for no longer than it may take before it leaves all the same.
_SECONDS_LATE: Final = 0.02
_SECONDS_BETWEEN_LOOKS: Final = 0.05
_SECONDS_POLITE: Final = 5.0
# Each way to a device has limits of its own; this holds where one of them does not.
_SECONDS_TO_PUSH: Final = 30.0
# With the database away, it would wait for it in order to say goodbye.
_SECONDS_TO_LEAVE: Final = 2.5
_EVERY_TEN_SECONDS: Final = "* * * * * */10"
_EVERY_MINUTE: Final = "* * * * *"
_EVERY_HOUR: Final = "17 * * * *"
_FIRST_RETRY_SECONDS: Final = 1.0
_LAST_RETRY_SECONDS: Final = 30.0


class DatabaseAway(Exception):  # noqa: N818 - an outage, and nobody's answer
    """What is to be sent could not be read."""


class MailRetry(BaseRetryStrategy):
    """Tries again after 2, 4, 8 ... seconds, at most 5 minutes, for about three days; then, and where a message was
    refused for good, the job stays in the queue as failed. Where it was our own database that was away, it is tried
    again as soon as that is back, however often that was so.
    """

    LONGEST_SECONDS: Final = 300.0
    MOST_ATTEMPTS: Final = 3 * 24 * 12

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, Undeliverable) or job.attempts >= self.MOST_ATTEMPTS:
            return None
        if isinstance(exception, DatabaseAway):
            return RetryDecision(retry_in={"seconds": random.randint(1, 3)})  # noqa: S311
        seconds = min(2.0 ** min(job.attempts + 1, 16), self.LONGEST_SECONDS)
        # Jitter, so that what failed together does not come back together.
        return RetryDecision(retry_in={"seconds": int(max(1, seconds * random.uniform(0.5, 1)))})  # noqa: S311


class NotNow(Exception):  # noqa: N818 - an answer, and not the last one
    """A push was not taken, and can be tried again: no sooner than the service said, where it did."""

    def __init__(self, reason: str, wait_seconds: float | None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class PushRetry(MailRetry):
    """As for mails, but no sooner than the service asked for. A push ends by its own age.

    Whoever registers a device chooses who asks: to be asked again at once is granted to nobody.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        own = super().get_retry_decision(exception=exception, job=job)
        if not isinstance(exception, NotNow) or exception.wait_seconds is None:
            return own
        asked = RetryDecision(retry_in={"seconds": math.ceil(exception.wait_seconds * random.uniform(1, 1.1)) + 1})  # noqa: S311
        return max(asked, own, key=_due) if own else asked


def _due(decision: RetryDecision) -> float:
    return decision.retry_at.timestamp() if decision.retry_at else 0.0


class SteadyConnector(PsycopgConnector):
    """Says again what a broken connection may have swallowed. That a job is done is noted once, by whoever did it: with
    the note lost, it would be under way for as long as that worker lives, and hold up all that waits behind it. Where
    the job was taken from a worker that gave no sign of life, and done by another, there is nothing to note.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.errors.RaiseException) and "job_id" in arguments:
                log.warning("job_done_by_another", job=arguments["job_id"], error=str(error.__cause__))
                return
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            await super().execute_query_async(query, **arguments)


class Worker:
    """Works at the queue of the database behind ``url``. Needs Tortoise to be connected to the same."""

    def __init__(
        self,
        url: str,
        *,
        waker: Waker,
        renderer: Renderer,
        delivery: Delivery,
        pushers: Mapping[DeviceKind, Pusher],
        metrics: Metrics,
        lease_seconds: float,
        retention: timedelta,
    ) -> None:
        self._waker = waker
        self._renderer = renderer
        self._delivery = delivery
        self._pushers = pushers
        self._metrics = metrics
        self._lease_seconds = lease_seconds
        self._retention = retention
        connector = SteadyConnector(
            conninfo=url, kwargs={"options": f"-c role={ROLE}"}, min_size=1, max_size=_CONNECTIONS, timeout=10
        )
        self._app = App(connector=connector)
        self._add_tasks()

    def _add_tasks(self) -> None:
        task, periodic = self._app.task, self._app.periodic
        task(name=SEND_MAIL, queue=QUEUE, retry=MailRetry(), pass_context=True)(self._send_mail)
        task(name=SEND_PUSH, queue=PUSHES, retry=PushRetry())(self._send_push)
        task(name=RECONCILE, queue=QUEUE, retry=2)(self._reconcile)
        for name, cron, work in (
            ("sweep", _EVERY_TEN_SECONDS, self._sweep),
            ("rescue", _EVERY_TEN_SECONDS, self._rescue),
            ("reconcile_all", _EVERY_MINUTE, self._reconcile_all),
            ("trim", _EVERY_HOUR, self._trim),
        ):
            # Before mails, of which many may hang at once; and where one waits already, it will do.
            periodic(cron=cron)(task(name=name, queue=QUEUE, priority=1, queueing_lock=name)(work))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work for as long as the block lasts; at its end, jobs under way have two seconds to finish, and go back
        into the queue otherwise.
        """
        task = asyncio.create_task(self.run(), name="worker")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=_SECONDS_TO_LEAVE)

    async def run(self) -> None:
        """Work until cancelled; comes back by itself when the database was away."""
        try:
            await self._keep_working()
        finally:
            for pusher in self._pushers.values():
                await pusher.close()

    async def _keep_working(self) -> None:
        delay = _FIRST_RETRY_SECONDS
        while True:
            started = asyncio.get_running_loop().time()
            try:
                async with self._app.open_async(), asyncio.TaskGroup() as queues:
                    for queue in (QUEUE, PUSHES):
                        queues.create_task(self._work_at(queue))
            except* (ConnectorException, OSError, TimeoutError) as caught:
                error = caught.exceptions[0]
            if asyncio.get_running_loop().time() - started > _LAST_RETRY_SECONDS:
                delay = _FIRST_RETRY_SECONDS
            log.warning("worker_stopped", error=repr(error), retry_in_seconds=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LAST_RETRY_SECONDS)

    async def _work_at(self, queue: str) -> None:
        await self._app.run_worker_async(
            queues=[queue],
            concurrency=_JOBS_AT_ONCE,
            delete_jobs="successful",
            install_signal_handlers=False,
            shutdown_graceful_timeout=_SECONDS_TO_FINISH,
            update_heartbeat_interval=self._lease_seconds / 3,
            stalled_worker_timeout=self._lease_seconds,
        )
        # It never means to. Whoever works at the other queue stops with it, so that both begin anew.
        raise ConnectorException(f"whoever worked at {queue} has stopped")

    async def _send_mail(self, context: JobContext, event_id: int) -> None:
        await _when_others_have_been_served()
        with _outages_told():
            letter = await letter_about(event_id)
        if letter is None:
            return
        try:
            await self._delivery.deliver(self._renderer.message(letter))
        except Exception as error:
            log.warning("mail_not_sent", event_id=event_id, attempt=context.job.attempts + 1, error=repr(error))
            raise
        log.info("mail_sent", event_id=event_id, letter=letter.name.value)

    async def _send_push(self, event_id: int, device_id: int) -> None:
        await _when_others_have_been_served()
        with _outages_told():
            found = await push_about(event_id, device_id)
        if found is None:
            return
        device, push = found
        outcome = await self._pushed(device, push)
        self._metrics.pushes.labels(device.kind.value, outcome.became.value).inc()
        # Never where it went: whoever knows an address can reach the device.
        log.info(
            "push",
            event_id=event_id,
            device_id=device_id,
            kind=device.kind.value,
            outcome=outcome.became.value,
            reason=outcome.reason,
        )
        if outcome.became is Became.TAKEN:
            # It has left: it must not leave again because that could not be noted.
            with contextlib.suppress(Exception):
                await note_push(self._waker, device=device)
        elif outcome.became is Became.GONE:
            await forget_device(self._waker, device=device, gone_at=outcome.gone_at)
        elif outcome.became is Became.LATER:
            raise NotNow(outcome.reason, outcome.wait_seconds)

    async def _pushed(self, device: Device, push: Push) -> Outcome:
        pusher = self._pushers.get(device.kind)
        if pusher is None:
            return Outcome(became=Became.REFUSED, reason="switched off")
        if not push.seconds_left:
            return Outcome(became=Became.REFUSED, reason="too old")
        try:
            async with asyncio.timeout(_SECONDS_TO_PUSH):
                return await pusher.push(device, push)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, its text may hold the address
            return Outcome(became=Became.LATER, reason=type(error).__name__)

    async def _sweep(self, timestamp: int) -> None:  # noqa: ARG002 - the queue gives it by name
        await forget_streams()
        with _put_off_where_busy("sweep"):
            for step in (expire_requests, remind_mentors):
                while await step(self._waker):
                    pass

    async def _trim(self, timestamp: int) -> None:  # noqa: ARG002 - the queue gives it by name
        with _put_off_where_busy("trim"):
            while await trim_logs(self._waker, kept_for=self._retention):
                pass
            while await forget_idempotency_keys(self._waker):
                pass
            while await forget_search_changes(self._waker):
                pass

    async def _reconcile(self, organisation_id: int) -> None:
        while await reconcile_availability(self._waker, organisation_id=organisation_id):
            pass

    async def _reconcile_all(self, timestamp: int) -> None:  # noqa: ARG002 - the queue gives it by name
        with _put_off_where_busy("reconcile_all"):
            for organisation_id in await organisation_ids():
                await self._reconcile(organisation_id)

    async def _rescue(self, timestamp: int) -> None:  # noqa: ARG002 - the queue gives it by name
        """Put back what workers left behind that have given no sign of life for as long as a lease lasts."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._lease_seconds):
            log.warning("job_rescued", job=job.id, task=job.task_name)
            with contextlib.suppress(ConnectorException):  # another worker was faster
                await manager.retry_job(job)


@contextlib.contextmanager
def _outages_told() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_outage(error):
            raise DatabaseAway from error
        raise


@contextlib.contextmanager
def _put_off_where_busy(what: str) -> Iterator[None]:
    """People come first: what is done every so often is done the next time."""
    try:
        yield
    except Fault as fault:
        if fault.code is not FaultCode.UNAVAILABLE:
            raise
        log.info("put_off", what=what)


async def _when_others_have_been_served() -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _SECONDS_POLITE
    while loop.time() < until:
        due = loop.time() + _SECONDS_BETWEEN_LOOKS
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        if loop.time() - due < _SECONDS_LATE:
            return


def build_worker(settings: Settings, url: str, waker: Waker, metrics: Metrics) -> Worker:
    """The worker that the settings ask for."""
    if settings.smtp_url is None:
        log.info("mails_go_into_a_folder", folder=str(settings.mail_folder.resolve()))
    return Worker(
        url,
        waker=waker,
        renderer=Renderer(sender=settings.mail_from, web_url=settings.link_base, folder=settings.mail_templates),
        delivery=delivery_to(settings.smtp_url, settings.mail_folder),
        pushers=pushers_of(settings, partial(push_key, settings)),
        metrics=metrics,
        lease_seconds=settings.lease_seconds,
        retention=timedelta(days=settings.retention_days),
    )
