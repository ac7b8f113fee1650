"""Figures that a program of its own prints, on the server's core: the limits, and what others bring."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import structlog

from bench.contestants.ours import NAME
from bench.cores import started_on
from bench.figures import Figure
from bench.http_scenarios import Plan
from bench.limits import COLUMNS
from bench.servers import Place

log = structlog.get_logger(__name__)

SEARCH: Final = "search alone"
MEMORY: Final = "the same bytes from memory"
BIT_COUNT: Final = "bit_count in PostgreSQL"
BY_INDEX: Final = "covering index in PostgreSQL"


async def printed(place: Place, module: str, *arguments: object) -> Any:
    """What a module prints as JSON. Raises ``RuntimeError`` where it fails."""
    with started_on(place.cores.server):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *map(str, arguments),
            env={**os.environ, "DATABASE_URL": place.database_url, "MENTORING_DATA": str(place.folder)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    out, wrong = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{module}: {wrong.decode(errors='replace')[-3000:]}")
    return json.loads(out)


async def what_the_database_gives(place: Place, plan: Plan, scenarios: Sequence[tuple[str, str]]) -> list[Figure]:
    """SELECT through asyncpg. ``scenarios`` are statements and what the scenario is called."""
    figures = []
    for statement, shown in scenarios:
        rates = [await printed(place, "bench.limits", "select", statement, plan.seconds) for _ in range(plan.rounds)]
        figures.append(
            Figure(scenario=shown, contestant="SELECT, asyncpg alone", unit="answers/s", values=rates, peer=False)
        )
    return figures


async def search_alone(place: Place, plan: Plan, mentors: int) -> list[Figure]:
    """Ten gaps, the first 20, in milliseconds. Ours is among as many mentors, without a database."""
    commands: dict[str, tuple[object, ...]] = {
        NAME: ("bench.search", "--alone", "--mentors", mentors),
        MEMORY: ("bench.limits", "memory", COLUMNS * mentors),
        BIT_COUNT: ("bench.limits", "search", "find"),
        BY_INDEX: ("bench.limits", "search", "find by index"),
    }
    seen: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(plan.rounds):
        for name, (module, *arguments) in commands.items():
            seen[name].append(await printed(place, str(module), *arguments))
            log.info("measured", scenario=SEARCH, round=number + 1, of=name, ms=round(seen[name][-1], 3))
    return [
        Figure(scenario=SEARCH, contestant=name, unit="ms", values=values, peer=name in {BIT_COUNT, BY_INDEX})
        for name, values in seen.items()
    ]
