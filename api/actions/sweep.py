"""What time does to requests: reminders and expiry, in batches that any number of processes may work at."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from tortoise.connection import get_connection

from api.actions.work import Waker, Work, action
from api.domain.events import Event, EventKind
from api.models.row_security import found_across_organisations

BATCH: Final = 50

# Each takes what nobody else is at, so that two sweeps share the work and never wait for one another.
_BATCH: Final = """
UPDATE mentor_request SET {change}
WHERE id IN (
    SELECT id FROM mentor_request WHERE organisation_id = $3 AND {due}
    ORDER BY expires_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING id, mentee_id, mentor_id
"""
_WHOSE: Final = "SELECT DISTINCT organisation_id FROM mentor_request WHERE {due} ORDER BY organisation_id"

_OVER: Final = "status = 'PENDING' AND expires_at <= $1"
_EXPIRE: Final = _BATCH.format(change="status = 'EXPIRED', decided_at = $1", due=_OVER)
_WHOSE_ARE_OVER: Final = _WHOSE.format(due=_OVER)

_HALF_OVER: Final = """status = 'PENDING' AND reminded_at IS NULL AND expires_at > $1
      AND created_at + (expires_at - created_at) / 2 <= $1"""
_REMIND: Final = _BATCH.format(change="reminded_at = $1", due=_HALF_OVER)
_WHOSE_ARE_HALF_OVER: Final = _WHOSE.format(due=_HALF_OVER)


async def expire_requests(waker: Waker, /) -> int:
    """End pending requests whose time has come, and tell both sides. Returns how many; at most 50 at a time of each
    organisation.
    """
    return await _each(_WHOSE_ARE_OVER, partial(_expire, waker))


async def remind_mentors(waker: Waker, /) -> int:
    """Remind mentors of requests whose time is half over, once each. Returns how many; at most 50 at a time of each
    organisation.
    """
    return await _each(_WHOSE_ARE_HALF_OVER, partial(_remind, waker))


async def _each(whose: str, step: Callable[..., Awaitable[int]]) -> int:
    found = await found_across_organisations(whose, datetime.now(UTC))
    return sum([await step(organisation_id=row["organisation_id"]) for row in found])


async def _due(statement: str, organisation_id: int) -> list[dict[str, Any]]:
    values = [datetime.now(UTC), BATCH, organisation_id]
    return await get_connection("default").execute_query_dict(statement, values)


@action
async def _expire(work: Work, *, organisation_id: int) -> int:
    due = await _due(_EXPIRE, organisation_id)
    for each in due:
        work.audit(
            organisation_id=organisation_id,
            actor_id=None,
            verb="expire",
            subject="mentor_request",
            subject_id=each["id"],
        )
        for recipient in (each["mentee_id"], each["mentor_id"]):
            work.announce(
                organisation_id,
                Event(recipient_id=recipient, kind=EventKind.REQUEST_EXPIRED, subject_id=each["id"]),
            )
    return len(due)


@action
async def _remind(work: Work, *, organisation_id: int) -> int:
    due = await _due(_REMIND, organisation_id)
    for each in due:
        work.announce(
            organisation_id,
            Event(recipient_id=each["mentor_id"], kind=EventKind.REQUEST_REMINDER, subject_id=each["id"]),
        )
    return len(due)
