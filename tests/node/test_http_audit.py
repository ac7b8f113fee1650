"""GraphQL over HTTP, as its specification's own audits see it."""

import asyncio
import json
import subprocess
from pathlib import Path

from tests.acceptance.servers import running
from tests.houses import House

HERE = Path(__file__).parent


async def test_every_audit_is_passed_and_none_warns(database: str, tmp_path: Path) -> None:
    person = await (await House.build()).person()
    async with running(tmp_path / "data", database_url=database) as server:
        command = ["node", str(HERE / "audit.mjs"), server.graphql, server.token(person)]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    counts = json.loads(done.stdout)
    print(f"GraphQL over HTTP audit: {counts}")  # noqa: T201 - the report's count
    assert counts == {"ok": 61, "warn": 0, "error": 0, "notice": 0}
