"""Bringing a database up to date: our tables, those of the job queue, and the role that the service works under.

Faults of tortoise 1.1.9 that this module and the migrations work around, with tests in
`tests/integration/test_migrations.py`:

- Nothing keeps two processes from migrating at once (`test_two_processes_migrate_at_once_and_again_without_harm`).
- A migration that creates a table drops its constraints: a later one adds them
  (`test_every_column_index_and_constraint_of_the_models_is_in_the_database`).
"""

import asyncio
import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import asyncpg
from procrastinate.schema import SchemaManager
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.api import migrate as apply_migrations

from api.database import ROLE, tortoise_config
from api.models import migrations

# Any number will do, as long as every process that migrates takes the same one.
_LOCK: Final = 7_217_041

Script = tuple[str, str]


async def migrate(url: str) -> None:
    """Bring the schema up to date. Safe to call from several processes at once: the second waits for the first.

    The role that ``url`` names owns the tables, and must be allowed to make the role that the service works under, or
    be a member of it already.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        # A task of its own, since Tortoise leaves its migrating self behind as the context of the caller.
        await asyncio.create_task(_migrate_models(tortoise_config(url, pool_size=2)))
        await update_job_queue(connection, whole=SchemaManager.get_schema(), steps=_steps())
        await _ensure_role(connection)
        for statement in _GRANTS:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _migrate_models(config: dict[str, Any]) -> None:
    async with TortoiseContext() as context:
        await context.init(config=config)
        await apply_migrations(config=config)


async def pending_migrations() -> list[str]:
    """What the connected database lacks of what this release knows. One that is newer lacks nothing."""
    connection = get_connection("default")
    applied = await connection.execute_query_dict("SELECT name FROM tortoise_migrations WHERE app = 'models'")
    (queue,) = await connection.execute_query_dict("SELECT obj_description('procrastinate_jobs'::regclass) AS step")
    missing = _ours() - {row["name"] for row in applied}
    return sorted(missing) + [name for name, _ in _steps() if name > (queue["step"] or "")]


@cache
def _ours() -> frozenset[str]:
    return frozenset(each.name for each in pkgutil.iter_modules(migrations.__path__))


@cache
def _steps() -> list[Script]:
    """The job queue's own migrations, by name, in their order."""
    folder = resources.files("procrastinate.sql") / "migrations"
    found = [each for each in folder.iterdir() if each.name.endswith(".sql")]
    return sorted((each.name, each.read_text(encoding="utf-8")) for each in found)


async def update_job_queue(connection: asyncpg.Connection, *, whole: str, steps: Sequence[Script]) -> None:
    """Make the job queue's tables, or take those that are there through the steps that came since.

    Which step was the last is kept as the comment of its table of jobs: the queue itself does not say.
    """
    latest = max(name for name, _ in steps)
    there = await connection.fetchval("SELECT to_regclass('procrastinate_jobs')")
    async with connection.transaction():
        if there is None:
            await connection.execute(whole)
        else:
            done = await connection.fetchval("SELECT obj_description('procrastinate_jobs'::regclass)")
            for name, script in sorted(steps):
                if name > done:
                    await connection.execute(script)
        await connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{latest}'")


class RoleRefused(Exception):  # noqa: N818 - an answer to whoever migrates
    """The owner of the database may not make the role, and is not a member of it."""

    def __init__(self, user: str) -> None:
        super().__init__(
            f"the user {user!r} may not take the role {ROLE!r}. Have an administrator of the server run: "
            f'CREATE ROLE {ROLE}; GRANT {ROLE} TO "{user}";'
        )


async def _ensure_role(connection: asyncpg.Connection) -> None:
    try:
        for statement in _ROLE:
            await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError as error:
        raise RoleRefused(await connection.fetchval("SELECT current_user")) from error


_ROLE: Final = (
    f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
            CREATE ROLE {ROLE} NOLOGIN;
        END IF;
    -- Somebody who migrates another database of the same server came first.
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
    """,
    f"""
    DO $$ BEGIN
        IF NOT pg_has_role(current_user, '{ROLE}', 'SET') THEN
            EXECUTE format('GRANT {ROLE} TO %I', current_user);
        END IF;
    END $$
    """,
)

# What the service may do: everything with rows, but what was audited stands.
_GRANTS: Final = (
    f"GRANT USAGE ON SCHEMA public TO {ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
    f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
    f"REVOKE UPDATE, DELETE ON audit_entry FROM {ROLE}",
)
