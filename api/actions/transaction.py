"""Where the transaction of an action begins and ends, over a connection of Tortoise's: for stories that use its models
and for those that send their own statements.

Faults of tortoise 1.1.9 that are worked around here and in `work.py`:

- A task that is cancelled while it enters a transaction leaks its pooled connection for good, and a dropped socket
  cancels tasks: the work runs in a task of its own, which nobody cancels (`tests/acceptance/test_dropped_clients.py`:
  `test_two_connections_serve_on_after_two_hundred_dropped_sockets`).
- One that fails to enter it does as well, and whoever takes hold of rows as it begins may be ended to break a deadlock:
  the connection is given back whatever happens after it was taken.
- A task started inside a transaction inherits its connection: wake-ups are sent after the transaction has ended
  (`tests/integration/test_wakeups.py`: `test_one_process_wakes_the_subscriptions_of_another`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tortoise.connection import get_connection, get_connections
from tortoise.models import Model
from tortoise.transactions import in_transaction


class Held(NamedTuple):
    """A row that is to stay as it is until the commit, where the organisation has it."""

    model: type[Model]
    key: int
    organisation_id: int

    @property
    def name(self) -> str:
        return f"hold_{self._table}"

    @property
    def statement(self) -> str:
        return f'SELECT FROM "{self._table}" WHERE id = $1 AND organisation_id = $2 FOR NO KEY UPDATE'

    @property
    def call(self) -> str:
        """Numbers alone are written into it."""
        return f"EXECUTE {self.name}({self.key:d}, {self.organisation_id:d})"

    @property
    def _table(self) -> str:
        return self.model._meta.db_table  # noqa: SLF001


class Transaction:
    """One that is to begin: ``client`` is what Tortoise's models use within it."""

    def __init__(self, client: Any, connection: Any) -> None:
        self.client = client
        self.begun = False
        self._connection = connection

    async def begin(self, *held: Held) -> None:
        """Begin, and take hold of some rows in their order; one round trip. Where rows are held, asyncpg refuses to
        make savepoints within: neither ``bulk_create`` nor ``get_or_create`` works.
        """
        if not held:
            await self.client.begin()
            self.begun = True
            return
        for each in held:
            await self._connection.name(each.name, each.statement)
        self.begun = True
        self.client.transaction = _Begun(self._connection)
        await self._connection.execute("; ".join(("BEGIN", *(each.call for each in held))))


class _Begun:
    """What ends a transaction that asyncpg was not asked to begin."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def commit(self) -> None:
        await self._connection.execute("COMMIT")

    async def rollback(self) -> None:
        await self._connection.execute("ROLLBACK")


@asynccontextmanager
async def transaction() -> AsyncIterator[Transaction]:
    """A transaction that commits at the end of the block, or is rolled back where it raises."""
    async with get_connection("default").acquire_connection() as connection:
        client: Any = in_transaction().client
        client._connection = connection  # noqa: SLF001
        made = Transaction(client, connection)
        token = get_connections().set("default", client)
        try:
            yield made
        except BaseException:
            if made.begun:
                await client.rollback()
            raise
        else:
            if made.begun:
                await client.commit()
        finally:
            get_connections().reset(token)
