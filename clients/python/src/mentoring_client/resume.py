"""A person's log, followed: each event once and in order, whatever becomes of connections, servers and tokens."""

import asyncio
import contextlib
import inspect
import logging
import random
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from graphql import ExecutionResult

from mentoring_client.connection import answers_to
from mentoring_client.endings import Code, ComeBack, Interrupted, verdict_on
from mentoring_client.stores import CursorStore

log = logging.getLogger(__name__)
T = TypeVar("T")
Event = dict[str, Any]
_LATEST_CURSOR: Final = "query LatestCursor { latestCursor }"
_REMEMBERED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The connection is away, and will be tried again in ``wait_seconds``; ``failures`` times in a row nothing came of
    it. ``code`` is that of the socket's closing or of GraphQL, where there is one.
    """

    why: str
    code: Code | None
    failures: int
    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds. ``silence`` is how long nothing may be heard, pongs included, before the connection counts as lost."""

    first_wait: float = 0.5
    longest_wait: float = 15
    silence: float = 30


async def subscribe_with_resume(
    *,
    url: str,
    token: Callable[[], str | Awaitable[str]],
    document: str,
    cursor_of: Callable[[Event], str],
    store: CursorStore,
    variables: Mapping[str, Any] | None = None,
    on_reset: Callable[[str], Awaitable[None] | None] | None = None,
    on_retry: Callable[[Retry], None] | None = None,
    timing: Timing | None = None,
) -> AsyncGenerator[Event, None]:
    """The data of each event. One counts as handled, and its cursor is saved, when the next is asked for.

    ``token`` is asked before each connection. ``document`` is a subscription that has a variable ``$after`` and asks
    for the cursor that ``cursor_of`` takes out; ``after`` in ``variables`` is where to begin while the store holds
    nothing, and without it that is at what happens from now on. ``on_reset`` hears that the cursor fits no more: load
    your data anew; what is still kept after the cursor it is given is told again from there.

    Raises ``SubscriptionStopped`` where it would be refused each time. To stop it, leave the loop and close it, as
    ``contextlib.aclosing`` does, or cancel the task.
    """
    follower = _Follower(
        url=url,
        token=token,
        document=document,
        cursor_of=cursor_of,
        store=store,
        variables=variables or {},
        on_reset=on_reset,
        on_retry=on_retry,
        timing=timing or Timing(),
    )
    async with contextlib.aclosing(follower.events()) as events:
        async for event in events:
            yield event


@dataclass(kw_only=True)
class _Follower:
    url: str
    token: Callable[[], str | Awaitable[str]]
    document: str
    cursor_of: Callable[[Event], str]
    store: CursorStore
    variables: Mapping[str, Any]
    on_reset: Callable[[str], Awaitable[None] | None] | None
    on_retry: Callable[[Retry], None] | None
    timing: Timing

    def __post_init__(self) -> None:
        self._handled: OrderedDict[str, None] = OrderedDict()
        self._cursor: str | None = None
        self._failures = 0

    async def events(self) -> AsyncGenerator[Event, None]:
        self._cursor = await _awaited(self.store.load()) or self.variables.get("after")
        while True:
            began = time.monotonic()
            try:
                token = await self._token()
                if self._cursor is None:
                    await self._move_to(await self._latest_cursor(token))
                async with contextlib.aclosing(self._new_events(token)) as events:
                    async for event in events:
                        yield event
            except Interrupted as ending:
                # One that was never opened ends sooner than this.
                if time.monotonic() - began > 2 * self.timing.silence:
                    self._failures = 0
                await self._prepare_to_come_back(verdict_on(ending))

    async def _token(self) -> str:
        try:
            return await _awaited(self.token())
        except Exception as error:
            # Tokens come over the same network.
            raise Interrupted(f"There is no token: {error!r}", code="TOKEN") from error

    def _answers(
        self, token: str, document: str, variables: Mapping[str, Any]
    ) -> contextlib.aclosing[AsyncGenerator[ExecutionResult, None]]:
        answers = answers_to(document, variables, url=self.url, token=token, silence_seconds=self.timing.silence)
        return contextlib.aclosing(answers)

    async def _new_events(self, token: str) -> AsyncGenerator[Event, None]:
        async with self._answers(token, self.document, {**self.variables, "after": self._cursor}) as answers:
            async for answer in answers:
                event = _data_of(answer)
                cursor = self.cursor_of(event)
                if cursor in self._handled:
                    continue
                yield event
                self._remember(cursor)
                await self._move_to(cursor)
                self._failures = 0

    async def _latest_cursor(self, token: str) -> str:
        async with self._answers(token, _LATEST_CURSOR, {}) as answers:
            return str(_data_of(await anext(answers))["latestCursor"])

    async def _move_to(self, cursor: str) -> None:
        self._cursor = cursor
        await _awaited(self.store.save(cursor))

    def _remember(self, cursor: str) -> None:
        self._handled[cursor] = None
        if len(self._handled) > _REMEMBERED:
            self._handled.popitem(last=False)

    async def _prepare_to_come_back(self, reason: ComeBack) -> None:
        if reason.start_over is not None:
            # Data were restored or trimmed: a cursor may stand for another event than before.
            self._handled.clear()
            if self.on_reset:
                await _awaited(self.on_reset(reason.start_over))
            await self._move_to(reason.start_over)
        longest = min(self.timing.longest_wait, self.timing.first_wait * 2 ** min(self._failures, 30))
        # Half of it by chance, so that a server which comes back is not met by everybody at once.
        wait = longest * (0.5 + random.random() / 2)  # noqa: S311 - no secret
        self._failures += 1
        log.warning("Trying again in %.1f s: %s", wait, reason.why)
        if self.on_retry:
            self.on_retry(Retry(why=reason.why, code=reason.code, failures=self._failures, wait_seconds=wait))
        await asyncio.sleep(wait)


def _data_of(answer: ExecutionResult) -> Event:
    """An answer without data is no event: it says why there is none."""
    if answer.data is None:
        raise Interrupted("refused", errors=answer.errors or ())
    return answer.data


async def _awaited(value: T | Awaitable[T]) -> T:
    return await value if inspect.isawaitable(value) else value
