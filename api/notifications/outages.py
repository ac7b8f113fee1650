"""Telling an outage of the database, which passes, from a fault of ours, which does not."""

from typing import Final

import asyncpg
import psycopg
from tortoise.exceptions import DBConnectionError

_OUTAGES: Final = (
    OSError,  # TimeoutError among them
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What a connection says that was cut while it heard of an error.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # The queue's connections.
    psycopg.OperationalError,
)


def is_outage(error: BaseException | None) -> bool:
    """Whether the database was away, here or in what led here."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, _OUTAGES):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
