"""`python -m soak`: set the stage, let people use it, break it, mend it, and compare."""

import asyncio
import atexit
import gc
import random
import resource
import shutil
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Self

import uvloop
from cyclopts import App, Parameter

from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.database import connections
from api.models import Person as PersonRow
from api.models.row_security import settle
from api.notifications.cursors import log_cursor
from api.notifications.log import log_of
from api.settings import Settings
from soak import table
from soak.checker import EVENTS_LOST, Finding, Stored, check, is_caught_up
from soak.devices import EventsFollower, Follower, SocketFollower
from soak.history import Device, History
from soak.nemesis import Nemesis, planned_faults
from soak.people import Habits, Person, Service
from soak.rows import read_rows
from soak.stage import FORGETFUL_SERVICE, SERVICE, Stage, stage
from tests.houses import House, viewer_of

app = App(help=__doc__)
_DEVICES_EACH = 2
_SECONDS_TO_SETTLE = 60.0
# For each so many people a second in which everybody connects, before anything is measured.
_PEOPLE_A_SECOND = 40
_SECONDS_TO_BE_HEALTHY = 8.0


@app.default
def soak(
    *,
    faults: Annotated[int, Parameter(help="How many faults.")] = 50,
    seed: Annotated[int, Parameter(help="Which faults.")] = 1,
    mentees: Annotated[int, Parameter(help="How many people ask; one mentor for every five.")] = 60,
    servers: Annotated[int, Parameter(help="How many processes of the service; at least 2.")] = 3,
    strict: Annotated[bool, Parameter(help="Fail on what is measured too: delays and memory.")] = False,
    without_replay: Annotated[bool, Parameter(help="Run a service that forgets; succeeds where that is seen.")] = False,
    logs: Annotated[Path | None, Parameter(help="Keep the logs of the servers in this folder.")] = None,
    markdown: Annotated[Path | None, Parameter(help="Append the table to this file.")] = None,
) -> None:
    """Exits with 1 where anything was lost, doubled, misdelivered or answered wrongly."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    service = FORGETFUL_SERVICE if without_replay else SERVICE
    folder = Path(mkdtemp(prefix="mentoring-soak-"))
    # The embedded database writes there once more as the process ends; what is registered first runs last.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    run = _Run(folder, count=faults, seed=seed, mentees=mentees, servers=servers, service=service)
    try:
        findings = uvloop.run(run.run())
    finally:
        if logs:
            logs.mkdir(parents=True, exist_ok=True)
            for log in folder.glob("*.log"):
                shutil.copy(log, logs)
    title = f"{faults} faults, {mentees} mentees, seed {seed}"
    table.show(title, findings, run.history)
    if markdown:
        with markdown.open("a") as out:
            out.write(table.markdown(title, findings, run.history) + "\n")
    kept = all(finding.kept or (finding.measured and not strict) for finding in findings)
    if without_replay:
        kept = any(finding.promise == EVENTS_LOST and not finding.kept for finding in findings)
        print("The soak has seen the loss." if kept else "The soak is blind: a loss went unnoticed.")  # noqa: T201
    if not kept:
        sys.exit(1)


@dataclass(frozen=True, kw_only=True)
class Town:
    """An organisation of mentees and a mentor for every five of them, and where everybody's log stands."""

    mentees: list[PersonRow]
    mentors: list[PersonRow]
    cursors: dict[int, str]

    @classmethod
    async def build(cls, mentees: int) -> Self:
        house = await House.build(open_request_limit=100)
        settle(house.organisation.id)
        asked = [await house.mentor() for _ in range(max(2, mentees // 5))]
        asking = [await house.person() for _ in range(mentees)]
        logs = [await log_of(viewer_of(row)) for row in (*asking, *asked)]
        return cls(mentees=asking, mentors=asked, cursors={log.id: log_cursor(log.epoch, log.seq) for log in logs})


class _Run:
    """One run, from an empty folder to its findings."""

    def __init__(
        self, folder: Path, *, count: int, seed: int, mentees: int, servers: int, service: Sequence[str]
    ) -> None:
        self._folder = folder
        self._count = count
        self._seed = seed
        self._mentees = mentees
        self._servers = servers
        self._service = service
        self.history = History()

    async def run(self) -> list[Finding]:
        async with stage(self._folder, servers=self._servers, service=self._service) as there:
            for worker in there.workers:
                worker.start()
            database = Settings(database_url=there.url)
            async with connections(database, there.url):
                town = await Town.build(self._mentees)
            await there.ready()
            async with self._followed(there, town) as people:
                await self._break(there, people)
                async with connections(database, there.url):
                    stored = await self._settled()
            self.history.logged.extend(fault for worker in there.workers for fault in worker.faults())
            return check(self.history, stored)

    @asynccontextmanager
    async def _followed(self, there: Stage, town: Town) -> AsyncIterator[list[Person]]:
        """Everybody's devices, open; the mentees come first."""
        service = Service(there.proxy.port, self.history)
        settings = Settings(data=self._folder)
        key = local_key(settings.signing_key_file)
        habits = Habits(seconds_between=max(10.0, self._mentees / 12))
        people, following = [], []
        for row in (*town.mentees, *town.mentors):
            token = issue_token(settings, key, row.subject)
            asks = [mentor.id for mentor in town.mentors] if row in town.mentees else None
            person = Person(service, token, habits=habits, rng=random.Random(row.id), mentors=asks)  # noqa: S311
            people.append(person)
            for number in range(_DEVICES_EACH):
                device = Device(row.id, number)
                # Created here, so that a device that heard nothing at all is looked at too.
                self.history.delivered[device] = []
                # One device in four reads events over HTTP; the first of a person is the one that they react to.
                kind: type[Follower] = EventsFollower if (row.id + number) % 4 == 0 else SocketFollower
                follower = kind(
                    device,
                    token=token,
                    cursor=town.cursors[row.id],
                    port=there.proxy.port,
                    history=self.history,
                    heard=person.hear if number == 0 else _hear_and_do_nothing,
                )
                following.append(asyncio.create_task(follower.follow()))
        try:
            yield people
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)

    async def _break(self, there: Stage, people: list[Person]) -> None:
        """Let people go about it; then break things, mend them, and let people finish what they began."""
        nemesis = Nemesis(there, self.history, self._seed)
        watching = asyncio.create_task(self._watch(there))
        asking = [asyncio.create_task(person.ask_around()) for person in people[: self._mentees]]
        await asyncio.sleep(3 + len(people) / _PEOPLE_A_SECOND)
        # People must not stop to tidy up while the service is measured.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        await asyncio.sleep(1)
        self.history.measured_from = time.time()
        await asyncio.sleep(_SECONDS_TO_BE_HEALTHY)
        self.history.broken_from = time.time()
        await nemesis.break_things(planned_faults(self._seed, self._count))
        await there.ready()
        self.history.mended_at = time.time()
        watching.cancel()
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        try:
            async with asyncio.timeout(_SECONDS_TO_SETTLE):
                for person in people:
                    await person.finished()
        except TimeoutError:
            self.history.wrong_answers.append("none at all, long after everything was mended")

    async def _watch(self, there: Stage) -> None:
        while True:
            self.history.memory.append((time.time(), there.workers[0].memory()))
            await asyncio.sleep(0.5)

    async def _settled(self) -> Stored:
        """What is stored, once every device has caught up and every mail has left; or once neither gets on any more."""
        left, since = None, time.monotonic()
        while time.monotonic() - since < _SECONDS_TO_SETTLE:
            stored = await read_rows()
            if is_caught_up(self.history, stored) and not stored.unsent_mails:
                break
            if (now_left := (stored.unsent_mails, sum(map(len, self.history.delivered.values())))) != left:
                left, since = now_left, time.monotonic()
            await asyncio.sleep(0.5)
        # Whatever comes on top of that comes now.
        await asyncio.sleep(1)
        return await read_rows()


def _hear_and_do_nothing(_entry: object) -> None:
    pass


if __name__ == "__main__":
    app()
