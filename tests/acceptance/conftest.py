"""A server for each test, on the test's own database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.servers import Server, running


@pytest.fixture
async def server(database: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with running(tmp_path / "data", database_url=database) as server:
        yield server
