"""The organisations that this process holds, and how they are kept up to date.

The broker's hint makes it sooner; what is true is asked of the database. A search asks, too, before it answers.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final

import structlog

from api.models.row_security import found_across_organisations
from api.search.hints import SEARCH, Hints
from api.search.index.held import Held, TooLarge, load
from api.search.index.reading import Look, look, look_for_all

log = structlog.get_logger(__name__)

_LARGE: Final = """
SELECT organisation_id AS id FROM mentor GROUP BY organisation_id HAVING count(*) >= $1 ORDER BY count(*) DESC
"""
_LARGE_FROM: Final = 5_000
# Hints that come in a row are served by one look.
_SECONDS_OF_HINTS: Final = 0.1
# So many changes a search waits for; more are followed beside it, and a large part of everything is read anew.
_CHANGES_WAITED_FOR: Final = 1_000
_FEWEST_TO_RELOAD: Final = 5_000
_SHARE_TO_RELOAD: Final = 4
_SECONDS_UNTIL_TRIED_AGAIN: Final = 5.0
_SECONDS_TOO_LARGE: Final = 600.0
_SECONDS_GONE: Final = 60.0


class MatchIndex:
    """Make one a process, and keep ``running`` open. Within ``most_bytes`` it holds whom was asked about last."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._held: OrderedDict[int, Held] = OrderedDict()
        self._loads: dict[int, asyncio.Task[None]] = {}
        self._not_before: dict[int, float] = {}
        self._one_load = asyncio.Lock()
        self._reconciling: asyncio.Task[None] | None = None
        self._large_begun = False

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(held.size for held in self._held.values())

    def of(self, organisation_id: int) -> Held | None:
        """The organisation, or None until it is loaded, which begins with the first time that it is asked for."""
        held = self._held.get(organisation_id)
        if held is None:
            self._begin(organisation_id)
        else:
            self._held.move_to_end(organisation_id)
        return held

    async def loaded(self, organisation_id: int) -> Held | None:
        """The organisation once it is loaded; None where it could not be."""
        if organisation_id not in self._held:
            self._begin(organisation_id)
        if task := self._loads.get(organisation_id):
            await asyncio.shield(task)
        return self._held.get(organisation_id)

    async def brought_up(self, held: Held, mentee_id: int) -> frozenset[int] | None:
        """See that the organisation is as the database has it. Whom this mentee is not to find, or None where it has
        to be loaded anew.
        """
        before = held.position
        found = await look(held.organisation_id, before, mentee_id, most=_CHANGES_WAITED_FOR)
        if not before.leads_to(found.position):
            self._lost(held)
            return None
        if found.cut_off:
            self._reconcile_soon()
        elif found.changed:
            async with held.lock:
                if held.position is not before:
                    # Others have followed some of it, or all.
                    found = await look(held.organisation_id, held.position, mentee_id, most=_CHANGES_WAITED_FOR)
                if not found.cut_off:
                    await self._follow(held, found)
        elif held.position is before:
            held.position = found.position
        return found.left_out

    def _reconcile_soon(self) -> asyncio.Task[None]:
        if self._reconciling is None or self._reconciling.done():
            self._reconciling = asyncio.create_task(self._reconcile_at_last(), name="reconcile match index")
        return self._reconciling

    async def _reconcile_at_last(self) -> None:
        try:
            await self._begin_large()
            await self.reconcile()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next look finds what this one missed
            log.warning("index_not_reconciled", error=repr(error))

    async def reconcile(self) -> None:
        """Follow what changed in all organisations held."""
        positions = {key: held.position for key, held in self._held.items()}
        if not positions:
            return
        for key, found in (await look_for_all(positions)).items():
            held = self._held.get(key)
            if held is None or held.position is not positions[key]:
                continue
            held.forget_old_answers()
            if not held.position.leads_to(found.position):
                self._lost(held)
                continue
            async with held.lock:
                if held.position is positions[key]:
                    await self._follow(held, found)

    @contextlib.asynccontextmanager
    async def running(self, hints: Hints, poll_seconds: float) -> AsyncIterator[None]:
        """Load the large organisations, and follow what changes, for as long as the block lasts."""
        task = asyncio.create_task(self._keep_up(hints, poll_seconds), name="match index")
        try:
            yield
        finally:
            tasks = {task, *self._loads.values(), *([self._reconciling] if self._reconciling else [])}
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_up(self, hints: Hints, poll_seconds: float) -> None:
        with hints.listening(SEARCH) as woken:
            while True:
                woken.clear()
                await asyncio.wait({self._reconcile_soon()})
                await hints.patience(woken, poll_seconds)
                await asyncio.sleep(_SECONDS_OF_HINTS)

    async def _begin_large(self) -> None:
        if self._large_begun:
            return
        for row in await found_across_organisations(_LARGE, _LARGE_FROM):
            self._begin(row["id"])
        self._large_begun = True

    async def _follow(self, held: Held, found: Look) -> None:
        if len(found.changed) > max(_FEWEST_TO_RELOAD, len(held.columns) // _SHARE_TO_RELOAD):
            # It goes on answering as it is until the new one is there.
            self._begin(held.organisation_id)
            return
        try:
            await held.follow(found.changed, found.position)
        except Exception:
            # Half of it may be written, which nothing would mend.
            self._lost(held)
            raise
        if held.columns.wasteful:
            self._begin(held.organisation_id)

    def _lost(self, held: Held) -> None:
        if self._held.get(held.organisation_id) is held:
            del self._held[held.organisation_id]
        self._begin(held.organisation_id)

    def _begin(self, organisation_id: int) -> None:
        if organisation_id in self._loads or time.monotonic() < self._not_before.get(organisation_id, 0):
            return
        task = asyncio.create_task(self._load(organisation_id), name=f"load organisation {organisation_id}")
        self._loads[organisation_id] = task
        task.add_done_callback(lambda _task: self._loads.pop(organisation_id, None))

    async def _load(self, organisation_id: int) -> None:
        began = time.monotonic()
        pause = _SECONDS_UNTIL_TRIED_AGAIN
        try:
            async with self._one_load:
                held = await load(organisation_id, most_bytes=self._most_bytes)
        except TooLarge:
            pause = _SECONDS_TOO_LARGE
            log.warning("index_too_small", organisation_id=organisation_id, most_bytes=self._most_bytes)
        except Exception as error:  # noqa: BLE001 - the plain search answers meanwhile
            log.warning("index_not_loaded", organisation_id=organisation_id, error=repr(error))
        else:
            self._held[organisation_id] = held
            self._held.move_to_end(organisation_id)
            while self.size > self._most_bytes:
                gone, _ = self._held.popitem(last=False)
                # Two that do not fit together are not to drive each other out all the time.
                self._not_before[gone] = time.monotonic() + _SECONDS_GONE
            log.info("index_loaded", organisation_id=organisation_id, bytes=held.size, seconds=time.monotonic() - began)
            return
        self._not_before[organisation_id] = time.monotonic() + pause
