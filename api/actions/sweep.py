"""What time does to requests: reminders and expiry, in batches that any number of processes may work at."""

from datetime import UTC, datetime
from typing import Any, Final

from tortoise.connection import get_connection

from api.actions.work import Work, action
from api.domain.events import Event, EventKind

BATCH: Final = 50

# Each takes what nobody else is at, so that two sweeps share the work and never wait for one another.
_EXPIRE: Final = """
UPDATE mentor_request SET status = 'EXPIRED', decided_at = $1
WHERE id IN (
    SELECT id FROM mentor_request WHERE status = 'PENDING' AND expires_at <= $1
    ORDER BY expires_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING id, organisation_id, mentee_id, mentor_id
"""

_REMIND: Final = """
UPDATE mentor_request SET reminded_at = $1
WHERE id IN (
    SELECT id FROM mentor_request
    WHERE status = 'PENDING' AND reminded_at IS NULL AND expires_at > $1
      AND created_at + (expires_at - created_at) / 2 <= $1
    ORDER BY expires_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING id, organisation_id, mentee_id, mentor_id
"""


async def _due(statement: str) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, [datetime.now(UTC), BATCH])


@action
async def expire_requests(work: Work) -> int:
    """End pending requests whose time has come, and tell both sides. Returns how many; at most 50 at a time."""
    due = await _due(_EXPIRE)
    for each in due:
        work.audit(
            organisation_id=each["organisation_id"],
            actor_id=None,
            verb="expire",
            subject="mentor_request",
            subject_id=each["id"],
        )
        for recipient in (each["mentee_id"], each["mentor_id"]):
            work.announce(
                each["organisation_id"],
                Event(recipient_id=recipient, kind=EventKind.REQUEST_EXPIRED, subject_id=each["id"]),
            )
    return len(due)


@action
async def remind_mentors(work: Work) -> int:
    """Remind mentors of requests whose time is half over, once each. Returns how many; at most 50 at a time."""
    due = await _due(_REMIND)
    for each in due:
        work.announce(
            each["organisation_id"],
            Event(recipient_id=each["mentor_id"], kind=EventKind.REQUEST_REMINDER, subject_id=each["id"]),
        )
    return len(due)
