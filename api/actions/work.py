"""How actions write: one transaction, with audit, events and what follows from them, carried to the end whatever
becomes of the caller.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from inspect import signature
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient

from api.actions.closing import Audited, Closing
from api.actions.transaction import Held, Transaction, transaction
from api.actions.turns import turn_to_write
from api.domain.errors import Fault, FaultCode
from api.domain.events import Event
from api.models.row_security import within
from api.search.hints import SEARCH

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_ATTEMPTS: Final = 3
_under_way: set[asyncio.Task[Any]] = set()


class Waker(Protocol):
    """Whatever tells subscriptions that logs have grown."""

    def wake(self, person_ids: list[int], /) -> None: ...


class Work:
    """One transaction in the making: what it writes goes through ``connection``, or is kept until the end, as what it
    audits and announces always is: numbers in a person's log are taken as the last step before the commit.
    """

    def __init__(self, begun: Transaction) -> None:
        self.connection: BaseDBAsyncClient = begun.client
        self._transaction = begun
        self._closing = Closing()
        self._changes_search = False

    async def begin(self, *held: Held) -> None:
        """Begin, in a story of ``action_that_begins``: with these rows held until the commit, in their order."""
        await self._transaction.begin(*held)

    def write(self, statement: str, *values: object) -> None:
        """Keep what inserts rows until the end, where it goes in one statement with audit and events. Nothing that is
        kept sees what another has written, and references are checked after all of it.
        """
        self._closing.write(statement, *values)

    def announce(self, organisation_id: int, *events: Event) -> None:
        self._closing.announce(organisation_id, *events)

    def changes_search(self) -> None:
        """Say that a search may find otherwise after the commit: those who hold an index are to look. What has changed
        the database itself notes, whoever changes it.
        """
        self._changes_search = True

    def audit(
        self, *, organisation_id: int, actor_id: int | None, verb: str, subject: str, subject_id: int, **detail: object
    ) -> None:
        """Record who did what. ``detail`` holds facts, never what people wrote."""
        self._closing.audit(
            Audited(
                organisation_id=organisation_id,
                actor_id=actor_id,
                verb=verb,
                subject=subject,
                subject_id=subject_id,
                detail=detail,
            )
        )

    async def close(self) -> list[int]:
        """Write what was kept; one statement. Returns who is to be woken.

        Raises ``Fault`` (UNAUTHENTICATED) where whoever did it was erased meanwhile: a socket may be older than that.
        """
        closing = self._closing
        if kept := closing.statement():
            statement, values = kept
            (row,) = await self.connection.execute_query_dict(statement, values)
            if row["actors"] != len(closing.actors):
                raise Fault(FaultCode.UNAUTHENTICATED, "Whoever asks for this was erased.")
        return sorted(closing.recipients | ({SEARCH} if self._changes_search else set()))


Story = Callable[Concatenate[Work, Arguments], Awaitable[Result]]
Action = Callable[Concatenate[Waker, Arguments], Coroutine[Any, Any, Result]]


def action(story: Story[Arguments, Result]) -> Action[Arguments, Result]:
    """Make a story about a ``Work`` into something that callers await with whatever wakes subscriptions.

    All of it is within one organisation: that of the ``viewer``, ``person`` or ``device`` it is about, or the one whose
    ``organisation_id`` it is given; a story names one of them. It commits as a whole, or not at all where it raises; it
    is told again from the start where PostgreSQL breaks a deadlock by ending it. After the commit everybody concerned
    is woken. It begins when it is its turn: see `turns.py` for what that may raise.
    """

    @wraps(story)
    async def begun(work: Work, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        await work.begin()
        return await story(work, *args, **kwargs)

    return action_that_begins(begun)


def action_that_begins(story: Story[Arguments, Result]) -> Action[Arguments, Result]:
    """The same of a story that itself begins the transaction, by ``Work.begin``, before anything else."""
    about = _what_it_is_about(story)

    @wraps(story)
    async def perform(waker: Waker, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        async def once() -> Result:
            concerned: list[int] = []
            try:
                async with transaction() as begun:
                    work = Work(begun)
                    result = await story(work, *args, **kwargs)
                    concerned = await work.close()
            finally:
                # A commit that was not heard of may have been done.
                waker.wake(concerned)
            return result

        over = await turn_to_write()
        with within(_organisation_of(kwargs[about])):
            return await carried_through(_again_after_deadlock(once), then=over)

    return perform


_ABOUT: Final = ("organisation_id", "viewer", "person", "device")


def _what_it_is_about(story: Callable[..., object]) -> str:
    """The name of the parameter that says whose rows it may touch."""
    parameters = signature(story).parameters
    for name in _ABOUT:
        if name in parameters:
            return name
    raise TypeError(f"{story.__name__} must take one of {', '.join(_ABOUT)}: a transaction is of one organisation")


def _organisation_of(subject: Any) -> int:
    return subject if isinstance(subject, int) else int(subject.organisation_id)


async def _again_after_deadlock(once: Callable[[], Awaitable[Result]]) -> Result:
    for _ in range(_ATTEMPTS - 1):
        try:
            return await once()
        except asyncpg.DeadlockDetectedError:
            continue
    return await once()


async def carried_through(work: Coroutine[Any, Any, Result], *, then: Callable[[], None] | None = None) -> Result:
    """Await work that goes on to its end even where the caller is cancelled; ``then`` is called at that end."""
    task = asyncio.create_task(work)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    if then:
        task.add_done_callback(lambda _task: then())
    return await asyncio.shield(task)


async def all_carried_through(*, seconds: float | None = None) -> None:
    """Wait for the work of callers that have gone, for at most so long; called before the connections close."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while _under_way:
                await asyncio.wait(_under_way)
