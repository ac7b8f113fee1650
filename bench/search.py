"""How long it takes to find twenty of many mentors: in the index, in PostgreSQL, and to read as many bytes.

    python -m bench.search --mentors 100000
    python -m bench.search --mentors 1000000 --without-database

What is compared runs in turns, so that whatever else the machine does slows all of it down alike; what counts is the
ratio of the medians. With a database, one is made in a folder of its own, filled, and thrown away.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import numpy as np
import psutil
from tortoise.connection import get_connection

from api.database import ROLE, connections, database_url
from api.domain.eligibility import Attribute
from api.domain.gaps import Gap
from api.domain.matching import MatchBasis, Rank, Wanted
from api.migrate import migrate
from api.search.criteria import Criteria, Window
from api.search.eligible import MentoringRule
from api.search.framework import Framework
from api.search.index.asking import Question, ask
from api.search.index.columns import Columns
from api.search.index.held import load
from api.search.index.organisations import MatchIndex
from api.search.index.reading import Reading
from api.search.index.writing import append
from api.search.indexed import IndexedMentorSearch
from api.search.mentee import Mentee
from api.search.ranking import PostgresMentorSearch
from api.search.suited import suited
from api.settings import Settings

SKILLS, HELD, BUSINESS_SKILLS = 30, 10, 1
# Beyond, it takes a minute and tells nothing new.
MOST_FOR_THE_PLAIN_SEARCH = 200_000
# Ten skills, of which two or three levels are missing.
GAPS = tuple(
    Gap(
        skill_id=2 + number,
        current=(0, 2, 2, 0, 3, 3, 3, 3, 3, 3)[number],
        required=(3, 4, 4, 3, 6, 5, 5, 6, 6, 5)[number],
    )
    for number in range(10)
)
WANTED = Wanted(gaps=GAPS, options=frozenset())
BASIS = MatchBasis.SKILL_GAPS_AND_PREFERENCES
TOP: Window[Rank] = Window(limit=20)
RULE = MentoringRule(
    organisation_id=1, enabled=True, level=4, attributes=(Attribute(skill_id=BUSINESS_SKILLS, name="Business skills"),)
)
FRAMEWORK = Framework(organisation_id=1, fingerprint=None, skills={})
QUESTION = Question(rule=RULE, wanted=WANTED, basis=BASIS, criteria=Criteria())
KINDS = {BUSINESS_SKILLS: False, **{2 + number: True for number in range(SKILLS)}}


def reading(first: int, upto: int) -> Reading:
    """Mentors who hold a third of all skills, each at some level, and the attribute high enough nine times in ten."""
    chance = np.random.default_rng(first)
    size = upto - first
    held = chance.random((SKILLS, size)) < HELD / SKILLS
    skill, holder = np.nonzero(held)
    everybody = np.arange(size)
    return Reading(
        ids=np.arange(first + 1, upto + 1, dtype=np.int64),
        active=chance.integers(0, 4, size),
        skill_of=np.concatenate([skill + 2, np.full(size, BUSINESS_SKILLS)]).astype(np.int64),
        level=np.concatenate([chance.integers(1, 8, len(skill)), chance.integers(3, 13, size).clip(3, 7)]).astype(
            np.uint8
        ),
        holder=np.concatenate([holder, everybody]),
        option_of=np.ones(size, np.int64),
        offerer=everybody,
    )


def made(mentors: int) -> Columns:
    columns = Columns(skills=KINDS, options=[1])
    part = 1 << 14
    for first in range(0, mentors, part):
        append(columns, reading(first, min(first + part, mentors)), expected=mentors - first)
    columns.tighten()
    return columns


async def in_turns(turns: int, **runs: Callable[[], Awaitable[object]]) -> dict[str, float]:
    """The median of each, in milliseconds."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            began = time.perf_counter()
            await run()
            seconds[name].append(time.perf_counter() - began)
    return {name: 1_000 * statistics.median(each) for name, each in seconds.items()}


def told(title: str, medians: dict[str, float], unit: str) -> None:
    print(f"\n{title}")
    for name, milliseconds in medians.items():
        print(f"  {name:<44} {milliseconds:10.3f} ms {milliseconds / medians[unit]:10.2f} × {unit}")


def asynchronous(run: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    async def once() -> object:
        return run()

    return once


async def in_memory(mentors: int, turns: int) -> None:
    columns = made(mentors)
    a_byte_a_level = [np.random.default_rng(n).integers(0, 8, -(-mentors // 8) * 8, np.uint8) for n in range(len(GAPS))]
    planes = [
        block.bits[columns.layout.skills[gap.skill_id] + gap.current :][: gap.required - gap.current]
        for gap in GAPS
        for block in columns.blocks
    ]
    scores = ask(columns, QUESTION)
    deep = Rank(scores.within(TOP, frozenset())[0].uncovered + 4, 0, 1, mentors // 2)
    medians = await in_turns(
        turns,
        **{
            "read a byte a mentor and gap": asynchronous(
                lambda: [np.bitwise_or.reduce(each.view(np.uint64)) for each in a_byte_a_level]
            ),
            "read what the search reads": asynchronous(
                lambda: [np.bitwise_or.reduce(row) for each in planes for row in each]
            ),
            "search, top 20": asynchronous(lambda: ask(columns, QUESTION).within(TOP, frozenset())),
            "another page, deep in the list": asynchronous(
                lambda: scores.within(Window(limit=20, after=deep), frozenset())
            ),
        },
    )
    told(f"{mentors:,} mentors, 10 gaps, in memory", medians, "read a byte a mentor and gap")
    print(f"  columns {columns.size / 1e6:.1f} MB; a byte a mentor and skill {mentors * (SKILLS + 1) / 1e6:.1f} MB")


# The best that we know of SQL: a bit string a mentor with everybody's levels as thermometers, ready made.
_PACKED = """
CREATE TABLE packed AS
SELECT mentor.id, mentor.active_mentees, string_agg(lpad(
    ((1 << coalesce(held_level.level, 0)) - 1)::bit(7)::text, 7, '0'), '' ORDER BY skill.id)::varbit AS levels
FROM mentor CROSS JOIN skill LEFT JOIN held_level ON held_level.person_id = mentor.id AND held_level.skill_id = skill.id
GROUP BY mentor.id
"""


def bit_count_statement() -> str:
    mask = "".join(
        f"{next((gap.mask for gap in GAPS if gap.skill_id == skill), 0):07b}" for skill in range(1, SKILLS + 2)
    )
    covered = f"bit_count(levels & B'{mask}')"
    return (
        f"SELECT id, {covered} AS covered FROM packed WHERE {covered} > 0 "
        f"ORDER BY {covered} DESC, active_mentees, id LIMIT 20"
    )


async def filled(url: str, mentors: int) -> None:
    """The same mentors, in the tables."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    await connection.execute("INSERT INTO organisation VALUES (1, 'Large', true, 4, 14, 5)")
    await connection.execute(
        "INSERT INTO preference_option (id, organisation_id, label, position) VALUES (1, 1, 'Leadership', 0)"
    )
    for skill, professional in KINDS.items():
        await connection.execute(
            "INSERT INTO skill (id, organisation_id, kind, code, name, category, levels, retired) "
            "VALUES ($1, 1, $2, $3, $3, 'Business skills', '{1,2,3,4,5,6,7}', false)",
            skill,
            "PROFESSIONAL" if professional else "ATTRIBUTE",
            f"S{skill}",
        )
    part = 1 << 14
    for first in range(0, mentors, part):
        await _fill(connection, reading(first, min(first + part, mentors)))
    await connection.execute(
        "INSERT INTO person (id, organisation_id, subject, email, name) "
        f"VALUES ({mentors + 1}, 1, 'me', 'me@example.com', 'Me')"
    )
    await connection.execute("ANALYZE")
    await connection.execute(_PACKED)
    await connection.execute(f"GRANT SELECT ON packed TO {ROLE}; ANALYZE packed")
    await connection.close()


async def _fill(connection: asyncpg.Connection, part: Reading) -> None:
    ids, now = part.ids.tolist(), "now()"
    await connection.copy_records_to_table(
        "person",
        records=[(key, 1, f"p{key}", f"p{key}@example.com", f"Person {key}") for key in ids],
        columns=["id", "organisation_id", "subject", "email", "name"],
    )
    await connection.execute(
        f"INSERT INTO mentor (id, organisation_id, paused, active_mentees, created_at) "
        f"SELECT id, 1, false, active, {now} FROM unnest($1::bigint[], $2::int[]) AS given (id, active)",
        ids,
        part.active.tolist(),
    )
    await connection.execute(
        "INSERT INTO mentor_option (organisation_id, mentor_id, option_id) SELECT 1, unnest($1::bigint[]), 1", ids
    )
    await connection.copy_records_to_table(
        "held_level",
        records=zip(
            [1] * len(part.holder),
            part.ids[part.holder].tolist(),
            part.skill_of.tolist(),
            part.level.tolist(),
            [False] * len(part.holder),
            strict=True,
        ),
        columns=["organisation_id", "person_id", "skill_id", "level", "endorsed"],
    )


@asynccontextmanager
async def database(mentors: int) -> AsyncIterator[None]:
    with (
        TemporaryDirectory(prefix="mentoring-bench-", ignore_cleanup_errors=True) as folder,
        database_url(Settings(data=Path(folder), database_url=None)) as url,
    ):
        await migrate(url)
        began = time.perf_counter()
        await filled(url, mentors)
        print(f"\nfilled the tables in {time.perf_counter() - began:.0f} s")
        async with connections(Settings(database_url=url), url):
            yield


async def lateness(until: asyncio.Event, late: list[float]) -> None:
    """By how much this loop comes too late, every millisecond."""
    while not until.is_set():
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(1_000 * (time.perf_counter() - before) - 1)


async def with_database(mentors: int, turns: int) -> None:
    async with database(mentors):
        process, over, late = psutil.Process(), asyncio.Event(), list[float]()
        before, began = process.memory_info().rss, time.perf_counter()
        watching = asyncio.create_task(lateness(over, late))
        held = await load(1, most_bytes=1 << 31)
        over.set()
        await watching
        seconds, taken = time.perf_counter() - began, process.memory_info().rss - before
        print(
            f"loaded in {seconds:.1f} s: {held.size / 1e6:.1f} MB of columns, {taken / 1e6:.1f} MB more of memory "
            f"({taken / held.size:.2f} ×); the loop was late by {np.percentile(late, 99):.1f} ms (p99), "
            f"{max(late):.1f} ms at most"
        )
        index = MatchIndex(most_bytes=1 << 31)
        await index.loaded(1)
        plain, indexed = PostgresMentorSearch(), IndexedMentorSearch(index, PostgresMentorSearch())
        mentee = Mentee(id=mentors + 1, rule=RULE, framework=FRAMEWORK, wanted=WANTED)
        by_the_plain_search = {}
        if mentors <= MOST_FOR_THE_PLAIN_SEARCH:
            assert await ranks(indexed, mentee) == await ranks(plain, mentee)
            by_the_plain_search["a page: the plain search, then the rows"] = lambda: page(plain, mentee)

        async def packed() -> Any:
            return await get_connection("default").execute_query(bit_count_statement())

        medians = await in_turns(
            turns,
            **{
                "search alone, in memory": asynchronous(lambda: ask(held.columns, QUESTION).within(TOP, frozenset())),
                "bit_count over ready made bit strings": packed,
                "a page: index, then the rows": lambda: page(indexed, mentee),
                **by_the_plain_search,
            },
        )
        told(f"{mentors:,} mentors, 10 gaps, top 20, with a database", medians, "search alone, in memory")


async def ranks(search: PostgresMentorSearch | IndexedMentorSearch, mentee: Mentee) -> list[Rank]:
    return await search.ranked(
        rule=mentee.rule, mentee_id=mentee.id, wanted=mentee.wanted, basis=BASIS, criteria=Criteria(), window=TOP
    )


async def page(search: PostgresMentorSearch | IndexedMentorSearch, mentee: Mentee) -> object:
    return await suited(search, mentee=mentee, basis=BASIS, criteria=Criteria(), window=TOP)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--mentors", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--without-database", action="store_true")
    chosen = parser.parse_args()
    await in_memory(chosen.mentors, chosen.turns)
    if not chosen.without_database:
        await with_database(chosen.mentors, max(3, chosen.turns // 5))


if __name__ == "__main__":
    asyncio.run(main())
