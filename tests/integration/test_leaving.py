"""A database is left even where its connections do not close in time."""

from pathlib import Path

import pytest

from api.database import connections
from api.settings import Settings
from tests.houses import House


async def test_whoever_could_not_close_in_time_can_connect_again(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path, database_url=fresh_database)
    with monkeypatch.context() as patch:
        patch.setattr("api.database._SECONDS_TO_LEAVE", 0.0)
        async with connections(settings, fresh_database):
            await House.build()
    async with connections(settings, fresh_database):
        assert (await House.build()).organisation.id
