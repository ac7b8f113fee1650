"""Match indexes as a process holds them, compared with the plain search."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import product

from api.domain.matching import MatchBasis, Rank
from api.models import Person
from api.notifications.wakeups import Wakeups
from api.search.criteria import Criteria, Window
from api.search.framework import Frameworks
from api.search.index.asking import Question
from api.search.index.organisations import MatchIndex
from api.search.indexed import IndexedMentorSearch
from api.search.mentee import Mentee, read_mentee
from api.search.ranking import PostgresMentorSearch
from tests.houses import viewer_of

EVERYBODY: Window[Rank] = Window(limit=100_000)
PLAIN = PostgresMentorSearch()


class NoSearch(PostgresMentorSearch):
    """Stands where the plain search would, and says so if it is asked: the index was to answer."""

    async def ranked(self, **_asked: object) -> list[Rank]:
        raise AssertionError("the index did not answer")


class Process:
    """What a process has of it."""

    def __init__(self, broker: str, *, most_bytes: int = 1 << 30) -> None:
        self.wakeups = Wakeups(broker)
        self.index = MatchIndex(most_bytes=most_bytes)
        self.search = IndexedMentorSearch(self.index, NoSearch())

    @asynccontextmanager
    async def running(self, *, poll_seconds: float = 15) -> AsyncIterator["Process"]:
        async with self.wakeups.running(), self.index.running(self.wakeups, poll_seconds):
            yield self

    async def remembered(self, mentee: Mentee, basis: MatchBasis, criteria: Criteria) -> list[Rank]:
        """What it would answer if it did not look before it answers."""
        question = Question(rule=mentee.rule, wanted=mentee.wanted, basis=basis, criteria=criteria)
        held = await self.index.loaded(mentee.rule.organisation_id)
        assert held is not None
        return [] if question.hopeless else await held.ranks(question, EVERYBODY, frozenset())


async def ranked(
    search: PostgresMentorSearch | IndexedMentorSearch,
    mentee: Mentee,
    basis: MatchBasis,
    criteria: Criteria | None = None,
    window: Window[Rank] = EVERYBODY,
) -> list[Rank]:
    return await search.ranked(
        rule=mentee.rule,
        mentee_id=mentee.id,
        wanted=mentee.wanted,
        basis=basis,
        criteria=criteria or Criteria(),
        window=window,
    )


async def check_now(process: Process, people: Iterable[Person], criteria: Iterable[Criteria] = (Criteria(),)) -> int:
    """A search that is asked now finds what the plain one finds. How many it found in all."""
    found = 0
    for person in people:
        mentee = await read_mentee(viewer_of(person), Frameworks())
        await process.index.loaded(person.organisation_id)
        for basis, each in product(MatchBasis, criteria):
            expected = await ranked(PLAIN, mentee, basis, each)
            assert await ranked(process.search, mentee, basis, each) == expected
            found += len(expected)
    return found


async def settled(process: Process, person: Person, *, within: float) -> None:
    """Wait until a process remembers what the database says, without having been asked."""
    mentee = await read_mentee(viewer_of(person), Frameworks())
    # Nobody is left out of what is remembered: this one has asked nobody and never will.
    expected = await ranked(PLAIN, mentee, MatchBasis.PREFERENCES_ONLY)
    until = asyncio.get_running_loop().time() + within
    while (remembered := await process.remembered(mentee, MatchBasis.PREFERENCES_ONLY, Criteria())) != expected:
        assert asyncio.get_running_loop().time() < until, (remembered, expected)
        await asyncio.sleep(0.02)
