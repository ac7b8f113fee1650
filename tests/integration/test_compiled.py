"""Over our own schema and a real database, what was compiled answers as graphql-core alone does."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputType, get_named_type

from api.database import connections
from api.domain.viewer import Viewer
from api.schema.build import Schema, build_schema
from api.settings import Settings
from tests.chance_operations import Chance, ChanceOperation
from tests.operations import context_of
from tests.scene import ids, scene
from tests.unit.compiled.both import quiet, shown

ALONE = build_schema(compiled=False)
COMPILED = build_schema(compiled=True)
OPERATIONS = 60


def chance(random: Random, known: list[str]) -> ChanceOperation:
    def values(random: Random, name: str, kind: GraphQLInputType) -> Any:
        if get_named_type(kind).name == "ID" and "[" not in str(kind):
            return random.choice(known)
        if name in {"first", "last"}:
            return random.choice([0, 1, 2, 100, 101])
        return None

    while True:
        made = Chance(random, COMPILED._schema, values=values, depth=5, width=4).operation()
        if made is not None:
            return made


async def answer(schema: Schema, asked: ChanceOperation, viewer: Viewer) -> str:
    before = asyncio.all_tasks()
    results = await schema.stream(
        asked.text, variable_values=asked.variables, context_value=context_of(viewer), operation_name=None
    )
    (result,) = [each async for each in results]
    await quiet(before)
    return f"{type(result).__name__} {result.extensions} {shown(result)}"


@pytest.fixture
async def one_connection(fresh_database: str, tmp_path: Path) -> AsyncIterator[None]:
    """Statements are answered one after another: with several at once, which error comes first is for the database to
    say.
    """
    settings = Settings(data=tmp_path, database_url=fresh_database)
    async with connections(settings.model_copy(update={"database_pool_size": 1}), fresh_database):
        yield


@pytest.fixture
def collected() -> Iterator[None]:
    yield
    gc.collect()


# Whoever fails leaves coroutines that nobody awaits: graphql-core does, and so it is the same here.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("one_connection", "collected")
@pytest.mark.parametrize("seed", range(3))
async def test_any_query_is_answered_to_the_letter(seed: int) -> None:
    viewers = await scene()
    known = await ids()
    random = Random(seed)
    held = 0
    for _number in range(OPERATIONS):
        asked, viewer = chance(random, known), random.choice(viewers)
        alone = await answer(ALONE, asked, viewer)
        # Twice: the first time it is parsed, validated and compiled, the second time it is known.
        for _time in range(2):
            assert await answer(COMPILED, asked, viewer) == alone, asked
        held += len(alone)
    assert held > OPERATIONS * 200, "the operations ask for next to nothing"
