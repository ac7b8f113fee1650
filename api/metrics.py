"""What operators watch, for Prometheus.

Several processes that share a port share a folder too, in which each keeps its numbers, so that whichever of them is
asked answers for all: `serve --workers` sets that up, after prometheus-client's multiprocess mode.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import psutil
import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from tortoise.connection import get_connection

from api.notifications.outbox import PUSHES, QUEUE
from api.notifications.wakeups import Wakeups

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
# Clients choose the names of operations: beyond so many, what else they think of counts as one.
_MOST_NAMES: Final = 200
_OTHER_NAME: Final = "(other)"
_SECONDS_BETWEEN_SAMPLES: Final = 1.0
_SECONDS_TO_READ: Final = 2.0
_DELIVERY_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_OPERATION_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_OUTBOX: Final = """
SELECT status::text AS status, count(*) AS jobs,
       coalesce(extract(epoch FROM now() - min(first.at)), 0) AS oldest
FROM procrastinate_jobs AS job
LEFT JOIN LATERAL (
    SELECT at FROM procrastinate_events WHERE job_id = job.id ORDER BY id LIMIT 1
) AS first ON job.status = 'todo'
WHERE queue_name = ANY($1) AND status IN ('todo', 'doing', 'failed')
GROUP BY status
"""


class Run:
    """How an operation goes: the codes of the errors in its answers, and whether it was executed at all."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self._refused = False
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.perf_counter() - self._began

    def answered(self, payload: Mapping[str, Any], *, refused: bool) -> None:
        self._refused = refused
        self.codes += (error["extensions"]["code"] for error in payload.get("errors", ()))

    @property
    def outcome(self) -> str:
        if self._refused:
            return "refused"
        return "with errors" if self.codes else "answered"


class Metrics:
    """The instruments of one process. Make one an application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._names: set[str] = set()
        self._waiting: dict[int, datetime] = {}
        self._reconnects = 0
        self.requests = self._counter("mentoring_requests", "HTTP requests to /graphql.", "medium", "status")
        self.operations = self._counter(
            "mentoring_operations", "Operations that were run, subscriptions too.", "kind", "name", "outcome"
        )
        # To find a counter by its labels takes longer than to count; there are as many as `_known` lets there be.
        self.requests_of = cache(self.requests.labels)
        self._operations_of = cache(self.operations.labels)
        self.errors = self._counter("mentoring_errors", "Errors that clients were told, by code.", "code")
        self.closed = self._counter("mentoring_sockets_closed", "Sockets that the service closed, by code.", "code")
        self.pushes = self._counter("mentoring_pushes", "Pushes to devices, by what became of them.", "kind", "outcome")
        self.connections = self._gauge("mentoring_open_connections", "Sockets and streams that are open.", "transport")
        self.seconds = Histogram(
            "mentoring_operation_seconds",
            "How long queries and mutations took.",
            ["kind"],
            buckets=_OPERATION_BUCKETS,
            registry=self._registry,
        )
        self._seconds_of = cache(self.seconds.labels)
        self.delivery = Histogram(
            "mentoring_delivery_seconds",
            "From the writing of an entry until it was sent to a live subscription; what is replayed is left out.",
            buckets=_DELIVERY_BUCKETS,
            registry=self._registry,
        )
        self._subscriptions = self._gauge("mentoring_subscriptions", "Subscriptions that are open.")
        self._lag = self._gauge(
            "mentoring_log_lag_seconds", "Age of the oldest entry that was read and is not sent yet.", mode="livemax"
        )
        self._broker = self._gauge("mentoring_broker_connected", "1 while the broker is heard.", mode="livemin")
        self._broker_lost = self._counter("mentoring_broker_reconnects", "How often the broker was lost.")
        self._pool = self._gauge("mentoring_database_connections", "Connections to the database.", "state")
        if SHARED_FOLDER not in os.environ:
            ProcessCollector(registry=self._registry)
            PlatformCollector(registry=self._registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str, mode: Any = "livesum") -> Gauge:
        return Gauge(name, text, labels, registry=self._registry, multiprocess_mode=mode)

    @contextlib.contextmanager
    def running(self, kind: str, name: str) -> Iterator["Run"]:
        """While an operation runs."""
        run = Run()
        try:
            yield run
        finally:
            if kind != "subscription":
                self._seconds_of(kind).observe(run.seconds)
            for code in run.codes:
                self.errors.labels(code).inc()
            self._operations_of(kind, self._known(name), run.outcome).inc()

    def _known(self, name: str) -> str:
        if name not in self._names and len(self._names) >= _MOST_NAMES:
            return _OTHER_NAME
        self._names.add(name)
        return name

    @contextlib.contextmanager
    def delivering(self, written_at: datetime | None, *, live: bool) -> Iterator[None]:
        """While what was written at that time is on its way to a client. Nothing, where nothing was written."""
        if written_at is None:
            yield
            return
        token = id(written_at)
        self._waiting[token] = written_at
        try:
            yield
            if live:
                self.delivery.observe(max(0.0, (datetime.now(UTC) - written_at).total_seconds()))
        finally:
            del self._waiting[token]

    @contextlib.asynccontextmanager
    async def sampled(self, wakeups: Wakeups, sharing: Callable[[], int]) -> AsyncIterator[None]:
        """Look once a second at what changes by itself. ``sharing`` is how many subscriptions are open beyond those
        that wait for wake-ups.
        """
        task = asyncio.create_task(self._keep_sampling(lambda: self._sample(wakeups, sharing())), name="metrics")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep_sampling(self, sample: Callable[[], None]) -> None:
        while True:
            sample()
            await asyncio.sleep(_SECONDS_BETWEEN_SAMPLES)

    def _sample(self, wakeups: Wakeups, sharing: int) -> None:
        self._subscriptions.set(wakeups.listeners + sharing)
        self._broker.set(wakeups.is_connected)
        self._broker_lost.inc(wakeups.reconnects - self._reconnects)
        self._reconnects = wakeups.reconnects
        oldest = min(self._waiting.values(), default=None)
        self._lag.set((datetime.now(UTC) - oldest).total_seconds() if oldest else 0)
        pool: Any = getattr(get_connection("default"), "_pool", None)
        if pool is not None:
            self._pool.labels("idle").set(pool.get_idle_size())
            self._pool.labels("used").set(pool.get_size() - pool.get_idle_size())
            self._pool.labels("most").set(pool.get_max_size())

    async def exposition(self) -> bytes:
        """Everything, in Prometheus' text format; what lies in the database is read now, where that answers."""
        registry = CollectorRegistry()
        if folder := os.environ.get(SHARED_FOLDER):
            _forget_dead_processes(Path(folder))
            MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        else:
            registry = self._registry
        outbox = _Families(await _outbox())
        return generate_latest(registry) + generate_latest(outbox)


class _Families(CollectorRegistry):
    def __init__(self, families: list[Metric]) -> None:
        super().__init__()
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


async def _outbox() -> list[Metric]:
    up = GaugeMetricFamily("mentoring_database_up", "1 where the database answers.")
    jobs = GaugeMetricFamily(
        "mentoring_outbox_jobs", "Mails, pushes and other jobs, by what is becoming of them.", labels=["status"]
    )
    oldest = GaugeMetricFamily("mentoring_outbox_oldest_seconds", "How long the oldest job that is due has been there.")
    started = time.monotonic()
    try:
        async with asyncio.timeout(_SECONDS_TO_READ):
            rows = await get_connection("default").execute_query_dict(_OUTBOX, [[QUEUE, PUSHES]])
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering, the other numbers are wanted
        log.warning("outbox_not_measured", error=repr(error))
        up.add_metric([], 0)
        return [up]
    found = {row["status"]: row for row in rows}
    for status in ("todo", "doing", "failed"):
        jobs.add_metric([status], found[status]["jobs"] if status in found else 0)
    oldest.add_metric([], float(found["todo"]["oldest"]) if "todo" in found else 0)
    up.add_metric([], 1)
    seconds = GaugeMetricFamily("mentoring_database_seconds", "How long the database took to answer just now.")
    seconds.add_metric([], time.monotonic() - started)
    return [up, seconds, jobs, oldest]


def _forget_dead_processes(folder: Path) -> None:
    """What is open in a process that is gone is not open any more."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rsplit("_", 1)[1])
        if not psutil.pid_exists(pid):
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
