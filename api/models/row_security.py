"""Whose rows a statement sees: the application's half of `docs/decisions/0009-row-level-security.md`.

A policy on each table compares its rows with the connection's setting `mentoring.organisation`: the key of one
organisation, nothing, or `all`, under which everything is seen and nothing can be written. What that is to be belongs
to the task at work, and `backend.py` sees that a connection has it before each statement. A task that says nothing sees
nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from tortoise.connection import get_connection

SETTING: Final = "mentoring.organisation"
NOBODY: Final = ""
ALL: Final = "all"

_UNSETTLED = NOBODY
_scope: ContextVar[str] = ContextVar("organisation")


def scope() -> str:
    """What the setting is to be for what this task asks of the database."""
    return _scope.get(_UNSETTLED)


def settle(organisation_id: int) -> None:
    """From now on this task, and whatever it starts, works within one organisation."""
    _scope.set(str(int(organisation_id)))


def unsettle() -> None:
    """Work within nothing, whatever this task has inherited: that of one request may start that of the next."""
    _scope.set(NOBODY)


@contextmanager
def within(organisation_id: int) -> Iterator[None]:
    """Work within one organisation for as long as the block lasts. Not around a `yield` of an asynchronous generator:
    whoever iterates it would be settled, too.
    """
    token = _scope.set(str(int(organisation_id)))
    try:
        yield
    finally:
        _scope.reset(token)


async def found_across_organisations(statement: str, *values: object) -> list[dict[str, Any]]:
    """What one statement finds among the rows of all organisations; it can change none of them. For those alone who
    cannot know yet whose rows they want: `tests/integration/test_row_security.py` names them.
    """
    token = _scope.set(ALL)
    try:
        return await get_connection("default").execute_query_dict(statement, list(values))
    finally:
        _scope.reset(token)


async def organisation_ids() -> list[int]:
    """Every organisation, in the order of their keys."""
    return [row["id"] for row in await found_across_organisations("SELECT id FROM organisation ORDER BY id")]


async def introduced(statement: str, value: object) -> list[dict[str, Any]]:
    """What a statement finds that itself sets its connection, by `set_config`, to the `organisation_id` of its first
    row: whoever has just been found asks for more at once, and is spared another round trip.
    """
    client: Any = get_connection("default")
    async with client.acquire_as_it_is() as connection:
        rows = await connection.introduce(statement, value)
    return [dict(row) for row in rows]


def guarded(table: str, organisation: str = "organisation_id") -> list[str]:
    """What a migration runs to guard a table. Each subquery is evaluated once a statement.

    ``migrating`` is for whoever owns the tables, since a later migration may have to change the rows of all.
    """
    setting = f"current_setting('{SETTING}', true)"
    own = f"{organisation} = (SELECT nullif(nullif({setting}, ''), '{ALL}')::bigint)"
    everything = f"(SELECT {setting} = '{ALL}')"
    return [
        f'CREATE POLICY own ON "{table}" USING ({own})',
        f'CREATE POLICY looking ON "{table}" FOR SELECT USING ({everything})',
        f'CREATE POLICY migrating ON "{table}" TO CURRENT_USER USING ({everything})',
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
    ]


def unguarded(table: str) -> list[str]:
    """The way back."""
    policies = [f'DROP POLICY {policy} ON "{table}"' for policy in ("own", "looking", "migrating")]
    return [f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', *policies]
