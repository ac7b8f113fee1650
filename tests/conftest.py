"""A real PostgreSQL for every test run, and a fresh, migrated database for every test that asks for one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from api.database import connections, database_url
from api.migrate import migrate
from api.models import row_security
from api.settings import Settings

# What tests themselves write and look at is of any organisation, in their databases alone. What they call settles on
# one, and is held to it.
_TESTS = "-1"
row_security._UNSETTLED = _TESTS
_OPENED = f"""
DO $$ DECLARE guarded regclass; BEGIN
    FOR guarded IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
        EXECUTE 'CREATE POLICY tests ON ' || guarded ||
                ' USING (current_setting(''{row_security.SETTING}'', true) = ''{_TESTS}'')';
    END LOOP;
END $$
"""

_TEMPLATE = "migrated"
POOL_SIZE = 20


def at_database(url: str, name: str) -> str:
    """The same server's URL, for another of its databases."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A folder for an embedded database. Those of pytest will not do: each run of pytest closes them to other users,
    of whom PostgreSQL is one where tests run as root.
    """
    with TemporaryDirectory(prefix="mentoring-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server of this test process, with a migrated template database."""
    with (
        TemporaryDirectory(prefix="mentoring-", ignore_cleanup_errors=True) as folder,
        database_url(Settings(data=Path(folder), database_url=None)) as url,
    ):
        asyncio.run(_prepare(url))
        yield url


async def _prepare(url: str) -> None:
    connection = await asyncpg.connect(url)
    # A test database may vanish with the machine: nothing waits for the disk.
    await connection.execute("ALTER SYSTEM SET fsync = off")
    await connection.execute("ALTER SYSTEM SET synchronous_commit = off")
    await connection.execute("ALTER SYSTEM SET full_page_writes = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    await connection.close()
    await migrate(at_database(url, _TEMPLATE))
    connection = await asyncpg.connect(at_database(url, _TEMPLATE))
    await connection.execute(_OPENED)
    await connection.close()


@asynccontextmanager
async def database_named(server_url: str, name: str) -> AsyncIterator[str]:
    """The URL of a database with the schema and no rows, for as long as the block lasts."""
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy")
    try:
        yield at_database(server_url, name)
    finally:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture
async def fresh_database(server_url: str) -> AsyncIterator[str]:
    """The URL of a database with the schema and no rows."""
    async with database_named(server_url, "test") as url:
        yield url


@pytest.fixture
async def database(fresh_database: str, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh database that Tortoise is connected to."""
    settings = Settings(data=tmp_path, database_url=fresh_database, database_pool_size=POOL_SIZE)
    async with connections(settings, fresh_database):
        yield fresh_database
