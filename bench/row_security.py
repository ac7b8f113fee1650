"""What row-level security costs: the same work with its policies and settings, and without any of it.

    python -m bench.row_security --mentors 2000 --rounds 7

Both run in turns in one process, on two databases with the same rows: a large organisation and sixteen small ones. In
the one no policy is on, and connections are plain ones; what counts is the ratio of the medians.
"""

import argparse
import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import asyncpg
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
from api.resolvers.context import Context, Services
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

# Mentors and one mentee an organisation. $1 the organisation, $2 how many mentors.
FILL: Final = (
    "INSERT INTO organisation (id, name, mentoring_enabled, mentor_level, request_expiry_days, open_request_limit) "
    "VALUES ({key}, 'O{key}', true, 4, 14, 30000)",
    "INSERT INTO preference_option (organisation_id, label, position) VALUES ({key}, 'Leadership', 0)",
    "INSERT INTO skill (organisation_id, kind, code, name, category, levels, retired) "
    "SELECT {key}, CASE WHEN n = 1 THEN 'ATTRIBUTE' ELSE 'PROFESSIONAL' END, 'S' || n, 'S' || n, "
    "'Business skills', '{{1,2,3,4,5,6,7}}', false FROM generate_series(1, 31) AS n",
    "INSERT INTO role_profile (organisation_id, name) VALUES ({key}, 'Role')",
    "INSERT INTO role_requirement (organisation_id, role_profile_id, skill_id, level) SELECT {key}, role_profile.id, "
    "skill.id, 5 FROM role_profile JOIN skill USING (organisation_id) WHERE organisation_id = {key} "
    "AND kind = 'PROFESSIONAL' ORDER BY skill.id LIMIT 10",
    "INSERT INTO person (organisation_id, subject, email, name, role_profile_id) SELECT {key}, 's{key}-' || n, "
    "'p' || n || '@example.com', 'Person ' || n, CASE WHEN n = 0 THEN (SELECT id FROM role_profile "
    "WHERE organisation_id = {key}) END FROM generate_series(0, {mentors}) AS n",
    "INSERT INTO held_level (organisation_id, person_id, skill_id, level, endorsed) SELECT {key}, person.id, skill.id, "
    "CASE WHEN kind = 'ATTRIBUTE' THEN 4 ELSE 1 + (person.id + skill.id * 7) % 6 END, false "
    "FROM person JOIN skill USING (organisation_id) WHERE organisation_id = {key} AND role_profile_id IS NULL "
    "AND (kind = 'ATTRIBUTE' OR (person.id + skill.id) % 3 = 0)",
    "INSERT INTO mentor (id, organisation_id, paused, active_mentees, created_at, announced_available) "
    "SELECT id, {key}, false, id % 3, now(), true FROM person WHERE organisation_id = {key} AND role_profile_id IS NULL",
    "INSERT INTO mentor_option (organisation_id, mentor_id, option_id) SELECT {key}, mentor.id, preference_option.id "
    "FROM mentor JOIN preference_option USING (organisation_id) WHERE organisation_id = {key}",
    "INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to) "
    "SELECT id, {key}, gen_random_uuid(), 0, 0 FROM person WHERE organisation_id = {key}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The mentee of an organisation, and whom they ask."""

    viewer: Viewer
    subject: str
    mentor_id: int


async def filled(url: str, mentors: int) -> None:
    connection = await asyncpg.connect(url)
    for key in range(1, SMALL + 2):
        for statement in FILL:
            await connection.execute(statement.format(key=key, mentors=mentors if key == 1 else MENTORS_OF_SMALL))
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
        result = await SCHEMA.execute(PAGE, context_value=Context(viewer=asker.viewer, services=self._services))
        assert not result.errors, result.errors

    async def connect(self, asker: Asker) -> None:
        request: MentorRequest = await connect(Recorder(), viewer=asker.viewer, mentor_id=asker.mentor_id)
        await withdraw(Recorder(), viewer=asker.viewer, request_id=request.id)


@asynccontextmanager
async def connected(url: str, *, plain: bool) -> AsyncIterator[TortoiseContext]:
    config = tortoise_config(url, pool_size=10, role=ROLE)
    if plain:
        config["connections"]["default"]["engine"] = "tortoise.backends.asyncpg"
    async with TortoiseContext() as context:
        await context.init(config=config)
        yield context


# Of one organisation; of seventeen in turns, one after another or eight at once.
@contextmanager
def _told(name: str) -> Iterator[None]:
    print(f"| {name:34}", end="", flush=True)
    yield
    print(" |", flush=True)


async def timed(
    work: Callable[[Asker], Awaitable[None]], askers: Sequence[Asker], *, times: int, at_once: int
) -> float:
    """Seconds a piece of work."""
    turns = cycle(askers)

    async def some(count: int) -> None:
        for _ in range(count):
            asker = next(turns)
            settle(asker.viewer.organisation_id)
            await work(asker)

    began = time.perf_counter()
    await asyncio.gather(*(asyncio.create_task(some(times // at_once)) for _ in range(at_once)))
    return (time.perf_counter() - began) / times


TIMES: Final = {"identify": 600, "point": 600, "unread": 400, "look": 300, "search": 16, "load": 16, "page": 64,
                "connect": 48}  # fmt: skip


async def measured(urls: dict[bool, str], rounds: int) -> None:
    askers = await askers_of(urls[False])
    print("| with policies : without | one organisation | seventeen in turns | seventeen, eight at once |")
    print("|---|---|---|---|")
    for name, times in TIMES.items():
        with _told(name):
            for whom, at_once in ((askers[:1], 1), (askers, 1), (askers, 8)):
                if name == "connect" and len(whom) > 1 and at_once > 1:
                    print(" | –", end="")
                    continue
                ratios = await ratio(urls, name, whom, times=times, at_once=at_once, rounds=rounds)
                print(f" | {statistics.median(ratios):.3f} ({min(ratios):.2f}–{max(ratios):.2f})", end="", flush=True)


async def ratio(
    urls: dict[bool, str], name: str, whom: Sequence[Asker], *, times: int, at_once: int, rounds: int
) -> list[float]:
    """Of each round, in which the two follow one another in turns, whichever is first."""
    taken: defaultdict[bool, list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for plain in ((True, False) if number % 2 else (False, True)):
            async with connected(urls[plain], plain=plain):
                work = getattr(Work(plain=plain), name)
                await timed(work, whom, times=max(8 * at_once, times // 4), at_once=at_once)
                seconds = await timed(work, whom, times=times, at_once=at_once)
                if number:
                    taken[plain].append(seconds)
    return [with_it / without for with_it, without in zip(taken[False], taken[True], strict=True)]


async def run(mentors: int, rounds: int) -> None:
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
        await measured(urls, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--mentors", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    asyncio.run(run(given.mentors, given.rounds))


if __name__ == "__main__":
    main()
