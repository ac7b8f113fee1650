"""Connections on which each statement sees the rows of one organisation, whoever used them before.

A connection remembers what it is set to, and is told only where it is to be something else: it belongs to one task from
before it is told until after the statement has ended. While it is being told it remembers nothing, so that whoever is
cut off in between, or loses it, leaves it to be told anew. Nothing is set back at the end: whoever comes next compares
it with what they are.
"""

from typing import Any, Final

import asyncpg
from asyncpg.pool import _PoolConnectionHolderQueue
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionContext,
    TransactionContextPooled,
)

from api.models.row_security import SETTING, scope


class SettledConnection(asyncpg.Connection):  # type: ignore[misc] # it has no types
    """A connection, what it is set to where that is known, and which statements it knows by name."""

    __slots__ = ("_named", "_settled")

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._settled: str | None = None
        self._named: set[str] = set()

    async def settle(self, wanted: str) -> None:
        """Set it to this, where it is not. In a transaction that fails, PostgreSQL would take it back: before one."""
        if self._settled != wanted:
            self._settled = None
            await self.execute(f"SET {SETTING} = '{wanted}'")
            self._settled = wanted

    async def name(self, name: str, statement: str) -> None:
        """Have it know a statement by a name, for whoever sends several at once: those come as text, and whatever has
        no name is planned anew each time.
        """
        if name not in self._named:
            await self.execute(f"PREPARE {name} AS {statement}")
            self._named.add(name)

    async def introduce(self, statement: str, value: object) -> list[asyncpg.Record]:
        """Run a statement that sets it to the organisation of the first row that it finds."""
        self._settled = None
        rows: list[asyncpg.Record] = await self.fetch(statement, value)
        if rows:
            self._settled = str(rows[0]["organisation_id"])
        return rows


class _SettledFirst(_PoolConnectionHolderQueue):  # type: ignore[misc] # as above
    """The connections that are free. Whoever needs one gets that which is set to what they work within, and need not be
    told; else the one that nobody has used for longest, so that those who have just left theirs find it as it was.
    """

    def _get(self) -> Any:
        wanted, free = scope(), self._queue
        chosen = next((place for place in range(len(free) - 1, -1, -1) if _settled(free[place]) == wanted), None)
        if chosen is None:
            chosen = next((place for place, holder in enumerate(free) if holder.is_connected()), len(free) - 1)
        return free.pop(chosen)


def _settled(holder: Any) -> str | None:
    return holder._con._settled if holder.is_connected() else None  # noqa: SLF001


class _Settled(PoolConnectionWrapper[Any]):
    """A connection of the pool, set to what its task works within."""

    __slots__ = ()

    async def __aenter__(self) -> Any:
        connection = await super().__aenter__()
        try:
            await connection.settle(scope())
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return connection


class _Transaction(TransactionWrapper):
    """All of it is within one organisation."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._within = scope()

    async def begin(self) -> None:
        connection: Any = self._connection
        await connection.settle(self._within)
        await super().begin()

    async def savepoint(self) -> None:
        await super().begin()

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        if scope() != self._within:
            raise AnotherOrganisationError(self._within, scope())
        return super().acquire_connection()

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Transaction(self))


class SettledClient(AsyncpgDBClient):
    """Tortoise's client, on such connections."""

    connection_class = SettledConnection

    async def create_pool(self, **given: Any) -> asyncpg.Pool:
        """Asyncpg's own, of which the order is ours (`tests/integration/test_row_security.py`:
        `test_whoever_comes_back_finds_the_connection_that_they_left`).
        """
        pool = await super().create_pool(**given)
        free = _SettledFirst(maxsize=pool.get_max_size())
        while not pool._queue.empty():  # noqa: SLF001
            free.put_nowait(pool._queue.get_nowait())  # noqa: SLF001
        pool._queue = free  # noqa: SLF001
        return pool

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return _Settled(self, self._pool_init_lock)

    def acquire_as_it_is(self) -> PoolConnectionWrapper[Any]:
        """For `introduced`, which depends on nothing that a connection is set to."""
        return super().acquire_connection()  # type: ignore[return-value]

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(_Transaction(self), self._pool_init_lock)


class AnotherOrganisationError(RuntimeError):
    """A fault of ours: a transaction was begun for one organisation, and asked for the rows of another."""

    def __init__(self, begun: str, asked: str) -> None:
        super().__init__(f"a transaction within {begun!r} cannot work within {asked!r}")


# Where Tortoise looks for it.
client_class: Final = SettledClient
