"""PostgreSQL for the benchmark: one server of its own, tuned once and alike for everybody, and databases full of people
that are made once and copied for every run.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import resources
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil

from api.database import database_url
from api.migrate import migrate
from api.settings import Settings
from bench.cores import pin

_FILES: Final = ("town.sql", "peers.sql")

# What is compared is servers, not the disk of this machine: nobody waits for it. Nothing begins by itself while
# something is measured. One question gets one core, since there is one for the database, and no parallel workers.
_SETTINGS: Final = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "1GB",
    "max_connections": "200",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "random_page_cost": "1.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}


@contextmanager
def database_server(folder: Path, cores: frozenset[int], *, nice: int = 0) -> Iterator[str]:
    """The URL of a tuned server with its data in this folder, on these cores for as long as the block lasts. ``nice``
    is how far others on them come before it, 0 to 19.
    """
    settings = Settings(data=folder, database_url=None)
    tuned = settings.database_folder / "postgresql.auto.conf"
    if not tuned.exists():
        # The server makes its folder as it starts, and reads most of the settings as it starts again.
        with database_url(settings):
            pass
    tuned.write_text("".join(f"{name} = '{value}'\n" for name, value in _SETTINGS.items()))
    with database_url(settings) as url:
        postmaster = psutil.Process(int((settings.database_folder / "postmaster.pid").read_text().split()[0]))
        for process in (postmaster, *postmaster.children(recursive=True)):
            pin(process.pid, cores)
            if nice:
                process.nice(nice)
        yield url


def at_database(url: str, name: str) -> str:
    """The same server's URL, for another of its databases."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@asynccontextmanager
async def town(url: str, mentors: int) -> AsyncIterator[str]:
    """The URL of a database with so many mentors, for one run: whatever is written is gone after it."""
    template, copy = f"town_{mentors}", f"run_{mentors}"
    server = await asyncpg.connect(url)
    try:
        if await _version_there(server, template) != _version():
            await _make(server, url, template, mentors)
        await server.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        await server.execute(f"CREATE DATABASE {copy} TEMPLATE {template} STRATEGY file_copy")
        yield at_database(url, copy)
    finally:
        await server.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        await server.close()


def _version() -> str:
    """What the databases are made of."""
    ours = [resources.files("bench") / "sql" / name for name in _FILES]
    migrations = sorted(
        (each for each in resources.files("api.models.migrations").iterdir() if each.name.endswith(".py")),
        key=lambda each: each.name,
    )
    return hashlib.sha256(b"".join(each.read_bytes() for each in (*ours, *migrations))).hexdigest()


async def _version_there(server: asyncpg.Connection, name: str) -> str | None:
    version: str | None = await server.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
    )
    return version


async def _make(server: asyncpg.Connection, url: str, name: str, mentors: int) -> None:
    await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await server.execute(f"CREATE DATABASE {name}")
    await migrate(at_database(url, name))
    connection = await asyncpg.connect(at_database(url, name), command_timeout=None)
    try:
        await _fill(connection, mentors)
    finally:
        await connection.close()
    # What has a version is complete.
    await server.execute(f"COMMENT ON DATABASE {name} IS '{_version()}'")


async def _fill(connection: asyncpg.Connection, mentors: int) -> None:
    # References are right by the way in which the rows are made.
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(f"SET bench.size = {mentors:d}")
    again = await _without_indexes(connection, "held_level")
    for name in _FILES:
        if name == "peers.sql":
            for statement in again:
                await connection.execute(statement)
            await connection.execute("VACUUM ANALYZE")
        await connection.execute((resources.files("bench") / "sql" / name).read_text(encoding="utf-8"))
    await connection.execute("VACUUM ANALYZE")


async def _without_indexes(connection: asyncpg.Connection, table: str) -> list[str]:
    """Drop the indexes of a table that is about to be filled; a million mentors hold 37 million levels. Returns what
    makes them again.
    """
    constraints = await connection.fetch(
        "SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint "
        "WHERE conrelid = $1::regclass AND contype IN ('p', 'u')",
        table,
    )
    for constraint in constraints:
        await connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint["name"]}"')
    indexes = await connection.fetch(
        "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index "
        "WHERE indrelid = $1::regclass",
        table,
    )
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    return [
        *(f'ALTER TABLE {table} ADD CONSTRAINT "{each["name"]}" {each["definition"]}' for each in constraints),
        *(each["definition"] for each in indexes),
    ]
