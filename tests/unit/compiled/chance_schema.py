"""Schemas made at random, whose objects do whatever objects do: values, nulls, errors, at once or later."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    get_named_type,
)


class Colour(Enum):
    RED = 1
    GREEN = 2


def _cut(value: Any) -> Any:
    if value == "cannot be cut":
        raise ValueError(value)
    return None if value == "nothing" else str(value)[:3]


COLOUR = GraphQLEnumType("Colour", Colour, names_as_values=None)
CUT = GraphQLScalarType("Cut", serialize=_cut)
_LEAVES = (GraphQLInt, GraphQLFloat, GraphQLString, GraphQLBoolean, GraphQLID, COLOUR, CUT)
_VALUES: dict[str, tuple[Any, ...]] = {
    "Int": (1, -7, True, 2.0, 2.5, "12", "x", 2**31, [1]),
    "Float": (0.5, 1, True, float("inf"), float("nan"), "1.5", 2**60 + 1, {}),
    "String": ("text", "", 1, 2.5, True, [], object),
    "Boolean": (True, False, 0, 1, float("nan"), "true"),
    "ID": ("id", 7, 7.5, True, b""),
    "Colour": (Colour.RED, Colour.GREEN, "RED", 3),
    "Cut": ("four", 12, "nothing", "cannot be cut", None),
}
Log = list[str]


class Thing:
    """An object. What its fields give depends upon where it is, and upon nothing else."""

    def __init__(self, world: "World", kind: str, path: tuple[Any, ...]) -> None:
        self.world = world
        self.kind = kind
        self.path = path

    def __getattr__(self, name: str) -> Any:
        # For fields without a resolver. Dunders are Python's own questions.
        if name.startswith("_"):
            raise AttributeError(name)
        definition = self.world.fields[self.kind].get(name)
        if definition is None:
            raise AttributeError(name)
        return self.world.value(definition.type, (*self.path, name))

    def __repr__(self) -> str:
        return f"<{self.kind} {'.'.join(map(str, self.path))}>"


class World:
    """Everything that one execution meets. ``trouble`` is how often it is not what it should be."""

    def __init__(self, seed: int, trouble: float) -> None:
        self.seed = seed
        self.trouble = trouble
        self.log: Log = []
        self.fields: dict[str, dict[str, GraphQLField]] = {}
        self.schema = GraphQLSchema()

    def random(self, *key: Any) -> Random:
        return Random(f"{self.seed} {key}")

    def value(self, kind: GraphQLOutputType, path: tuple[Any, ...]) -> Any:
        """What stands at a place, or an awaitable of it."""
        random = self.random("value", path)
        if random.random() < self.trouble:
            trouble = random.choice(("null", "raise", "error", "located", "return", "late", "future", "late error"))
            if trouble == "null":
                return None
            if trouble == "raise":
                raise LookupError(f"nothing at {path}")
            if trouble == "error":
                raise GraphQLError(f"refused at {path}", extensions={"code": "REFUSED"})
            if trouble == "located":
                raise GraphQLError("elsewhere", path=["else", "where"])
            if trouble == "return":
                return ValueError(f"returned at {path}")
            if trouble == "future":
                return asyncio.ensure_future(self.later(kind, path, random.randint(0, 3)))
            if trouble == "late error":
                return self.too_late(path, random.randint(0, 3))
            return self.later(kind, path, random.randint(0, 3))
        return self.plain(kind, path)

    def plain(self, kind: GraphQLOutputType, path: tuple[Any, ...]) -> Any:
        random = self.random("plain", path)
        if isinstance(kind, GraphQLNonNull):
            return self.plain(kind.of_type, path)
        if random.random() < self.trouble / 3:
            return random.choice((None, 7, "a text", {"kind": "none"}))
        if isinstance(kind, GraphQLList):
            return self.list_of(kind, path, random)
        named: Any = kind
        if named.name in _VALUES:
            values = _VALUES[named.name]
            return random.choice(values) if random.random() < self.trouble else values[0]
        possible = self.schema.get_possible_types(named) if _is_abstract(named) else [named]
        kinds = [each.name for each in possible]
        name = random.choice(sorted(self.fields) if random.random() < self.trouble / 3 else kinds)
        if random.random() < 0.15:
            return {"kind": name, **{each: self.plain(field.type, (*path, each)) for each, field in self._leaves(name)}}
        return Thing(self, name, path)

    def _leaves(self, name: str) -> Iterator[tuple[str, GraphQLField]]:
        return ((key, each) for key, each in self.fields[name].items() if get_named_type(each.type).name in _VALUES)

    def list_of(self, kind: GraphQLList[Any], path: tuple[Any, ...], random: Random) -> Any:
        items: list[Any] = []
        number = random.randint(0, 3)
        awaiting = random.random() < self.trouble
        for index in range(number):
            place = (*path, index)
            if awaiting and random.random() < 0.5:
                items.append(self.later(kind.of_type, place, random.randint(0, 2)))
                continue
            item = self.plain(kind.of_type, place)
            items.append(ValueError(f"item {place}") if random.random() < self.trouble / 3 else item)
        form = random.random()
        if awaiting or form > self.trouble:
            return items
        if form < self.trouble / 3:
            return tuple(items)
        return _one_by_one(items) if form < self.trouble / 2 else (item for item in items)

    async def later(self, kind: GraphQLOutputType, path: tuple[Any, ...], ticks: int) -> Any:
        self.log.append(f"begun {path}")
        for _ in range(ticks):
            await asyncio.sleep(0)
        self.log.append(f"done {path}")
        return self.plain(kind, path)

    async def too_late(self, path: tuple[Any, ...], ticks: int) -> Any:
        for _ in range(ticks):
            await asyncio.sleep(0)
        self.log.append(f"failed {path}")
        raise LookupError(f"nothing at last at {path}")


async def _one_by_one(items: list[Any]) -> Any:
    for item in items:
        yield item


def _is_abstract(kind: Any) -> bool:
    return isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)


def _kind_of(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return str(kind) if kind else None


async def _kind_later(value: Any, _info: Any, _type: Any) -> str | None:
    await asyncio.sleep(0)
    return _kind_of(value)


class ChanceSchema:
    """A schema, and worlds to execute operations in."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random(seed)
        self._fields: dict[str, dict[str, GraphQLField]] = {}
        self._outputs: list[Any] = list(_LEAVES)
        self._plain_names = self._random.random() < 0.5
        self._make()

    def world(self, seed: int, trouble: float) -> World:
        world = World(seed, trouble)
        world.fields, world.schema = self._fields, self.schema
        return world

    def root(self, world: World, kind: str = "Query") -> Thing:
        return Thing(world, kind, ())

    def _make(self) -> None:
        random = self._random
        interface = GraphQLInterfaceType(
            "Named", lambda: {"name": GraphQLField(self._shared)}, resolve_type=self._type_resolver()
        )
        self._shared: Any = random.choice((GraphQLString, GraphQLNonNull(GraphQLString)))
        objects = [self._object(f"Kind{number}", [interface] if random.random() < 0.6 else []) for number in range(4)]
        objects.append(self._object("Kind9", [interface]))
        union = GraphQLUnionType("Some", random.sample(objects, 3), resolve_type=self._type_resolver())
        self._outputs += [*objects, interface, union] * 2
        roots = [self._object(name, []) for name in ("Query", "Mutation")]
        self.schema = GraphQLSchema(query=roots[0], mutation=roots[1], types=objects)
        # What is resolved lazily uses the same random numbers, in the order in which it is looked at.
        for kind in (*roots, *objects):
            self._fields[kind.name] = kind.fields

    def _type_resolver(self) -> Any:
        return self._random.choice((lambda value, _info, _type: _kind_of(value), _kind_later, None))

    def _object(self, name: str, interfaces: list[GraphQLInterfaceType]) -> GraphQLObjectType:
        random = self._random
        check = random.random()
        is_type_of: Callable[[Any, Any], Any] | None = None
        if check < 0.5 or interfaces:
            is_type_of = lambda value, _info: _kind_of(value) == name  # noqa: E731
            if check < 0.15:

                async def checked(value: Any, _info: Any) -> bool:
                    await asyncio.sleep(0)
                    return _kind_of(value) == name

                is_type_of = checked
        if name in {"Query", "Mutation"}:
            is_type_of = None
        return GraphQLObjectType(
            name, lambda: self._made_fields(name, interfaces), interfaces=interfaces, is_type_of=is_type_of
        )

    def _made_fields(self, name: str, interfaces: list[GraphQLInterfaceType]) -> dict[str, GraphQLField]:
        random = Random(f"{self._seed} {name}")
        number = 6 if name in {"Query", "Mutation"} else 4
        fields = {}
        for each in range(number):
            key = f"f{each}" if random.random() < 0.7 else f"{name.lower()}F{each}"
            kind = self._wrapped(random, random.choice(self._outputs[len(_LEAVES) :] if each % 2 else self._outputs))
            fields[key] = self._field(random, key, kind)
        if interfaces:
            fields["name"] = self._field(random, "name", self._shared)
        return fields

    def _wrapped(self, random: Random, kind: Any) -> Any:
        for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
            kind = GraphQLList(GraphQLNonNull(kind) if random.random() < 0.5 else kind)
        return GraphQLNonNull(kind) if random.random() < 0.5 else kind

    def _field(self, random: Random, name: str, kind: Any) -> GraphQLField:
        args = {}
        if random.random() < 0.3 and name != "name":
            args["x"] = GraphQLArgument(
                random.choice((GraphQLInt, GraphQLNonNull(GraphQLInt), GraphQLList(GraphQLInt)))
            )
        if random.random() < 0.2:
            args["colour"] = GraphQLArgument(COLOUR, default_value=Colour.RED)
        resolve = random.choice((None, _resolver(name), _resolver(name), _late_resolver(name), _late_resolver(name)))
        return GraphQLField(kind, args, resolve)


def _place(source: Any, name: str, info: Any, args: dict[str, Any]) -> tuple[World, Any, tuple[Any, ...]]:
    world: World = info.context
    world.log.append(f"{info.path.as_list()} {len(info.field_nodes)} {sorted(map(str, args.items()))}")
    path = getattr(source, "path", ("dict",)) if not isinstance(source, dict) else ("dict", str(sorted(source)))
    return world, info.parent_type.fields[name].type, (*path, name, *sorted(map(str, args.items())))


def _resolver(name: str) -> Callable[..., Any]:
    def resolve(source: Any, info: Any, **args: Any) -> Any:
        world, kind, path = _place(source, name, info, args)
        return world.value(kind, path)

    return resolve


def _late_resolver(name: str) -> Callable[..., Awaitable[Any]]:
    async def resolve(source: Any, info: Any, **args: Any) -> Any:
        world, kind, path = _place(source, name, info, args)
        random = world.random("ticks", path)
        for _ in range(random.choice((0, 0, 1, 2))):
            await asyncio.sleep(0)
        value = world.value(kind, path)
        # A coroutine that nobody awaits is a warning: whoever awaited this one has done so.
        return await value if asyncio.iscoroutine(value) or isinstance(value, asyncio.Future) else value

    return resolve
