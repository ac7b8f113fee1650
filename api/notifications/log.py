"""Reading one person's log: its head, its cursors, its entries."""

from collections.abc import Collection
from typing import Final

from tortoise.connection import get_connection

from api.domain.errors import Fault, FaultCode
from api.domain.events import EventKind
from api.domain.viewer import Viewer
from api.models import Event, EventLog
from api.models.statements import columns_of, rows_of
from api.notifications.cursors import log_cursor, read_log_cursor

_ENSURE: Final = """
INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
VALUES ($1, $2, gen_random_uuid(), 0, 0) ON CONFLICT (id) DO NOTHING
"""

_ENTRIES_AFTER: Final = """
SELECT {columns} FROM event JOIN person ON person.id = event.person_id AND person.deactivated_at IS NULL
WHERE event.person_id = $1 AND event.seq > $2 AND event.kind = ANY($3::text[])
ORDER BY event.seq LIMIT $4
"""


async def log_of(viewer: Viewer) -> EventLog:
    """The head of the viewer's log, begun now if it never was."""
    found = await _head_of(viewer)
    if not found:
        await get_connection("default").execute_query(_ENSURE, [viewer.person_id, viewer.organisation_id])
        found = await _head_of(viewer)
    return found[0]


async def _head_of(viewer: Viewer) -> list[EventLog]:
    columns = columns_of(EventLog, "event_log")
    return await rows_of(EventLog, f"SELECT {columns} FROM event_log WHERE id = $1", viewer.person_id)


def position(log: EventLog, cursor: str) -> int:
    """The number that a cursor of this log stands for.

    Raises ``Fault`` (CURSOR_RESET) where it is malformed, of another log or epoch, in the future, or where entries
    after it have been trimmed away. Its ``cursor`` is where to start over: nothing that is still kept lies before it.
    """
    try:
        epoch, seq = read_log_cursor(cursor)
    except ValueError:
        epoch, seq = None, 0
    if epoch != log.epoch or not log.trimmed_to <= seq <= log.seq:
        raise Fault(
            FaultCode.CURSOR_RESET,
            "This cursor does not belong to your log as it stands. Load your data anew, "
            "then go on from the cursor given here.",
            cursor=log_cursor(log.epoch, log.trimmed_to),
        )
    return seq


async def entries_after(person_id: int, seq: int, *, kinds: Collection[EventKind], limit: int) -> list[Event]:
    """The entries of these kinds that follow number ``seq``, oldest first; none for whoever was deactivated."""
    statement = _ENTRIES_AFTER.format(columns=columns_of(Event, "event"))
    return await rows_of(Event, statement, person_id, seq, [kind.value for kind in kinds], limit)
