"""How far one could get: what the database gives through asyncpg, what the memory gives, and the search as SQL.

Each is a process of its own on the server's core, and prints its figures: `python -m bench.limits select …`.
"""

import asyncio
import itertools
import os
import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import orjson
import uvloop
from cyclopts import App

from bench.contestants.contestant import POOL_SIZE
from bench.questions import PAGE, finding, looking_into_inboxes

app = App(help=__doc__)

_STATEMENTS: Final = {
    "find": "SELECT * FROM peer.find($1, 0, $2)",
    "find by index": "SELECT * FROM peer.find_by_index($1, 0, $2)",
    "inbox": """
        SELECT request.id, request.status, request.message, request.percent, request.created_at,
               mentee.id AS mentee_id, mentee.name, mentee.job_title, mentee.location
        FROM peer.viewer($1, 0) AS viewer
        JOIN mentor_request AS request ON request.mentor_id = viewer.id
        JOIN person AS mentee ON mentee.id = request.mentee_id
        ORDER BY request.id DESC LIMIT $2""",
}
_SEARCHES: Final = 20
# Ten gaps, and of each the skill's column with a byte a mentor.
COLUMNS: Final = 10


@app.command
def select(scenario: str, seconds: float) -> None:
    """The statement of a scenario, over as many connections as everybody has. Prints answers a second."""
    print(orjson.dumps(uvloop.run(_selected(scenario, seconds))).decode())


async def _selected(scenario: str, seconds: float) -> float:
    questions = looking_into_inboxes() if scenario == "inbox" else finding()
    async with asyncpg.create_pool(_url(), min_size=POOL_SIZE, max_size=POOL_SIZE) as pool:
        done = 0
        until = time.perf_counter() + seconds

        async def ask() -> None:
            nonlocal done
            async with pool.acquire() as connection:
                statement = await connection.prepare(_STATEMENTS[scenario])
                while time.perf_counter() < until:
                    await statement.fetch(next(questions).subject, PAGE)
                    done += 1

        await asyncio.gather(*(ask() for _ in range(POOL_SIZE)))
    return done / seconds


@app.command
def search(scenario: str) -> None:
    """One search after another, over one connection. Prints the median in milliseconds."""
    print(orjson.dumps(uvloop.run(_searched(scenario))).decode())


async def _searched(scenario: str) -> float:
    connection = await asyncpg.connect(_url())
    statement = await connection.prepare(_STATEMENTS[scenario])
    took = []
    for question in itertools.islice(finding(), _SEARCHES):
        began = time.perf_counter()
        await statement.fetch(question.subject, PAGE)
        took.append((time.perf_counter() - began) * 1000)
    await connection.close()
    return statistics.median(took)


@app.command
def memory(length: int) -> None:
    """Read so many bytes from memory. Prints the median in milliseconds."""
    print(orjson.dumps(statistics.median(_read(length))).decode())


def _read(length: int) -> Sequence[float]:
    """Other bytes each time, from so many that no cache holds them."""
    import numpy as np  # noqa: PLC0415 - needed here alone

    apart = max(1, (512 << 20) // length)
    bytes_: Any = np.ones(apart * length // 8 + 1, dtype=np.uint64)
    took = []
    for part in range(min(apart, 50)):
        some = bytes_[part * length // 8 : (part + 1) * length // 8]
        began = time.perf_counter()
        some.max()
        took.append((time.perf_counter() - began) * 1000)
    return took


def _url() -> str:
    return os.environ["DATABASE_URL"]


if __name__ == "__main__":
    app()
