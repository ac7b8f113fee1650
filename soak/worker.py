"""One process of the service, on a port of its own."""

import asyncio
import contextlib
import itertools
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import psutil

from tests.ports import free_port

_SECONDS_TO_STOP = 30.0
# How they begin in a log: our own, uvicorn's, and those of asyncio.
_NEVER_RETRIEVED = "exception was never retrieved"
_FAULTS = ("internal_error", "Exception in ASGI application", _NEVER_RETRIEVED, "Exception in callback")
# A worker of procrastinate stops with the first of its tasks that loses the database, and forgets the others.
_OUTAGES = (
    "procrastinate.exceptions.AppNotOpen",
    "procrastinate.exceptions.ConnectorException",
    "psycopg.OperationalError",
    "psycopg.errors.AdminShutdown",
)
_AN_ENTRY = re.compile(r"\d{4}-\d\d-\d\dT")
_LONGEST_TRACEBACK = 200


class Worker:
    """``command`` is the service's command line: its own, or one that was made forgetful."""

    def __init__(self, number: int, *, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.number = number
        self.port = free_port()
        self.log = folder / f"server-{number}.log"
        self._command = command
        self._environment = {**os.environ, **environment, "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603
                [*self._command, "serve"],
                env=self._environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process

    async def ready(self, seconds: float = 180) -> None:
        """Wait until it serves. A start that failed, the database being away, is made again."""
        async with httpx.AsyncClient(timeout=2) as client, asyncio.timeout(seconds):
            while True:
                if self.running.poll() is not None:
                    self.start()
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"http://127.0.0.1:{self.port}/health/ready")).is_success:
                        return
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        self.running.kill()
        await asyncio.to_thread(self.running.wait)

    async def stop(self) -> float:
        """SIGTERM. Returns how many seconds it took to leave."""
        began = time.monotonic()
        self.running.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self.running.wait, _SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            await self.kill()
        return time.monotonic() - began

    async def paused(self, seconds: float) -> None:
        self.running.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self.running.send_signal(signal.SIGCONT)

    def faults(self) -> list[str]:
        """What its log tells of that is a fault of ours, and no outage."""
        return [f"{self.log.name}: {fault}" for fault in faults_in(self.log.read_text(errors="replace"))]

    def memory(self) -> int:
        """Resident, in bytes."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return int(psutil.Process(self.running.pid).memory_info().rss)
        return 0


def faults_in(log: str) -> list[str]:
    """The entries that tell of a fault, each with what its traceback ends with."""
    lines = log.splitlines()
    found = []
    for number, line in enumerate(lines):
        if any(fault in line for fault in _FAULTS):
            ended_with = _ended_with(lines[number + 1 : number + 1 + _LONGEST_TRACEBACK])
            if not (_NEVER_RETRIEVED in line and ended_with.startswith(_OUTAGES)):
                found.append(f"{line[:300]} {ended_with[:300]}".rstrip())
    return found


def _ended_with(below: Sequence[str]) -> str:
    """The last line before the next entry that does not lead on from the one above."""
    own = itertools.takewhile(lambda line: not _AN_ENTRY.match(line), below)
    return next((line for line in reversed(list(own)) if line[:1].strip()), "")
