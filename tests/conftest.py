"""A real PostgreSQL for every test run, and a fresh, migrated database for every test that asks for one; and which
tests are run, where, in which order.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from fasteners import InterProcessLock

from api.database import connections, database_url
from api.migrate import migrate
from api.models import row_security
from api.settings import Settings
from tests.reach import executes_operations
from tests.schedule import Sharing

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
_CLUSTER = pytest.StashKey[Path]()
_CLUSTER_VARIABLE = "TESTS_CLUSTER"
POOL_SIZE = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--executing", action="store_true", help="Run only tests from which an operation of the schema can be executed."
    )


def pytest_configure(config: pytest.Config) -> None:
    if _CLUSTER_VARIABLE not in os.environ:
        # Not one of pytest's, see below; told to the processes that pytest is about to start.
        folder = TemporaryDirectory(prefix="mentoring-", ignore_cleanup_errors=True)
        os.environ[_CLUSTER_VARIABLE] = folder.name
        config.add_cleanup(folder.cleanup)
    config.stash[_CLUSTER] = Path(os.environ[_CLUSTER_VARIABLE])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("executing"):
        left_out = [item for item in items if not executes_operations(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if executes_operations(item)]
    # Those that wait come first: at the end, there is something for every process to do.
    items.sort(key=lambda item: "acceptance" not in item.path.parts)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing | None:
    return Sharing(config, log) if config.getvalue("dist") == "loadscope" else None


def at_database(url: str, name: str) -> str:
    """The same server's URL, for another of its databases."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture
async def unheard() -> AsyncIterator[list[BaseException | str]]:
    """What went wrong where nobody waits for it, so that only the loop hears: the fault, or what is said of it."""
    loop, told = asyncio.get_running_loop(), list[BaseException | str]()
    loop.set_exception_handler(lambda _, context: told.append(context.get("exception") or context["message"]))
    yield told
    loop.set_exception_handler(None)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A folder for an embedded database. Those of pytest will not do: each run of pytest closes them to other users,
    of whom PostgreSQL is one where tests run as root.
    """
    with TemporaryDirectory(prefix="mentoring-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Path:
    """A folder with an embedded database that is migrated, has a migrated template, and is at rest: what every server
    of PostgreSQL begins as, unless how it comes to be is what is tested. Made once for all processes of a test run.
    """
    folder: Path = request.config.stash[_CLUSTER]
    with InterProcessLock(folder / "making"):
        if not (folder / "made").exists():
            with database_url(Settings(data=folder, database_url=None)) as url:
                asyncio.run(_prepare(url))
            (folder / "made").touch()
    return folder


@pytest.fixture
def migrated_folder(cluster: Path, data_folder: Path) -> Path:
    """A folder with an embedded database that is migrated, and at rest."""
    copy_of(cluster, data_folder)
    return data_folder


def copy_of(cluster: Path, folder: Path) -> None:
    # Whose the files are counts for PostgreSQL, and is lost with most ways of Python's own.
    subprocess.run(["cp", "--archive", cluster / "postgresql", folder], check=True)


@pytest.fixture(scope="session")
def server_url(cluster: Path) -> Iterator[str]:
    """A PostgreSQL server of this test process, with a migrated template database."""
    with TemporaryDirectory(prefix="mentoring-", ignore_cleanup_errors=True) as folder:
        copy_of(cluster, Path(folder))
        with database_url(Settings(data=Path(folder), database_url=None)) as url:
            asyncio.run(_hurry(url))
            yield url


async def _hurry(url: str) -> None:
    """A test database may vanish with the machine: nothing waits for the disk."""
    connection = await asyncpg.connect(url)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM SET {setting} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def _prepare(url: str) -> None:
    await migrate(url)
    connection = await asyncpg.connect(url)
    await connection.execute(_OPENED)
    await connection.close()
    connection = await asyncpg.connect(at_database(url, "template1"))
    await connection.execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE postgres")
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
