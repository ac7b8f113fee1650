"""What the index reads of the database: mentors with all that a search looks at, and who has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tortoise.connection import get_connection

from api.models.row_security import found_across_organisations, within
from api.search.findable import LEFT_OUT, OFFERING

# One kind of row for everything, so that one snapshot holds a mentor together: (mentor, 0, active mentees),
# (mentor, -option, 1), (mentor, skill, level). In PostgreSQL's binary format, all rows are of one length.
_COPY: Final = f"""
WITH offering AS MATERIALIZED (
    SELECT mentor.id, mentor.active_mentees FROM mentor
    WHERE mentor.organisation_id = $1 AND {{which}} AND {OFFERING}
)
SELECT id, 0::bigint, active_mentees::int FROM offering
UNION ALL
SELECT mentor_id, -option_id, 1 FROM mentor_option JOIN offering ON offering.id = mentor_id WHERE {{whose_options}}
UNION ALL
SELECT person_id, skill_id, level::int FROM held_level JOIN offering ON offering.id = person_id WHERE {{whose_levels}}
"""


def _reading(condition: str) -> str:
    return _COPY.format(
        which=condition.format("mentor.id"),
        whose_options=condition.format("mentor_id"),
        whose_levels=condition.format("person_id"),
    )


# Told again for each table, so that each is read by its own index and no plan reads a table whole.
_THESE: Final = _reading("{0} = ANY($2)")
_BETWEEN: Final = _reading("{0} > $2 AND {0} <= $3")
_ROW: Final = np.dtype(
    [
        ("fields", ">i2"),
        ("mentor_length", ">i4"),
        ("mentor", ">i8"),
        ("column_length", ">i4"),
        ("column", ">i8"),
        ("value_length", ">i4"),
        ("value", ">i4"),
    ]
)
_HEADER_BYTES: Final = 19
_TRAILER_BYTES: Final = 2

_BOUNDS: Final = """
SELECT max(id) AS bound FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS number FROM mentor WHERE organisation_id = $1
) AS numbered GROUP BY (number - 1) / $2::int ORDER BY bound
"""
_SKILLS: Final = "SELECT id, kind = 'PROFESSIONAL' AS professional FROM skill WHERE organisation_id = $1 ORDER BY id"
_OPTIONS: Final = "SELECT id FROM preference_option WHERE organisation_id = $1 ORDER BY id"

_POSITION: Final = """
pg_current_snapshot()::text AS snapshot, pg_postmaster_start_time() AS server, statement_timestamp() AS at
"""
# What others committed since a snapshot was taken, whatever the order of their numbers.
_CHANGED: Final = """
SELECT changed.mentor_id FROM search_change, unnest(mentor_ids) AS changed (mentor_id)
WHERE organisation_id = {organisation} AND xid >= pg_snapshot_xmin({snapshot})
  AND NOT pg_visible_in_snapshot(xid, {snapshot})
"""
_LOOK: Final = f"""
SELECT {_POSITION}, ARRAY({LEFT_OUT}) AS left_out,
       ARRAY({_CHANGED.format(organisation="$1::bigint", snapshot="$2::text::pg_snapshot")} LIMIT $4::int) AS changed
"""
_LOOK_FOR_ALL: Final = f"""
SELECT {_POSITION}, held.organisation_id,
       ARRAY({_CHANGED.format(organisation="held.organisation_id", snapshot="held.snapshot")}) AS changed
FROM unnest($1::bigint[], $2::text[]::pg_snapshot[]) AS held (organisation_id, snapshot)
"""
_NOW: Final = f"SELECT {_POSITION}"

# The worker keeps what it has seen for an hour: `api.actions.trim`.
_GOOD_FOR: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far the changes of an organisation have been followed."""

    snapshot: str
    server: datetime
    at: datetime

    def leads_to(self, later: "Position") -> bool:
        """Whether what changed in between can be told. A server that started anew may have lost what it had said, or
        be another one; and of what is long ago, something may have been trimmed away.
        """
        return self.server == later.server and later.at - self.at < _GOOD_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Which mentors changed since a position, and the position now; ``cut_off`` where there are more."""

    position: Position
    changed: frozenset[int]
    left_out: frozenset[int] = frozenset()
    cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Mentors who offer to mentor and are free to, by key; what they hold and offer, in no order."""

    ids: NDArray[np.int64]
    active: NDArray[np.int64]
    skill_of: NDArray[np.int64]
    level: NDArray[np.uint8]
    holder: NDArray[np.intp]
    option_of: NDArray[np.int64]
    offerer: NDArray[np.intp]


def decoded(data: bytes | bytearray) -> Reading:
    """Take apart what COPY gave. ``holder`` and ``offerer`` are places in ``ids``."""
    count = (len(data) - _HEADER_BYTES - _TRAILER_BYTES) // _ROW.itemsize
    rows = np.frombuffer(data, _ROW, count=count, offset=_HEADER_BYTES)
    mentor, column, value = (rows[name].astype(np.int64) for name in ("mentor", "column", "value"))
    there, holds, offers = column == 0, column > 0, column < 0
    order = np.argsort(mentor[there])
    ids = mentor[there][order]
    return Reading(
        ids=ids,
        active=value[there][order],
        skill_of=column[holds],
        level=value[holds].astype(np.uint8),
        holder=np.searchsorted(ids, mentor[holds]),
        option_of=-column[offers],
        offerer=np.searchsorted(ids, mentor[offers]),
    )


async def read_between(organisation_id: int, after: int, upto: int) -> bytearray:
    """The mentors of a range of keys, as COPY gives them."""
    return await _copied(_BETWEEN, organisation_id, after, upto)


async def read_these(organisation_id: int, mentor_ids: Sequence[int]) -> bytearray:
    """Those of these people who are such mentors, as COPY gives them."""
    return await _copied(_THESE, organisation_id, mentor_ids)


async def _copied(statement: str, organisation_id: int, *values: Any) -> bytearray:
    data = bytearray()

    async def take(part: bytes) -> None:
        data.extend(part)

    with within(organisation_id):
        async with get_connection("default").acquire_connection() as connection:
            await connection.copy_from_query(statement, organisation_id, *values, output=take, format="binary")
    return data


async def bounds_of(organisation_id: int, size: int) -> list[int]:
    """The last key of each ``size`` mentors."""
    return [row["bound"] for row in await _rows(_BOUNDS, organisation_id, size)]


async def skills_of(organisation_id: int) -> dict[int, bool]:
    """The framework's skills, and whether each is a professional one."""
    return {row["id"]: row["professional"] for row in await _rows(_SKILLS, organisation_id)}


async def options_of(organisation_id: int) -> list[int]:
    return [row["id"] for row in await _rows(_OPTIONS, organisation_id)]


async def position_now() -> Position:
    (row,) = await get_connection("default").execute_query_dict(_NOW)
    return _position(row)


async def look(organisation_id: int, since: Position, mentee_id: int, *, most: int) -> Look:
    """What changed in an organisation, up to ``most`` times, and whom this mentee is not to find."""
    (row,) = await _rows(_LOOK, organisation_id, since.snapshot, mentee_id, most + 1)
    return Look(
        position=_position(row),
        changed=frozenset(row["changed"]),
        left_out=frozenset(row["left_out"]),
        cut_off=len(row["changed"]) > most,
    )


async def look_for_all(held: dict[int, Position]) -> dict[int, Look]:
    """What changed in each of these organisations; one statement."""
    snapshots = [position.snapshot for position in held.values()]
    return {
        row["organisation_id"]: Look(position=_position(row), changed=frozenset(row["changed"]))
        for row in await found_across_organisations(_LOOK_FOR_ALL, list(held), snapshots)
    }


def _position(row: dict[str, Any]) -> Position:
    return Position(snapshot=row["snapshot"], server=row["server"], at=row["at"])


async def _rows(statement: str, organisation_id: int, *values: object) -> list[dict[str, Any]]:
    with within(organisation_id):
        return await get_connection("default").execute_query_dict(statement, [organisation_id, *values])
