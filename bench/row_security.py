"""What row-level security costs: the same work with its policies and settings, and without any of it.

    python -m bench.row_security --mentors 2000 --rounds 60

Both run in short turns in one process, on two databases with the same rows: a large organisation and sixteen small
ones. In the one no policy is on, and connections are plain ones. What counts is the ratio: of the CPU time that this
process and PostgreSQL's take together, as Linux tells it, and of the medians of the time that passes.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
import psutil
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from api.actions.connect import connect
from api.actions.withdraw import withdraw
from api.auth.tokens import _BY_SUBJECT
from api.database import ROLE, database_url, tortoise_config
from api.domain.matching import MatchBasis
from api.domain.viewer import Viewer
from api.migrate import migrate
from api.models import MentorRequest
from api.models.row_security import introduced, settle
from api.notifications.wakeups import Wakeups
from api.resolvers.context import Context as Asked
from api.resolvers.context import Services
from api.resolvers.notifications import count_entries
from api.schema.build import build_schema
from api.search.criteria import Criteria, Window
from api.search.index.reading import bounds_of, look, position_now, read_between
from api.search.mentee import read_mentee
from api.search.ranking import PostgresMentorSearch
from api.settings import Settings
from tests.operations import OFFER
from tests.wakers import Recorder

SMALL, MENTORS_OF_SMALL = 16, 40
PLAIN_SUBJECT: Final = "SELECT id, organisation_id, deactivated_at, signed_out_at FROM person WHERE subject = $1"
SCHEMA = build_schema(compiled=True)
PAGE = """{ viewer { name email skillGaps { levels } } notifications(first: 20) { totalCount nodes { id } }
  matches(first: 20) { nodes { percent mentor { id person { name } skills { level skill { code } } } } } }"""

# Slices that are not counted.
WARMING: Final = 3
FILL: Final = (Path(__file__).parent / "sql" / "organisations.sql").read_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The mentee of an organisation, and whom they ask."""

    viewer: Viewer
    subject: str
    mentor_id: int


async def filled(url: str, mentors: int) -> None:
    connection = await asyncpg.connect(url)
    for key in range(1, SMALL + 2):
        size = mentors if key == 1 else MENTORS_OF_SMALL
        await connection.execute(FILL.replace(":key", str(key)).replace(":mentors", str(size)))
    await connection.execute("SELECT setval('organisation_id_seq', 100); DELETE FROM search_change")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def askers_of(url: str) -> list[Asker]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT id, organisation_id, subject, (SELECT max(mentor.id) FROM mentor "
        "WHERE mentor.organisation_id = person.organisation_id) AS mentor_id "
        "FROM person WHERE role_profile_id IS NOT NULL ORDER BY organisation_id"
    )
    await connection.close()
    return [
        Asker(
            viewer=Viewer(person_id=row["id"], organisation_id=row["organisation_id"]),
            subject=row["subject"],
            mentor_id=row["mentor_id"],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Seconds of a slice."""

    cpu: float
    wall: float


class Work:
    """What is measured. ``plain`` stands for the way it was before."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._search = PostgresMentorSearch()
        self._services = Services(search=self._search, wakeups=Wakeups("memory://"), poll_seconds=15, push=OFFER)

    async def identify(self, asker: Asker) -> None:
        if self._plain:
            await get_connection("default").execute_query_dict(PLAIN_SUBJECT, [asker.subject])
        else:
            await introduced(_BY_SUBJECT, asker.subject)

    async def point(self, asker: Asker) -> None:
        """One row by its key."""
        await get_connection("default").execute_query_dict(
            "SELECT * FROM person WHERE id = $1 AND organisation_id = $2",
            [asker.viewer.person_id, asker.viewer.organisation_id],
        )

    async def unread(self, asker: Asker) -> None:
        await count_entries(asker.viewer, unread_only=True)

    async def look(self, asker: Asker) -> None:
        """What a search with the index asks."""
        await look(asker.viewer.organisation_id, await position_now(), asker.viewer.person_id, most=1_000)

    async def search(self, asker: Asker) -> None:
        """Without the index."""
        mentee = await read_mentee(asker.viewer)
        await self._search.ranked(
            rule=mentee.rule, mentee_id=mentee.id, wanted=mentee.wanted, basis=MatchBasis.SKILL_GAPS_AND_PREFERENCES,
            criteria=Criteria(), window=Window(limit=20),
        )  # fmt: skip

    async def load(self, asker: Asker) -> None:
        """What loading an index reads."""
        for upto in await bounds_of(asker.viewer.organisation_id, 1 << 20):
            await read_between(asker.viewer.organisation_id, 0, upto)

    async def page(self, asker: Asker) -> None:
        """An operation of three lists, and who asks for it."""
        await self.identify(asker)
        result = await SCHEMA.execute(PAGE, context_value=Asked(viewer=asker.viewer, services=self._services))
        assert not result.errors, result.errors

    async def connect(self, asker: Asker) -> None:
        request: MentorRequest = await connect(Recorder(), viewer=asker.viewer, mentor_id=asker.mentor_id)
        await withdraw(Recorder(), viewer=asker.viewer, request_id=request.id)


async def connected(url: str, *, plain: bool, closed: AsyncExitStack) -> Context:
    """In which to ask this database."""
    config = tortoise_config(url, pool_size=10, role=ROLE)
    if plain:
        config["connections"]["default"]["engine"] = "tortoise.backends.asyncpg"

    inside, context = copy_context(), TortoiseContext()

    async def begin() -> None:
        await context.__aenter__()
        await context.init(config=config)

    async def end() -> None:
        await asyncio.create_task(context.__aexit__(None, None, None), context=inside)

    await asyncio.create_task(begin(), context=inside)
    closed.push_async_callback(end)
    return inside


async def timed(
    work: Callable[[Asker], Awaitable[None]], askers: Iterator[Asker], *, times: int, at_once: int
) -> float:
    """Seconds."""

    async def some(count: int) -> None:
        for _ in range(count):
            asker = next(askers)
            settle(asker.viewer.organisation_id)
            await work(asker)

    began = time.perf_counter()
    await asyncio.gather(*(asyncio.create_task(some(times // at_once)) for _ in range(at_once)))
    return time.perf_counter() - began


# In one slice.
TIMES: Final = {"identify": 24, "point": 24, "unread": 24, "look": 24, "search": 8, "load": 8, "page": 8, "connect": 8}


async def measured(urls: dict[bool, str], rounds: int, only: str | None) -> None:
    every = await askers_of(urls[False])
    print(
        "| with policies : without, CPU (passed) | one organisation | seventeen in turns | seventeen, eight at once |"
    )
    print("|---|---|---|---|")
    async with AsyncExitStack() as closed:
        contexts = {plain: await connected(url, plain=plain, closed=closed) for plain, url in urls.items()}
        for name, times in TIMES.items():
            if only not in {None, name}:
                continue
            told = f"| {name}"
            for askers, at_once in ((every[:1], 1), (every, 1), (every, 8)):
                taken = await slices(contexts, name, askers, times=times, at_once=at_once, rounds=rounds)
                cpu, wall = (
                    statistics.median(getattr(each, what) for each in taken[False])
                    / statistics.median(getattr(each, what) for each in taken[True])
                    for what in ("cpu", "wall")
                )
                told += f" | {cpu:.3f} ({wall:.3f})"
            print(told + " |", flush=True)


async def slices(
    contexts: dict[bool, Context], name: str, askers: Sequence[Asker], *, times: int, at_once: int, rounds: int
) -> dict[bool, list[Taken]]:
    """Short ones in turns, so that whatever else the machine does falls on both alike."""
    taken: dict[bool, list[Taken]] = {True: [], False: []}
    server = await _server(contexts[True])
    turns = {plain: cycle(askers) for plain in contexts}
    for number in range(rounds + WARMING):
        for plain in (True, False) if number % 2 else (False, True):
            work = getattr(Work(plain=plain), name)
            piece = timed(work, turns[plain], times=times, at_once=at_once)
            before = _cpu_seconds(server)
            seconds = await asyncio.create_task(piece, context=contexts[plain])
            if number >= WARMING:
                taken[plain].append(Taken(cpu=_cpu_seconds(server) - before, wall=seconds))
    return taken


async def _server(context: Context) -> psutil.Process:
    async def asked() -> int:
        (row,) = await get_connection("default").execute_query_dict("SELECT pg_backend_pid() AS pid")
        return int(row["pid"])

    server = psutil.Process(await asyncio.create_task(asked(), context=context)).parent()
    assert server is not None
    return server


def _cpu_seconds(server: psutil.Process) -> float:
    """Of this process and of PostgreSQL's. Slices are too short for the kernel's ticks."""
    total = time.process_time_ns()
    for each in server.children():
        with suppress(OSError):
            total += int(Path(f"/proc/{each.pid}/schedstat").read_text().split()[0])
    return total / 1e9


async def run(mentors: int, rounds: int, only: str | None) -> None:
    with (
        TemporaryDirectory(prefix="mentoring-bench-", ignore_cleanup_errors=True) as folder,
        database_url(Settings(data=Path(folder), database_url=None)) as url,
    ):
        urls: dict[bool, str] = {}
        owner = await asyncpg.connect(url)
        await owner.execute("ALTER SYSTEM SET synchronous_commit = off")
        await owner.execute("SELECT pg_reload_conf()")
        await owner.execute("CREATE DATABASE guarded")
        urls[False] = url.replace("/postgres?", "/guarded?")
        await migrate(urls[False])
        await filled(urls[False], mentors)
        await owner.execute("CREATE DATABASE plain TEMPLATE guarded")
        urls[True] = url.replace("/postgres?", "/plain?")
        await owner.close()
        owner = await asyncpg.connect(urls[True])
        for row in await owner.fetch("SELECT oid::regclass::text AS name FROM pg_class WHERE relrowsecurity"):
            await owner.execute(f"ALTER TABLE {row['name']} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
        await owner.close()
        await measured(urls, rounds, only)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--mentors", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", choices=TIMES)
    given = parser.parse_args()
    asyncio.run(run(given.mentors, given.rounds, given.only))


if __name__ == "__main__":
    main()
