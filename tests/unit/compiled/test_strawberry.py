"""What is known of Strawberry's own schemas is so: compiled or not, the answers are the same."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

import pytest
import strawberry
from graphql import parse
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.schema.config import StrawberryConfig

from api.compiled import CompiledExecution, compile_operation, later, perhaps_late
from api.compiled.strawberry_adapter import StrawberryAdapter
from api.schema.execution import CompiledSchema, execution
from tests.unit.compiled.both import shown

Held = TypeVar("Held")


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = strawberry.enum_value("green", name="VERDANT")


class Silent(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return None if info.context == "stranger" else next_(source, info, **kwargs)


class SilentLater(FieldExtension):
    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return None if info.context == "stranger" else await next_(source, info, **kwargs)


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Dog(Named):
    tricks: strawberry.Private[list[str]]

    @strawberry.field
    def best_tricks(self, first: int = 2) -> list[str]:
        return self.tricks[:first]


@strawberry.type
class Cat(Named):
    colour: Colour

    @strawberry.field
    async def mood(self, info: strawberry.Info) -> str:
        await asyncio.sleep(0)
        return f"{info.field_name} {info.path.as_list()} {info.context} {len(info.selected_fields)}"


@strawberry.type
class Box(Generic[Held]):
    inside: Held
    label: str = "box"

    @strawberry.field
    def twice(self) -> list[Held]:
        return [self.inside, self.inside]


class Odd:
    """What is no Dog, and looks like one."""

    name = "odd"
    tricks = ("none",)


class Broken:
    @property
    def name(self) -> str:
        raise LookupError("no name")


@strawberry.input
class Wish:
    text: str = "nothing"
    times: int | None = None


@strawberry.type
class Den:
    """What is in it is there, or yet to come, or one cannot look: at once, or as it turns out."""

    number: int

    @strawberry.field
    @perhaps_late
    def dog(self) -> Dog | None:
        kind = self.number % 5
        if kind == 1:
            raise LookupError("no way in")
        dog = None if kind == 2 else Dog(name=f"Rex {self.number}", tricks=["sit"])
        return dog if kind == 0 else later(_after_a_while(dog, fails=kind == 3))

    @strawberry.field
    @perhaps_late
    def beyond(self) -> list["Den"]:
        dens = [Den(number=self.number + each) for each in (1, 2)]
        return dens if self.number % 2 else later(_after_a_while(dens, fails=self.number == 6))


async def _after_a_while(value: Held, *, fails: bool) -> Held:
    await asyncio.sleep(0)
    if fails:
        raise LookupError("nobody there")
    return value


def _plain(root: Any, info: strawberry.Info) -> str:
    return f"{root} {info.operation.operation.value}"


@strawberry.type
class Query:
    plain: str = strawberry.field(resolver=_plain)
    missing: str | None

    @strawberry.field
    def pets(self) -> list[Annotated[Dog | Cat, strawberry.union("Pet")]]:
        return [Dog(name="Rex", tricks=["sit", "roll", "beg"]), Cat(name="Tom", colour=Colour.GREEN)]

    @strawberry.field
    async def named(self) -> list[Named | None]:
        return [Cat(name="Tom", colour=Colour.RED), None, Dog(name="Rex", tricks=[])]

    @strawberry.field
    def odd(self) -> Dog | None:
        return Odd()  # type: ignore[return-value]

    @strawberry.field
    def broken(self) -> Dog | None:
        return strawberry.cast(Dog, Broken())  # type: ignore[return-value]

    @strawberry.field
    def cast_dog(self) -> Named | None:
        return strawberry.cast(Cat, Dog(name="Rex", tricks=[]))

    @strawberry.field
    def boxes(self) -> list[Box[int]]:
        return [Box(inside=1), Box(inside=2)]

    @strawberry.field
    async def box(self) -> Box[Box[Dog]]:
        return Box(inside=Box(inside=Dog(name="Rex", tricks=["sit"])))

    @strawberry.field(extensions=[Silent()])  # type: ignore[untyped-decorator]
    def secret(self) -> str | None:
        return "secret"

    @strawberry.field(extensions=[SilentLater()])  # type: ignore[untyped-decorator]
    async def late_secret(self, times: int = 1) -> str | None:
        return "secret" * times

    @strawberry.field
    def wish(self, wish: Wish, colours: list[Colour] | None = None) -> str:
        wish.text += "!"
        return f"{wish} {colours}"

    @strawberry.field
    def dens(self) -> list[Den | None]:
        return [Den(number=number) for number in range(8)]

    @strawberry.field
    def late(self) -> str:
        """A plain function that gives an awaitable."""

        async def later() -> str:
            await asyncio.sleep(0)
            return "late"

        return later()  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def add(self, info: strawberry.Info, number: int) -> int:
        await asyncio.sleep(0)
        info.context.append(number)
        return sum(info.context)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def boxes(self, number: int) -> AsyncGenerator[Box[int], None]:
        for each in range(number):
            yield Box(inside=each)


def schema(*, compiled: bool, extensions: Any = ()) -> CompiledSchema:
    return CompiledSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Dog, Cat],
        execution_context_class=execution(compiled=compiled),
        extensions=extensions,
        config=StrawberryConfig(enable_experimental_incremental_execution=True),
    )


SCHEMAS = {"alone": schema(compiled=False), "compiled": schema(compiled=True)}

OPERATIONS = {
    "plain": "{ plain missing }",
    "union": "{ pets { __typename ... on Dog { name bestTricks few: bestTricks(first: 1) } ... on Cat { colour } } }",
    "interface": "{ named { __typename name ... on Cat { mood colour } } }",
    "another class": "{ odd { name bestTricks } }",
    "a property that raises": "{ broken { name } }",
    "a cast": "{ castDog { __typename name } }",
    "generics": "{ boxes { inside twice label } box { inside { inside { name } twice { bestTricks } } label } }",
    "extensions": "{ secret lateSecret many: lateSecret(times: 2) }",
    "input": '{ wish(wish: {text: "a"}) other: wish(wish: {}, colours: [RED, VERDANT]) }',
    "variables": "query ($w: Wish!, $c: [Colour!]) { wish(wish: $w, colours: $c) }",
    "a late value": "{ late again: late }",
    "values perhaps late": "{ dens { number dog { name bestTricks } beyond { dog { name } beyond { number } } } }",
}


async def answers(made: CompiledSchema, operation: str, context: Any, **variables: Any) -> list[str]:
    """Asked twice: the second time it is known."""
    found = []
    for _number in range(2):
        given = await made.stream(operation, variables, context() if callable(context) else context, ROOT)
        found += [f"{type(each).__name__} {each.extensions} {shown(each)}" async for each in given]
    return found


class Root:
    missing = None


ROOT = Root()


@pytest.mark.parametrize("context", ["friend", "stranger"])
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_the_answers_are_the_same(operation: str, context: str) -> None:
    variables = {"w": {"text": "b", "times": None}, "c": ["RED"]} if "$w" in operation else {}
    alone, compiled = [await answers(each, operation, context, **variables) for each in SCHEMAS.values()]
    assert compiled == alone
    assert "ExecutionResult" in alone[0]


async def test_a_mutation_and_a_subscription_are_the_same() -> None:
    for operation in (
        "mutation { a: add(number: 1) b: add(number: 2) }",
        "subscription { boxes(number: 3) { inside twice } }",
    ):
        alone, compiled = [await answers(each, operation, list) for each in SCHEMAS.values()]
        assert compiled == alone
    assert len(compiled) == 6


@pytest.mark.parametrize("operation", ["{ wish }", "{", "", "query A { plain } query B { missing }", "{ nobody }"])
async def test_what_is_refused_is_refused_the_same_way(operation: str) -> None:
    alone, compiled = [await answers(each, operation, None) for each in SCHEMAS.values()]
    assert compiled == alone


async def test_variables_that_do_not_fit_are_refused_the_same_way() -> None:
    operation = OPERATIONS["variables"]
    # Known by then.
    await answers(SCHEMAS["compiled"], operation, None, w={})
    alone, compiled = [await answers(each, operation, None, w={"times": "many"}) for each in SCHEMAS.values()]
    assert compiled == alone


async def test_operations_of_a_kind_that_is_not_allowed_are_refused_even_where_they_are_known() -> None:
    operation = "mutation { add(number: 1) }"
    await answers(SCHEMAS["compiled"], operation, list)
    results = await SCHEMAS["compiled"].stream(operation, context_value=[], allowed_operation_types=[])
    (refused,) = [each async for each in results]
    assert refused.data is None
    assert refused.errors


async def test_extensions_are_asked_each_time_where_there_are_any() -> None:
    seen: list[str] = []

    class Seeing(SchemaExtension):
        def on_operation(self) -> Any:
            seen.append("begun")
            yield

        def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    made = schema(compiled=True, extensions=[Seeing])
    await answers(made, "{ plain }", None)
    assert seen == ["begun", "plain"] * 2


def test_at_once_is_at_once() -> None:
    for each in SCHEMAS.values():
        assert each.execute_sync("{ secret pets { ... on Dog { name } } }").data == {
            "secret": "secret",
            "pets": [{"name": "Rex"}, {}],
        }


def test_plain_fields_and_resolvers_are_called_without_anything_in_between() -> None:
    made = SCHEMAS["compiled"]
    assert issubclass(made.execution_context_class, CompiledExecution)
    document = "{ boxes { inside twice } named { name } pets { __typename } }"
    compiled = compile_operation(made._schema, parse(document), adapter=StrawberryAdapter(made._schema))
    assert compiled
    text = compiled.source()
    # Names are of the object alone, and resolvers get it alone.
    assert ".inside" in text
    assert "Info(" not in text


def test_what_is_perhaps_late_is_not_written_twice_as_often_with_each_step() -> None:
    made = SCHEMAS["compiled"]

    def written(steps: int) -> int:
        document = parse("{ dens { " + "beyond { " * steps + "number" + " }" * (steps + 2))
        compiled = compile_operation(made._schema, document, adapter=StrawberryAdapter(made._schema))
        assert compiled
        return len(compiled.source())

    assert written(12) < 8 * written(6)
