"""`python -m bench.execution`: what executing an operation costs, from memory.

Twenty matches with five skills each, as JSON: by graphql-core under Strawberry, whose documents are parsed and
validated once; by what was compiled, in the same schema; by the compiled function alone; and by hand. All take turns,
so that whatever else the machine does is shared out evenly.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
import strawberry
from graphql import parse
from strawberry import ID
from strawberry.schema.config import StrawberryConfig

from api.compiled import CompiledExecution
from api.schema.execution import CompiledSchema, execution

_ROUNDS: Final = 30
_EACH: Final = 20
_QUERY: Final = "{ matches { id name percent available skills { code name level endorsed } } }"

Asked = Callable[[], Awaitable[bytes]]


@strawberry.type
class Skill:
    code: str
    name: str
    level: int
    endorsed: bool


@strawberry.type
class Match:
    id: ID
    name: str
    percent: float
    available: bool
    skills: list[Skill]


MATCHES: Final = [
    Match(
        id=ID(f"match-{number}"),
        name=f"Person {number}",
        percent=number * 5 / 2,
        available=number % 2 == 0,
        skills=[
            Skill(code=f"S{each}", name=f"Skill {each}", level=each + 1, endorsed=each % 2 == 0) for each in range(5)
        ],
    )
    for number in range(20)
]


@strawberry.type
class Query:
    @strawberry.field
    async def matches(self) -> list[Match]:
        return MATCHES


def schema(*, compiled: bool) -> CompiledSchema:
    return CompiledSchema(
        query=Query,
        execution_context_class=execution(compiled=compiled),
        config=StrawberryConfig(enable_experimental_incremental_execution=True),
    )


def through(made: CompiledSchema) -> Asked:
    async def asked() -> bytes:
        (result,) = [each async for each in await made.stream(_QUERY)]
        return orjson.dumps({"data": result.data})

    return asked


def function_alone(made: CompiledSchema) -> Asked:
    executor: Any = made.execution_context_class.build(made._schema, parse(_QUERY))  # noqa: SLF001
    assert isinstance(executor, CompiledExecution)
    root = executor._root(None)  # noqa: SLF001
    assert root

    async def asked() -> bytes:
        return orjson.dumps({"data": await root(executor, None)})

    return asked


async def by_hand() -> bytes:
    matches = [
        {
            "id": match.id,
            "name": match.name,
            "percent": match.percent,
            "available": match.available,
            "skills": [
                {"code": skill.code, "name": skill.name, "level": skill.level, "endorsed": skill.endorsed}
                for skill in match.skills
            ],
        }
        for match in MATCHES
    ]
    return orjson.dumps({"data": {"matches": matches}})


async def seconds(asked: Asked) -> float:
    begun = time.perf_counter()
    for _ in range(_EACH):
        await asked()
    return (time.perf_counter() - begun) / _EACH


async def measured() -> None:
    ways: dict[str, Asked] = {
        "graphql-core under Strawberry": through(schema(compiled=False)),
        "compiled, in the same schema": through(schema(compiled=True)),
        "the compiled function alone": function_alone(schema(compiled=True)),
        "by hand": by_hand,
    }
    answers = {await asked() for asked in ways.values() for _ in range(2)}
    assert len(answers) == 1, "not the same answers"
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, asked in ways.items():
            times[name].append(await seconds(asked))
    slowest, *_ = times.values()
    for name, each in times.items():
        ratios = [before / now for before, now in zip(slowest, each, strict=True)]
        print(f"{name:32}{statistics.median(each) * 1e6:8.0f} µs{statistics.median(ratios):8.1f} times as fast")


if __name__ == "__main__":
    asyncio.run(measured())
