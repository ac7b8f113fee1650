"""How actions write: one transaction, with audit, events and what follows from them, carried to the end whatever
becomes of the caller.

Faults of tortoise 1.1.9 that this module works around:

- A task that is cancelled while it enters a transaction leaks its pooled connection for good, and a dropped socket
  cancels tasks: the work runs in a task of its own, which nobody cancels (`tests/acceptance/test_dropped_clients.py`:
  `test_two_connections_serve_on_after_two_hundred_dropped_sockets`).
- A task started inside a transaction inherits its connection: wake-ups are sent after the transaction has ended
  (`tests/integration/test_wakeups.py`: `test_one_process_wakes_the_subscriptions_of_another`).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from inspect import signature
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

import asyncpg
import orjson
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from api.actions.turns import turn_to_write
from api.domain.errors import Fault, FaultCode
from api.domain.events import MAILED, PUSHED, SUBJECTS, Event, SubjectKind
from api.models import Person
from api.models.row_security import within
from api.notifications.outbox import Told, defer_messages
from api.search.hints import SEARCH

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_ATTEMPTS: Final = 3
_under_way: set[asyncio.Task[Any]] = set()


class Waker(Protocol):
    """Whatever tells subscriptions that logs have grown."""

    def wake(self, person_ids: list[int], /) -> None: ...


class Work:
    """One transaction in the making: what it writes goes through ``connection``, what it announces is kept until
    the end, since numbers in a person's log are taken as the last step before the commit.
    """

    def __init__(self, connection: BaseDBAsyncClient) -> None:
        self.connection = connection
        self._events: list[tuple[int, Event]] = []
        self._changes_search = False

    def announce(self, organisation_id: int, *events: Event) -> None:
        self._events.extend((organisation_id, event) for event in events)

    def changes_search(self) -> None:
        """Say that a search may find otherwise after the commit: those who hold an index are to look. What has changed
        the database itself notes, whoever changes it.
        """
        self._changes_search = True

    async def audit(
        self, *, organisation_id: int, actor_id: int | None, verb: str, subject: str, subject_id: int, **detail: object
    ) -> None:
        """Record who did what. ``detail`` holds facts, never what people wrote.

        Raises ``Fault`` (UNAUTHENTICATED) where whoever did it was erased meanwhile: a socket may be older than that.
        """
        await self.audit_of_known(organisation_id, actor_id, verb, subject, subject_id, detail)
        # The entry points to the actor, and so waits for an erasure that is under way.
        if actor_id is not None and await Person.exists(using_db=self.connection, id=actor_id, erased_at__isnull=False):
            raise Fault(FaultCode.UNAUTHENTICATED, "Whoever asks for this was erased.")

    async def audit_of_known(  # noqa: PLR0917 - as above, in order
        self,
        organisation_id: int,
        actor_id: int | None,
        verb: str,
        subject: str,
        subject_id: int,
        detail: Mapping[str, object],
    ) -> None:
        """The same where the row of whoever did it is locked, and was looked at."""
        entry = [organisation_id, actor_id, verb, subject, subject_id, orjson.dumps(detail).decode()]
        await self.connection.execute_query(_AUDIT, entry)

    async def number_events(self) -> list[int]:
        """Append what was announced to the logs concerned, each in turn and in the same order in every transaction,
        so that no two transactions wait for one another; put mails and pushes aside after, in the order of each log.
        Returns who is to be woken.
        """
        events = sorted(self._events, key=lambda each: each[1].recipient_id)
        told: list[Told] = []
        for organisation_id, event in events:
            subject = SUBJECTS[event.kind]
            appended = await self.connection.execute_query_dict(
                _APPEND_EVENT,
                [
                    event.recipient_id,
                    organisation_id,
                    event.kind.value,
                    *(event.subject_id if each is subject else None for each in SubjectKind),
                ],
            )
            told += (
                Told(
                    event_id=row["id"],
                    person_id=event.recipient_id,
                    mailed=event.kind in MAILED,
                    pushed=event.kind in PUSHED,
                )
                for row in appended
            )
        await defer_messages(self.connection, told)
        return sorted({event.recipient_id for _, event in events} | ({SEARCH} if self._changes_search else set()))


# One parameter from $4 on for each kind of subject, in their order.
_SUBJECT_COLUMNS: Final = ", ".join(f"{subject}_id" for subject in SubjectKind)
_SUBJECT_VALUES: Final = ", ".join(f"${number}::bigint" for number, _ in enumerate(SubjectKind, start=4))

_AUDIT: Final = """
INSERT INTO audit_entry (organisation_id, actor_id, verb, subject_type, subject_id, at, detail)
VALUES ($1, $2, $3, $4, $5, clock_timestamp(), $6::text::jsonb)
"""

# Whoever is being erased is waited for, and then hears of nothing.
_APPEND_EVENT: Final = f"""
WITH recipient AS (
    SELECT id FROM person WHERE id = $1 AND erased_at IS NULL FOR KEY SHARE
), head AS (
    INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
    SELECT id, $2, gen_random_uuid(), 1, 0 FROM recipient
    ON CONFLICT (id) DO UPDATE SET seq = event_log.seq + 1
    RETURNING seq
)
INSERT INTO event (organisation_id, person_id, seq, kind, {_SUBJECT_COLUMNS}, created_at)
SELECT $2, $1, head.seq, $3, {_SUBJECT_VALUES}, clock_timestamp() FROM head
RETURNING id
"""


def action(
    story: Callable[Concatenate[Work, Arguments], Awaitable[Result]],
) -> Callable[Concatenate[Waker, Arguments], Coroutine[Any, Any, Result]]:
    """Make a story about a ``Work`` into something that callers await with whatever wakes subscriptions.

    All of it is within one organisation: that of the ``viewer``, ``person`` or ``device`` it is about, or the one whose
    ``organisation_id`` it is given; a story names one of them. It commits as a whole, or not at all where it raises; it
    is told again from the start where PostgreSQL breaks a deadlock by ending it. After the commit everybody concerned
    is woken. It begins when it is its turn: see `turns.py` for what that may raise.
    """
    about = _what_it_is_about(story)

    @wraps(story)
    async def perform(waker: Waker, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        async def once() -> Result:
            concerned: list[int] = []
            try:
                async with in_transaction() as connection:
                    work = Work(connection)
                    result = await story(work, *args, **kwargs)
                    concerned = await work.number_events()
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
