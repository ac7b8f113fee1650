"""Breaks things: what, whom and for how long is drawn from a seed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from soak.daemon import Daemon
from soak.history import History
from soak.stage import Stage
from soak.worker import Worker

_SECONDS_BETWEEN = 0.4
_SECONDS_TO_BREATHE = 1.0
_TIMES_SWALLOWED = 3
_LONGEST_PAUSE = 3.0
_KINDS = {
    "server killed": 2,
    "server paused": 3,
    "server stopped": 2,
    "database killed": 1,
    "database crashed": 1,
    "database paused": 1,
    "database connections cut": 2,
    "broker killed": 1,
    "broker paused": 1,
    "broker connections cut": 1,
    "connections cut": 3,
    "connections swallowed": 2,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """``whom`` chooses among those that there are, from 0 to 1; times are in seconds."""

    kind: str
    whom: float
    seconds: float
    pause_after: float


def planned_faults(seed: int, count: int) -> list[Fault]:
    """The same for the same seed."""
    rng = random.Random(seed)  # noqa: S311
    kinds = rng.choices(list(_KINDS), list(_KINDS.values()), k=count)
    return [
        Fault(kind, rng.random(), rng.uniform(0.2, _LONGEST_PAUSE), rng.expovariate(1 / _SECONDS_BETWEEN))
        for kind in kinds
    ]


class Nemesis:
    """One fault after another. What is broken already is left alone until it is mended: its next fault waits for that,
    and all later ones with it, so that they overlap and never pile up.
    """

    def __init__(self, stage: Stage, history: History, seed: int) -> None:
        self._stage = stage
        self._history = history
        self._rng = random.Random(seed)  # noqa: S311
        self._broken = {subject: asyncio.Lock() for subject in ("database", "broker", *stage.workers)}

    async def break_things(self, planned: list[Fault]) -> None:
        """Returns once the last one is mended."""
        async with asyncio.TaskGroup() as group:
            for fault in planned:
                lock = self._broken.get(self._subject(fault), asyncio.Lock())
                await lock.acquire()
                group.create_task(self._inflict(fault, lock))
                await asyncio.sleep(fault.pause_after)

    def _subject(self, fault: Fault) -> Worker | str:
        if not fault.kind.startswith("server"):
            return fault.kind.partition(" ")[0]
        # The first server is only ever paused: its memory is looked at over the whole run.
        first = 0 if fault.kind == "server paused" else 1
        return self._stage.workers[first + int(fault.whom * (len(self._stage.workers) - first))]

    async def _inflict(self, fault: Fault, lock: asyncio.Lock) -> None:
        try:
            subject = self._subject(fault)
            if isinstance(subject, Worker):
                await self._at_a_server(fault, subject)
            elif subject == "connections":
                await self._at_connections(fault)
            else:
                await self._at_an_engine(fault)
            self._history.faults[fault.kind] += 1
        finally:
            lock.release()

    async def _at_connections(self, fault: Fault) -> None:
        links = self._stage.proxy.some(self._rng, 0.05 + 0.4 * fault.whom)
        if fault.kind == "connections swallowed":
            for link in links:
                link.swallow()
            # At times so long that both sides have given up, as behind a router that forgot them.
            await asyncio.sleep(fault.seconds * _TIMES_SWALLOWED)
        for link in links:
            link.cut()

    async def _at_a_server(self, fault: Fault, worker: Worker) -> None:
        if fault.kind == "server paused":
            await worker.paused(fault.seconds)
            return
        if fault.kind == "server killed":
            await worker.kill()
        else:
            self._history.stops.append(await worker.stop())
        worker.start()
        await worker.ready()

    async def _at_an_engine(self, fault: Fault) -> None:
        stage = self._stage
        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "database killed": lambda: _away(stage.database, fault.seconds),
            "database crashed": lambda: stage.database.kill_one("checkpointer"),
            "database paused": lambda: stage.database.paused(fault.seconds),
            "database connections cut": stage.cut_database_connections,
            "broker killed": lambda: _away(stage.broker, fault.seconds),
            "broker paused": lambda: stage.broker.paused(fault.seconds),
            "broker connections cut": stage.cut_broker_connections,
        }
        await ways[fault.kind]()
        if fault.kind.startswith("broker"):
            await stage.broker_ready()
        else:
            await stage.database_ready()
            # Else nobody would get anything done between one outage and the next.
            await asyncio.sleep(_SECONDS_TO_BREATHE)


async def _away(daemon: Daemon, seconds: float) -> None:
    await daemon.kill()
    await asyncio.sleep(seconds / 3)
    daemon.start()
