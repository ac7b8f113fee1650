"""What leaves the service by other ways than a subscription: put aside in the transaction of what it tells.

A job holds keys, of an event and of a device, and nothing else; what is sent is read from the rows when it is sent.
"""

from collections.abc import Iterable
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient

from api.domain.events import MAILED, PUSHED, EventKind
from api.models.row_security import found_across_organisations

QUEUE: Final = "mentoring"
# A queue of its own: pushes go to addresses that people chose, and whoever answers slowly there holds up no mail.
PUSHES: Final = "pushes"
SEND_MAIL: Final = "send_mail"
SEND_PUSH: Final = "send_push"
RECONCILE: Final = "reconcile_availability"


def _any_of(kinds: Iterable[EventKind]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


# Part of a statement that appends entries to logs, in its part `entry` (id, person_id, kind): `actions/closing.py`.
# One lock a person: their mails leave one after another, in the order of their log. One job and one lock a device: what
# has reached one device is not sent again because another could not be reached.
DEFER_MESSAGES: Final = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)
SELECT queue, task, 0, lock, args FROM (
    SELECT id AS event, '{QUEUE}' AS queue, '{SEND_MAIL}' AS task, 'mail ' || person_id AS lock,
           jsonb_build_object('event_id', id) AS args
    FROM entry WHERE kind IN ({_any_of(MAILED)})
    UNION ALL
    SELECT entry.id, '{PUSHES}', '{SEND_PUSH}', 'push ' || device.id,
           jsonb_build_object('event_id', entry.id, 'device_id', device.id)
    FROM entry JOIN device ON device.person_id = entry.person_id WHERE entry.kind IN ({_any_of(PUSHED)})
) AS message
ORDER BY event, lock
"""

# One that waits already will do for both.
_DEFER_RECONCILE: Final = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
VALUES ('{QUEUE}', '{RECONCILE}', 0, '{RECONCILE} ' || $1::bigint::text,
        jsonb_build_object('organisation_id', $1::bigint))
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""

_MESSAGES: Final = f"task_name IN ('{SEND_MAIL}', '{SEND_PUSH}')"

_DISCARD_MESSAGES: Final = f"""
DELETE FROM procrastinate_jobs USING event
WHERE {_MESSAGES} AND status = 'todo'
  AND event.id = (args ->> 'event_id')::bigint AND event.organisation_id = $1
"""

# Those that failed for good among them.
_DISCARD_MESSAGES_TO: Final = f"""
DELETE FROM procrastinate_jobs USING event
WHERE {_MESSAGES} AND status <> 'doing'
  AND event.id = (args ->> 'event_id')::bigint AND event.person_id = $1
"""


_WHOSE_EVENT: Final = "SELECT organisation_id FROM event WHERE id = $1"


async def organisation_of_event(event_id: int) -> int | None:
    """Whose the entry is that a job tells of; None where it has gone since."""
    for row in await found_across_organisations(_WHOSE_EVENT, event_id):
        return int(row["organisation_id"])
    return None


async def defer_reconcile(connection: BaseDBAsyncClient, organisation_id: int) -> None:
    """Have the worker tell whoever waits, after a change that may have made many mentors findable or not."""
    await connection.execute_query(_DEFER_RECONCILE, [organisation_id])


async def discard_messages(connection: BaseDBAsyncClient, organisation_id: int) -> None:
    """Forget the mails and pushes that wait for an organisation's people."""
    await connection.execute_query(_DISCARD_MESSAGES, [organisation_id])


async def discard_messages_to(connection: BaseDBAsyncClient, person_id: int) -> None:
    """Forget the mails and pushes that wait for a person, before their log goes."""
    await connection.execute_query(_DISCARD_MESSAGES_TO, [person_id])
