"""Over our own schema and a real database, what was compiled answers as graphql-core alone does."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputType, get_named_type

from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.database import connections
from api.domain.viewer import Viewer
from api.models import Event, MentorRequest, Mentorship, Organisation, Person, PreferenceOption, Skill
from api.schema.build import Schema, build_schema
from api.schema.node import global_id
from api.settings import Settings
from tests.chance_operations import Chance, ChanceOperation
from tests.houses import House, viewer_of
from tests.operations import context_of
from tests.unit.compiled.both import quiet, shown
from tests.wakers import Recorder

ALONE = build_schema(compiled=False)
COMPILED = build_schema(compiled=True)
OPERATIONS = 60


async def scene() -> list[Viewer]:
    """People who ask, are asked, mentor and administer; whom operations are run as."""
    house = await House.build(open_request_limit=100)
    middle = await house.mentor(held={"PROG": 3}, required={"PROG": 5, "DESN": 4}, wants=["Leadership"])
    for number in range(3):
        mentor = await house.mentor(held={"PROG": 5, "DESN": 4, f"S{number}": 3}, capacity=number or None)
        mentee = await house.person(held={"PROG": 2}, required={"PROG": 5, "DESN": 3}, manager=middle)
        await connect(Recorder(), viewer=viewer_of(middle), mentor_id=mentor.id)
        asked = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=middle.id)
        if number < 2:
            decide = (accept, decline)[number]
            await decide(Recorder(), viewer=viewer_of(middle), request_id=asked.id, comment="So be it")
    return [viewer_of(middle), viewer_of(middle, administrator=True), viewer_of(mentee), viewer_of(mentor)]


async def ids() -> list[str]:
    kinds: dict[str, Any] = {
        "Person": Person,
        "Mentor": Person,
        "Match": Person,
        "PreferenceMatch": Person,
        "ActionPlan": Person,
        "Organisation": Organisation,
        "MentorRequest": MentorRequest,
        "Mentorship": Mentorship,
        "Skill": Skill,
        "PreferenceOption": PreferenceOption,
        "RequestReceived": Event,
    }
    return [global_id(name, row.id) for name, rows in kinds.items() for row in await rows.all()] + ["no id"]


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
