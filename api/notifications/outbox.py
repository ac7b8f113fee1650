"""What leaves the service by other ways than a subscription: put aside in the transaction of what it tells.

A job holds keys, of an event and of a device, and nothing else; what is sent is read from the rows when it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient

from api.models.row_security import found_across_organisations

QUEUE: Final = "mentoring"
# A queue of its own: pushes go to addresses that people chose, and whoever answers slowly there holds up no mail.
PUSHES: Final = "pushes"
SEND_MAIL: Final = "send_mail"
SEND_PUSH: Final = "send_push"
RECONCILE: Final = "reconcile_availability"

# One lock a person: their mails leave one after another, in the order of their log. One job and one lock a device: what
# has reached one device is not sent again because another could not be reached.
_DEFER_MESSAGES: Final = f"""
WITH told AS (SELECT event, person FROM unnest($1::bigint[], $2::bigint[]) AS given (event, person)),
jobs AS (
    SELECT event, '{QUEUE}' AS queue, '{SEND_MAIL}' AS task, 'mail ' || person AS lock,
           jsonb_build_object('event_id', event) AS args
    FROM told WHERE event = ANY($3::bigint[])
    UNION ALL
    SELECT event, '{PUSHES}', '{SEND_PUSH}', 'push ' || device.id,
           jsonb_build_object('event_id', event, 'device_id', device.id)
    FROM told JOIN device ON device.person_id = told.person WHERE event = ANY($4::bigint[])
)
SELECT procrastinate_defer_jobs_v1(array_agg(
    row(queue, task, 0, lock, NULL, args, NULL)::procrastinate_job_to_defer_v1 ORDER BY event, lock))
FROM jobs
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An entry of somebody's log, and in which other ways they are to hear of it."""

    event_id: int
    person_id: int
    mailed: bool
    pushed: bool


async def defer_messages(connection: BaseDBAsyncClient, told: Sequence[Told]) -> None:
    """Put aside a mail, and a push to each device of its recipient, about each of these."""
    if any(each.mailed or each.pushed for each in told):
        await connection.execute_query(
            _DEFER_MESSAGES,
            [
                [each.event_id for each in told],
                [each.person_id for each in told],
                [each.event_id for each in told if each.mailed],
                [each.event_id for each in told if each.pushed],
            ],
        )


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
