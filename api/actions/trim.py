"""Taking away what has served its time: notifications that were read, names of requests that were sent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from tortoise.connection import get_connection

from api.actions.work import Waker, Work, action
from api.models.row_security import organisation_ids

BATCH: Final = 200
KEYS_ARE_KEPT: Final = timedelta(hours=24)
CHANGES_ARE_KEPT: Final = timedelta(hours=1)

# A log is trimmed from its beginning: up to the last entry before the first one that is unread or young.
_TRIM: Final = """
WITH kept AS (
    SELECT event_log.id, coalesce(min(event.seq), event_log.seq + 1) - 1 AS upto
    FROM event_log
    LEFT JOIN event ON event.person_id = event_log.id AND (event.read_at IS NULL OR event.read_at >= $1)
    WHERE event_log.organisation_id = $3
      AND EXISTS (SELECT FROM event AS old WHERE old.person_id = event_log.id AND old.read_at < $1)
    GROUP BY event_log.id
),
due AS (
    SELECT event_log.id, kept.upto FROM event_log JOIN kept USING (id) WHERE kept.upto > event_log.trimmed_to
    ORDER BY event_log.id LIMIT $2 FOR UPDATE OF event_log SKIP LOCKED
),
gone AS (DELETE FROM event USING due WHERE event.person_id = due.id AND event.seq <= due.upto)
UPDATE event_log SET trimmed_to = due.upto FROM due WHERE event_log.id = due.id
RETURNING event_log.id
"""

_FORGET: Final = """
DELETE FROM idempotency_key WHERE id IN (
    SELECT id FROM idempotency_key WHERE created_at < $1 AND organisation_id = $2 LIMIT 1000 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""

# Changes are told by the order in which transactions end, which nothing writes down: an hour begins when we see them.
_FORGET_CHANGES: Final = """
WITH gone AS (
    DELETE FROM search_change WHERE id IN (
        SELECT id FROM search_change WHERE organisation_id = $2 AND seen_at < now() - $1::interval
        LIMIT 1000 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
),
seen AS (
    UPDATE search_change SET seen_at = now() WHERE id IN (
        SELECT id FROM search_change WHERE organisation_id = $2 AND seen_at IS NULL LIMIT 1000 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
)
SELECT id FROM gone UNION ALL SELECT id FROM seen
"""


async def trim_logs(waker: Waker, /, *, kept_for: timedelta) -> int:
    """Remove entries that were read longer ago than this, from the beginning of each log up to the first that was not.
    Cursors before what is left are answered with CURSOR_RESET. Returns how many logs; at most 200 at a time of each
    organisation.
    """
    values = [datetime.now(UTC) - kept_for, BATCH]
    return await _of_each(waker, lambda key: (_TRIM, [*values, key]))


async def forget_idempotency_keys(waker: Waker, /) -> int:
    """Remove keys that are older than 24 hours: nobody sends the same again by then. Returns how many."""
    before = datetime.now(UTC) - KEYS_ARE_KEPT
    return await _of_each(waker, lambda key: (_FORGET, [before, key]))


async def forget_search_changes(waker: Waker, /, *, kept_for: timedelta = CHANGES_ARE_KEPT) -> int:
    """Remove what every index has followed long since, or will not: it is then read anew. Returns how many were looked
    at, for the first time or the last.
    """
    return await _of_each(waker, lambda key: (_FORGET_CHANGES, [kept_for, key]))


async def _of_each(waker: Waker, step: Callable[[int], tuple[str, list[object]]]) -> int:
    return sum([await _run(waker, organisation_id=each, step=step) for each in await organisation_ids()])


@action
async def _run(_work: Work, *, organisation_id: int, step: Callable[[int], tuple[str, list[object]]]) -> int:
    statement, values = step(organisation_id)
    return len(await get_connection("default").execute_query_dict(statement, values))
