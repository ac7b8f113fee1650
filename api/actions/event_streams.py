"""Streams of events that several operations share (GraphQL over SSE, single connection mode), known to all processes.

Whoever holds a stream is told through the rows of its operations: a new one is to be run, one that went is to stop.
Each change here is one statement; the broker says that there is something to look at.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from api.actions.work import Waker, carried_through
from api.domain.text import is_storable
from api.domain.viewer import Viewer
from api.models import EventStream
from api.models.row_security import found_across_organisations, within
from api.models.statements import columns_of, row_of

_LONGEST_NAME: Final = 200
# How long one may be reserved, or held by somebody who gives no sign of life.
KEPT: Final = timedelta(seconds=60)


class NoSuchStream(Exception):  # noqa: N818 - how a question ends
    """Nobody reserved it, or somebody else did, or it is closed."""


class StreamIsOpen(Exception):  # noqa: N818 - as above
    """It has been opened before, which is possible once."""


class OperationExists(Exception):  # noqa: N818 - as above
    """One of that name runs already."""


class TooManyOperations(Exception):  # noqa: N818 - as above
    """As many run as may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedOperation:
    """An operation of a stream. ``parameters`` is None for those that were taken before."""

    id: int
    name: str
    parameters: str | None


async def reserve_stream(viewer: Viewer, *, issued_at: datetime | None, expires_at: datetime) -> str:
    """A token that opens a stream of this person's, once, within a minute."""
    token = secrets.token_urlsafe(32)
    await carried_through(
        EventStream.create(
            organisation_id=viewer.organisation_id,
            person_id=viewer.person_id,
            digest=_digest(token),
            administrator=viewer.administrator,
            token_issued_at=issued_at,
            token_expires_at=expires_at,
        )
    )
    return token


# The token alone says whose it is.
_RESERVED: Final = f"""
SELECT {columns_of(EventStream, "event_stream")} FROM event_stream WHERE digest = $1 AND seen_at > $2
"""
_OPEN: Final = """
UPDATE event_stream SET opened_at = now(), seen_at = now()
WHERE id = $1 AND opened_at IS NULL
RETURNING id
"""


async def open_stream(token: str, *, person_id: int | None) -> EventStream:
    """The stream that was reserved, by this person where it is known who asks. Raises ``NoSuchStream``,
    ``StreamIsOpen``.
    """
    found = await found_across_organisations(_RESERVED, _digest(token), datetime.now(UTC) - KEPT)
    stream = row_of(EventStream, found[0]) if found else None
    if stream is None or person_id not in {None, stream.person_id}:
        raise NoSuchStream
    with within(stream.organisation_id):
        opened = await carried_through(_rows(_OPEN, stream.id))
    if not opened:
        raise StreamIsOpen
    return stream


_QUEUE: Final = """
WITH stream AS (SELECT id, organisation_id FROM event_stream WHERE digest = $1 AND person_id = $2),
running AS (SELECT count(*) AS number FROM event_stream_operation WHERE stream_id IN (SELECT id FROM stream)),
new AS (
    INSERT INTO event_stream_operation (organisation_id, stream_id, name, parameters)
    SELECT organisation_id, id, $3, $4 FROM stream, running WHERE number < $5
    ON CONFLICT (stream_id, name) DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM stream) AS streams, number, (SELECT count(*) FROM new) AS queued FROM running
"""


async def queue_operation(
    waker: Waker, viewer: Viewer, token: str, *, name: str, parameters: str, at_most: int
) -> None:
    """Have an operation run by whoever holds the stream. ``parameters`` is read by them alone. Raises ``ValueError``
    where the name cannot be one, ``NoSuchStream``, ``OperationExists``, ``TooManyOperations``.
    """
    if not (0 < len(name) <= _LONGEST_NAME and is_storable(name)):
        raise ValueError(f"`operationId` has 1 to {_LONGEST_NAME} characters; a UUID will do.")
    try:
        (found,) = await carried_through(_rows(_QUEUE, _digest(token), viewer.person_id, name, parameters, at_most))
    except IntegrityError as error:
        # It was closed at this moment.
        raise NoSuchStream from error
    if not found["streams"]:
        raise NoSuchStream
    if not found["queued"]:
        raise TooManyOperations if found["number"] >= at_most else OperationExists
    waker.wake([viewer.person_id])


_WITHDRAW: Final = """
WITH stream AS (SELECT id FROM event_stream WHERE digest = $1 AND person_id = $2),
gone AS (DELETE FROM event_stream_operation WHERE stream_id IN (SELECT id FROM stream) AND name = $3)
SELECT id FROM stream
"""


async def withdraw_operation(waker: Waker, viewer: Viewer, token: str, *, name: str) -> None:
    """Have an operation stopped; nothing happens where it has ended. Raises ``NoSuchStream``."""
    # None has a name that cannot be stored.
    name = name if is_storable(name) else ""
    if not await carried_through(_rows(_WITHDRAW, _digest(token), viewer.person_id, name)):
        raise NoSuchStream
    waker.wake([viewer.person_id])


_OPERATIONS: Final = """
SELECT id, name, CASE WHEN id = ANY($2) THEN NULL ELSE parameters END AS parameters
FROM event_stream_operation WHERE stream_id = $1 ORDER BY id
"""


async def operations_of(stream: EventStream, *, known: Collection[int]) -> list[QueuedOperation]:
    """What is to run on a stream, in the order in which it was asked for."""
    return [QueuedOperation(**row) for row in await _rows(_OPERATIONS, stream.id, list(known))]


async def end_operation(operation: QueuedOperation) -> None:
    """Its name is free again."""
    await carried_through(_rows("DELETE FROM event_stream_operation WHERE id = $1", operation.id))


async def keep_stream(stream: EventStream) -> bool:
    """A sign of life of whoever holds it. False where it was given up, and nobody puts operations there any more."""
    return bool(await _rows("UPDATE event_stream SET seen_at = now() WHERE id = $1 RETURNING id", stream.id))


async def close_stream(stream: EventStream) -> None:
    """Its token opens nothing any more, and its operations are gone."""
    await carried_through(_remove("id = $1", stream.id))


_WHOSE_ARE_FORGOTTEN: Final = "SELECT DISTINCT organisation_id FROM event_stream WHERE seen_at < $1"


async def forget_streams() -> None:
    """Remove what was never opened, or is held by nobody any more."""
    forgotten = datetime.now(UTC) - KEPT
    for row in await found_across_organisations(_WHOSE_ARE_FORGOTTEN, forgotten):
        with within(row["organisation_id"]):
            await carried_through(_remove("seen_at < $1", forgotten))


async def _remove(which: str, value: object) -> None:
    statement = f"""
    WITH gone AS (SELECT id FROM event_stream WHERE {which} FOR UPDATE),
    stopped AS (DELETE FROM event_stream_operation WHERE stream_id IN (SELECT id FROM gone))
    DELETE FROM event_stream WHERE id IN (SELECT id FROM gone)
    """
    while True:
        try:
            await _rows(statement, value)
        except IntegrityError:
            # An operation came in between; it goes with the rest.
            continue
        return


async def _rows(statement: str, *values: object) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
