"""What was completed of objects that never change is given again; where it may differ, or has failed, it is not."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from api.compiled import UnchangingList, unchanging
from api.compiled.keeping import ATTRIBUTE
from api.schema.execution import CompiledSchema, execution
from tests.unit.compiled.both import shown

calls: Counter[str] = Counter()


@unchanging
@strawberry.type
class Planet:
    name: str

    @strawberry.field
    def radius(self) -> float:
        calls["radius"] += 1
        return len(self.name) / 2


@unchanging
@strawberry.type
class Star:
    name: str
    planets: strawberry.Private[UnchangingList[Planet]]

    @strawberry.field
    def letters(self) -> list[str]:
        calls["letters"] += 1
        return list(self.name)

    @strawberry.field
    def orbiting(self) -> list[Planet]:
        calls["orbiting"] += 1
        return self.planets

    @strawberry.field
    def broken(self) -> str | None:
        calls["broken"] += 1
        raise LookupError("it went out")

    @strawberry.field
    def gone(self) -> str:
        raise LookupError("it is gone")

    @strawberry.field
    def seen_by(self, info: strawberry.Info) -> str:
        calls["seen_by"] += 1
        return str(info.context)

    @strawberry.field
    def first(self, letters: int = 1) -> str:
        calls["first"] += 1
        return self.name[:letters]

    @strawberry.field
    async def slowly(self) -> str:
        calls["slowly"] += 1
        await asyncio.sleep(0)
        return self.name


@unchanging
@strawberry.type
class Cloud:
    """Never changes, but is of an object that may."""

    around: "Comet"


@strawberry.type
class Comet:
    name: str

    @strawberry.field
    def tail(self) -> int:
        calls["tail"] += 1
        return 3


class Dwarf(Star):
    """Looks like a star."""


PLANETS = UnchangingList([Planet(name="Mercury"), Planet(name="Venus")])
SUN, VEGA = Star(name="Sun", planets=PLANETS), Star(name="Vega", planets=UnchangingList())
STARS = UnchangingList([SUN, VEGA])


@strawberry.type
class Query:
    @strawberry.field
    def star(self) -> Star:
        return SUN

    @strawberry.field
    def perhaps(self) -> Star | None:
        return SUN

    @strawberry.field
    def stars(self) -> list[Star]:
        return STARS

    @strawberry.field
    def dwarfs(self) -> list[Star | None] | None:
        return [Dwarf(name="Sirius B", planets=UnchangingList()), None, SUN]

    @strawberry.field
    async def later(self) -> list[Star] | None:
        await asyncio.sleep(0)
        return STARS

    @strawberry.field
    def cloud(self) -> Cloud:
        return CLOUD


CLOUD = Cloud(around=Comet(name="Halley"))


def schema(*, compiled: bool) -> CompiledSchema:
    return CompiledSchema(
        query=Query,
        execution_context_class=execution(compiled=compiled),
        config=StrawberryConfig(enable_experimental_incremental_execution=True),
    )


SCHEMAS = {"alone": schema(compiled=False), "compiled": schema(compiled=True)}


async def answers(made: CompiledSchema, operation: str, times: int, context: Any = None) -> list[str]:
    found = []
    for _number in range(times):
        found += [shown(each) async for each in await made.stream(operation, {}, context)]
    return found


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    for each in (SUN, VEGA, STARS, PLANETS, CLOUD, *PLANETS):
        vars(each).pop(ATTRIBUTE, None)
    calls.clear()


@pytest.mark.parametrize(
    "asked",
    [
        "name letters orbiting { radius name }",
        "name seenBy",
        "name slowly first two: first(letters: 2)",
        "name broken letters",
        "name gone",
        "... on Star { __typename letters } orbiting { __typename }",
    ],
)
async def test_the_answers_are_the_same_each_time(asked: str) -> None:
    operation = f"{{ {' '.join(f'{name} {{ {asked} }}' for name in ('star', 'perhaps', 'stars', 'dwarfs', 'later'))} }}"
    alone, compiled = [await answers(each, operation, 3, "somebody") for each in SCHEMAS.values()]
    assert compiled == alone
    assert len(set(alone)) == 1


async def test_what_stays_is_completed_once() -> None:
    first = await answers(SCHEMAS["compiled"], "{ stars { letters orbiting { radius } } }", 5)
    assert calls == {"letters": 2, "orbiting": 2, "radius": 2}
    await answers(SCHEMAS["compiled"], "{ stars { letters } star { letters } }", 5)
    assert calls["letters"] == 5
    assert len(set(first)) == 1


async def test_what_may_differ_is_asked_for_each_time() -> None:
    compiled = SCHEMAS["compiled"]
    for name in ("seenBy", "first", "slowly"):
        await answers(compiled, f"{{ star {{ {name} }} }}", 3)
    assert calls == {"seen_by": 3, "first": 3, "slowly": 3}
    assert await answers(compiled, "{ star { seenBy } }", 1, "me") != await answers(
        compiled, "{ star { seenBy } }", 1, "you"
    )
    await answers(compiled, "{ cloud { around { tail } } }", 3)
    assert calls["tail"] == 3


async def test_what_has_failed_is_tried_each_time_and_its_errors_are_told_where_they_are() -> None:
    found = await answers(SCHEMAS["compiled"], "{ star { broken } stars { broken } }", 3)
    assert calls["broken"] == 9
    paths = [["star", "broken"], ["stars", 0, "broken"], ["stars", 1, "broken"]]
    assert [[error["path"] for error in json.loads(each)["errors"]] for each in found] == [paths] * 3


async def test_a_subclass_is_asked_each_time() -> None:
    await answers(SCHEMAS["compiled"], "{ dwarfs { letters } }", 3)
    assert calls["letters"] == 3 + 1


async def test_only_so_many_shapes_are_kept() -> None:
    for number in range(30):
        await answers(SCHEMAS["compiled"], f"{{ star {{ n{number}: name }} }}", 1)
    assert 0 < len(getattr(SUN, ATTRIBUTE)) <= 8
