"""A database is left even where its connections do not close in time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection

from api.database import connections
from api.settings import Settings
from tests.houses import House


async def test_whoever_could_not_close_in_time_can_connect_again(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.database._SECONDS_TO_LEAVE", 0.1)
    settings = Settings(data=tmp_path, database_url=fresh_database)
    before = asyncio.all_tasks()
    async with connections(settings, fresh_database):
        await House.build()
        client: Any = get_connection("default")
        # Never given back: a pool waits for each of its connections before it closes.
        await client._pool.acquire()
    async with connections(settings, fresh_database):
        assert (await House.build()).organisation.id
    assert asyncio.all_tasks() == before
