"""What leaves the service by other ways than a subscription: put aside in the transaction of what it tells.

A job holds the key of an event and nothing else; what is sent is read from the rows when it is sent.
"""

from collections.abc import Sequence
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient

QUEUE: Final = "mentoring"
SEND_MAIL: Final = "send_mail"
RECONCILE: Final = "reconcile_availability"

# One lock a person: their mails leave one after another, in the order of their log.
_DEFER_MAILS: Final = f"""
SELECT procrastinate_defer_jobs_v1(array_agg(
    row('{QUEUE}', '{SEND_MAIL}', 0, 'mail ' || person, NULL, jsonb_build_object('event_id', event), NULL)
        ::procrastinate_job_to_defer_v1 ORDER BY event))
FROM unnest($1::bigint[], $2::bigint[]) AS given (event, person)
"""

# One that waits already will do for both.
_DEFER_RECONCILE: Final = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
VALUES ('{QUEUE}', '{RECONCILE}', 0, '{RECONCILE} ' || $1::bigint::text,
        jsonb_build_object('organisation_id', $1::bigint))
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""

_DISCARD_MAILS: Final = f"""
DELETE FROM procrastinate_jobs USING event
WHERE task_name = '{SEND_MAIL}' AND status = 'todo'
  AND event.id = (args ->> 'event_id')::bigint AND event.organisation_id = $1
"""

# Those that failed for good among them.
_DISCARD_MAILS_TO: Final = f"""
DELETE FROM procrastinate_jobs USING event
WHERE task_name = '{SEND_MAIL}' AND status <> 'doing'
  AND event.id = (args ->> 'event_id')::bigint AND event.person_id = $1
"""


async def defer_mails(connection: BaseDBAsyncClient, events: Sequence[tuple[int, int]]) -> None:
    """Put aside a mail about each event: pairs of the event's key and its recipient's."""
    if events:
        keys, people = zip(*events, strict=True)
        await connection.execute_query(_DEFER_MAILS, [list(keys), list(people)])


async def defer_reconcile(connection: BaseDBAsyncClient, organisation_id: int) -> None:
    """Have the worker tell whoever waits, after a change that may have made many mentors findable or not."""
    await connection.execute_query(_DEFER_RECONCILE, [organisation_id])


async def discard_mails(connection: BaseDBAsyncClient, organisation_id: int) -> None:
    """Forget the mails that wait for an organisation's people."""
    await connection.execute_query(_DISCARD_MAILS, [organisation_id])


async def discard_mails_to(connection: BaseDBAsyncClient, person_id: int) -> None:
    """Forget the mails that wait for a person, before their log goes."""
    await connection.execute_query(_DISCARD_MAILS_TO, [person_id])
