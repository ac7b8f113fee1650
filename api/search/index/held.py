"""One organisation in the memory of this process, and what was asked of it lately."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

import numpy as np

from api.domain.matching import Rank
from api.search.criteria import Window
from api.search.index.asking import Question, ask
from api.search.index.columns import BLOCK_ROWS, Columns
from api.search.index.reading import (
    Position,
    Reading,
    bounds_of,
    decoded,
    options_of,
    position_now,
    read_between,
    read_these,
    skills_of,
)
from api.search.index.scores import Scores
from api.search.index.writing import append, apply

# Read and written at once: few enough for others to have their turn in between.
_MENTORS_A_READ: Final = 1 << 14
_CHANGES_A_READ: Final = 256
# Words that are looked at within about two milliseconds; a search that looks at more leaves the event loop.
_WORDS_AT_ONCE: Final = 1_000_000
# What is kept of the answers: a part of what the columns take, and for how long at most nobody asks again.
_ANSWERS_SHARE: Final = 16
_LEAST_FOR_ANSWERS: Final = 1 << 20
_SECONDS_KEPT: Final = 60.0


class TooLarge(Exception):  # noqa: N818 - how a load ends
    """An organisation takes more memory than there may be."""


class Held:
    """The columns of an organisation, and how far its changes have been followed. ``lock`` is for whoever changes
    them, or reads them elsewhere than in the event loop.
    """

    def __init__(self, organisation_id: int, columns: Columns, position: Position) -> None:
        self.organisation_id = organisation_id
        self.columns = columns
        self.position = position
        self.lock = asyncio.Lock()
        self._answers: OrderedDict[Question, tuple[Scores, float]] = OrderedDict()
        self._size_of_answers = 0

    @property
    def size(self) -> int:
        """In bytes."""
        return self.columns.size

    async def ranks(self, question: Question, window: Window[Rank], left_out: frozenset[int]) -> list[Rank]:
        """The ranks within the window; another page of the same question costs no other pass over the columns."""
        return (await self._scores(question)).within(window, left_out)

    async def _scores(self, question: Question) -> Scores:
        known = self._forget(question)
        if known is not None:
            scores = known
        elif question.planes * self.columns.words <= _WORDS_AT_ONCE:
            scores = ask(self.columns, question)
        else:
            async with self.lock:
                scores = await asyncio.to_thread(ask, self.columns, question)
            # Somebody else may have asked the same meanwhile.
            self._forget(question)
        self._answers[question] = scores, time.monotonic()
        self._size_of_answers += scores.size
        most = max(_LEAST_FOR_ANSWERS, self.size // _ANSWERS_SHARE)
        while self._size_of_answers > most and len(self._answers) > 1:
            self._forget(next(iter(self._answers)))
        return scores

    def _forget(self, question: Question) -> Scores | None:
        scores, _ = self._answers.pop(question, (None, 0.0))
        if scores is not None:
            self._size_of_answers -= scores.size
        return scores

    def forget_old_answers(self) -> None:
        """Those that nobody has asked for again."""
        now = time.monotonic()
        for question, (_, at) in list(self._answers.items()):
            if now - at > _SECONDS_KEPT:
                self._forget(question)

    async def follow(self, changed: frozenset[int], position: Position) -> None:
        """Read anew those who changed; the lock is the caller's."""
        ids = sorted(changed)
        for start in range(0, len(ids), _CHANGES_A_READ):
            these = ids[start : start + _CHANGES_A_READ]
            reading = decoded(await read_these(self.organisation_id, these))
            kinds = await skills_of(self.organisation_id) if self.columns.layout.lacks(reading) else {}
            self.columns.make_room(reading, kinds)
            apply(self.columns, np.array(these, np.int64), reading)
            self._answers.clear()
            self._size_of_answers = 0
        self.position = position


async def load(organisation_id: int, *, most_bytes: int) -> Held:
    """Read an organisation, in parts and beside whatever else goes on. What changes meanwhile is followed after.

    Raises ``TooLarge``.
    """
    position = await position_now()
    kinds = await skills_of(organisation_id)
    columns = Columns(skills=kinds, options=await options_of(organisation_id))
    bounds = await bounds_of(organisation_id, _MENTORS_A_READ)
    after = 0
    for number, upto in enumerate(bounds):
        data = await read_between(organisation_id, after, upto)
        expected = (len(bounds) - number) * _MENTORS_A_READ
        while not await asyncio.to_thread(_take, columns, data, kinds, expected):
            kinds = await skills_of(organisation_id)
        # What the block at work has room for may stay empty.
        if sum(block.bits.nbytes for block in columns.blocks[:-1]) > most_bytes:
            raise TooLarge
        after = upto
    columns.tighten()
    if columns.size > most_bytes:
        raise TooLarge
    return Held(organisation_id, columns, position)


def _take(columns: Columns, data: bytearray, kinds: Mapping[int, bool], expected: int) -> bool:
    """Add what was read; False where it speaks of a skill that came after the framework was read."""
    reading: Reading = decoded(data)
    if not set(np.unique(reading.skill_of).tolist()) <= kinds.keys():
        return False
    columns.make_room(reading, kinds)
    append(columns, reading, expected=min(expected, BLOCK_ROWS))
    return True
