"""A server for each test, on the test's own database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.database import connections
from api.models import Person
from api.settings import Settings
from tests.acceptance.servers import Server, running
from tests.conftest import database_named
from tests.houses import House


@pytest.fixture
async def server(database: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with running(tmp_path / "data", database_url=database) as server:
        yield server


@pytest.fixture(scope="module")
async def module_server(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server that the tests of a module share, on a database of its own."""
    data = tmp_path_factory.mktemp("data")
    async with database_named(server_url, "shared") as url, running(data, database_url=url) as server:
        yield server


@pytest.fixture(scope="module")
async def module_person(module_server: Server) -> Person:
    """Somebody on the shared server."""
    async with connections(Settings(database_url=module_server.database_url), module_server.database_url):
        return await (await House.build()).person("Ada")


@pytest.fixture
async def shared_server(module_server: Server) -> AsyncIterator[Server]:
    """The server that the tests of a module share, with Tortoise connected to its database. A test makes a house of its
    own there.
    """
    settings = Settings(database_url=module_server.database_url)
    async with connections(settings, module_server.database_url):
        yield module_server


@pytest.fixture(scope="module")
async def production_server(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server in production mode, with tokens that tests can make."""
    data = tmp_path_factory.mktemp("data")
    environment = {"MENTORING_ENV": "production", "MENTORING_PRODUCTION_EXCEPTIONS": "local-key"}
    async with (
        database_named(server_url, "production") as url,
        running(data, database_url=url, **environment) as server,
    ):
        yield server


@pytest.fixture(scope="module")
async def production_person(production_server: Server) -> Person:
    """Somebody on the server in production mode."""
    url = production_server.database_url
    async with connections(Settings(database_url=url), url):
        return await (await House.build()).person("Ada")
