"""Writes the function that executes one shape of an operation.

What is known to be there at once is resolved and completed in line, lists and objects within one another. A resolver
that is a coroutine function gets a coroutine of its own, which completes what it gives. Both are begun, joined and
awaited in the order in which graphql-core does so: it is what decides the order of errors.
"""

from collections.abc import Mapping
from enum import Enum
from itertools import count
from types import CoroutineType
from typing import Any, Final, Protocol

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLScalarType,
    Undefined,
    VariableNode,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
    is_specified_scalar_type,
)
from graphql.execution.executor import Executor
from graphql.execution.values import get_argument_values

from api.compiled import completion
from api.compiled.info import ResolveInfo
from api.compiled.leaves import PLAIN, as_it_is
from api.compiled.places import Place
from api.compiled.resolution import Adapter, Attribute, Default, Direct, Resolution, is_coroutine_function
from api.compiled.shape import FieldShape, ObjectShape
from api.compiled.writing import Constants, Function

# Python nests at most twenty blocks.
_DEEPEST_BLOCK: Final = 12
_UNCHANGING: Final = (str, int, float, bool, type(None), Enum)
_HELPERS: Final = {
    "Mapping": Mapping,
    "Coroutine": CoroutineType,
    "Info": ResolveInfo,
    "PLAIN": PLAIN,
    "leaf": Executor.complete_leaf_value,
    **{
        each.__name__: each
        for each in (
            completion.admits,
            completion.arguments,
            completion.failed,
            completion.guarded,
            completion.joined,
            completion.kind_of,
            completion.resume,
            completion.resumed,
            completion.serially,
            completion.settle,
            completion.slow,
            completion.slowly,
        )
    },
}


class _Sink(Protocol):
    """Where a value goes that may be yet to come. Each method writes how ``out`` gets its value."""

    awaited: bool

    def slow(self, place: str, value: str, out: str) -> None: ...

    def resume(self, place: str, rest: str, out: str) -> None: ...

    def join(self, place: str, pending: str, out: str, *, nullable: bool) -> None: ...

    def hold(self, awaitable: str, out: str) -> None: ...


class _Held:
    """Into an object or a list, which waits for it."""

    awaited = False

    def __init__(self, function: Function, pending: str, key: str) -> None:
        self._function = function
        self._pending = pending
        self._key = key

    def slow(self, place: str, value: str, out: str) -> None:
        at, pending = self._function.at, self._pending
        self._function.write(f"{out}, {pending} = slow(E, {place}, {value}, {at}, {pending}, {self._key})")

    def resume(self, place: str, rest: str, out: str) -> None:
        at, pending = self._function.at, self._pending
        self._function.write(f"{out}, {pending} = resume(E, {place}, {rest}, {at}, {pending}, {self._key})")

    def join(self, place: str, pending: str, out: str, *, nullable: bool) -> None:
        with self._function.under(f"if {pending} is not None:"):
            whole = f"joined({out}, {pending})"
            self.hold(f"guarded(E, {place}, {whole}, {self._function.at})" if nullable else whole, out)
            self._function.write(f"{pending} = None")

    def hold(self, awaitable: str, out: str) -> None:
        with self._function.under(f"if {self._pending} is None:"):
            self._function.write(f"{self._pending} = {{}}")
        self._function.write(f"{self._pending}[{self._key}] = {awaitable}", f"{out} = None")


class _Awaited:
    """To whoever awaits the function."""

    awaited = True

    def __init__(self, function: Function) -> None:
        self._function = function

    def slow(self, place: str, value: str, out: str) -> None:
        self._function.write(f"{out} = await slowly(E, {place}, {value}, {self._function.at})")

    def resume(self, place: str, rest: str, out: str) -> None:
        self._function.write(f"{out} = await resumed(E, {place}, {rest}, {self._function.at})")

    def join(self, place: str, pending: str, out: str, *, nullable: bool) -> None:  # noqa: ARG002 - of the protocol
        with self._function.under(f"if {pending} is not None:"):
            # What is awaited is no longer ours to settle.
            self._function.write(f"w = {pending}", f"{pending} = None", f"await joined({out}, w)")

    def hold(self, awaitable: str, out: str) -> None:
        self._function.write(f"{out} = await {awaitable}")


class Generator:
    """Writes the functions of one shape."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._constants = Constants()
        self._functions: list[str] = []
        self._numbers = count(1)

    def root(self, shape: ObjectShape, *, serial: bool) -> str:
        """The text of all functions. The one to call is ``root(E, s)``: it gives the data, or a coroutine of it."""
        if serial:
            parts = ", ".join(f"({each.key!r}, {self._root_field(each)})" for each in shape.fields)
            function = self._function("def root(E, s):")
            function.write(f"return serially(E, s, ({parts}{',' if parts else ''}))")
        else:
            function = self._function("def root(E, s):")
            pending = function.pending()
            self._object(function, shape, "s", "o", pending)
            function.write(f"return o if {pending} is None else joined(o, {pending})")
        self._functions.append(function.text())
        return "\n\n".join(self._functions)

    def names(self) -> dict[str, Any]:
        """What the text refers to."""
        return {**_HELPERS, **self._constants.values}

    def _function(self, header: str, indices: tuple[str, ...] = ()) -> Function:
        return Function(header, self._numbers, indices)

    def _root_field(self, field: FieldShape) -> str:
        """A function that gives a field's value, or a coroutine of it."""
        name = f"field{next(self._numbers)}"
        function = self._function(f"def {name}(E, s):")
        pending = function.pending()
        self._look_at(function, [field], "s")
        value = self._field(function, field, "s", pending)
        function.write(f"return {value} if {pending} is None else {pending}.popitem()[1]")
        self._functions.append(function.text())
        return name

    def _object(self, function: Function, shape: ObjectShape, source: str, out: str, pending: str) -> None:
        self._look_at(function, shape.fields, source)
        entries = [f"{each.key!r}: {self._field(function, each, source, pending)}" for each in shape.fields]
        function.write(f"{out} = {{{', '.join(entries)}}}")

    def _look_at(self, function: Function, fields: list[FieldShape], source: str) -> None:
        """Write what the default resolver has to know of an object."""
        if any(each.typename is None and isinstance(self._resolution(each), Default) for each in fields):
            function.write(f"m_{source} = isinstance({source}, Mapping)")

    def _resolution(self, field: FieldShape) -> Resolution:
        return self._adapter.resolution(field.place.details[0].node.name.value, field.place.definition)

    def _field(self, function: Function, field: FieldShape, source: str, pending: str) -> str:
        """Write how a field gets its value; the expression of it."""
        if field.typename is not None:
            return repr(field.typename)
        resolution = self._resolution(field)
        place = self._constants.name("P", field.place)
        sink = _Held(function, pending, repr(field.key))
        value = function.variable("v")
        if is_coroutine_function(getattr(resolution, "function", None)):
            self._begin(function, field, resolution, source, sink, value)
            return value
        with function.under("try:", block=True):
            self._resolve(function, field, resolution, source, value)
        with function.under("except Exception as error:"):
            function.write(f"{value} = failed(E, {place}, error, {function.at})")
        return self._complete(function, field.place, field.objects, value, sink)

    def _begin(
        self, function: Function, field: FieldShape, resolution: Resolution, source: str, sink: _Sink, value: str
    ) -> None:
        """Begin what a coroutine function gives."""
        place = self._constants.name("P", field.place)
        values, fixed = self._arguments(field, resolution)
        late = self._late(field, resolution, values if fixed else "a" if values else "")
        given = "".join(f", {each}" for each in function.indices)
        if fixed or not values:
            sink.hold(f"{late}(E, {source}{given})", value)
            return
        with function.under("try:", block=True):
            function.write(f"a = {values}")
        with function.under("except Exception as error:"):
            function.write(f"{value} = failed(E, {place}, error, {function.at})")
        with function.under("else:"):
            sink.hold(f"{late}(E, {source}{given}, a)", value)

    def _late(self, field: FieldShape, resolution: Resolution, values: str) -> str:
        """A coroutine function that awaits a resolver, and completes what it gives."""
        name = f"late{next(self._numbers)}"
        indices = tuple(f"i{number}" for number in range(_lists_around(field.place)))
        names = ", ".join(("E", "s", *indices, *(["a"] if values == "a" else [])))
        function = self._function(f"async def {name}({names}):", indices)
        place = self._constants.name("P", field.place)
        with function.under("try:", block=True):
            function.write(f"v = await {self._call(function, field, resolution, 's', values)}")
        with function.under("except Exception as error:"):
            function.write(f"v = failed(E, {place}, error, {function.at})")
        out = self._complete(function, field.place, field.objects, "v", _Awaited(function))
        function.write(f"return {out}")
        self._functions.append(function.text())
        return name

    def _resolve(
        self, function: Function, field: FieldShape, resolution: Resolution, source: str, value: str
    ) -> None:
        if isinstance(resolution, Attribute):
            function.write(f"{value} = {source}.{resolution.name}")
            return
        values, _ = self._arguments(field, resolution)
        if values and not values.isidentifier():
            function.write(f"a = {values}")
            values = "a"
        if not isinstance(resolution, Default):
            function.write(f"{value} = {self._call(function, field, resolution, source, values)}")
            return
        name = repr(resolution.name)
        function.write(f"{value} = {source}.get({name}) if m_{source} else getattr({source}, {name}, None)")
        given = f", **{values}" if values else ""
        place = self._constants.name("P", field.place)
        with function.under(f"if callable({value}):"):
            function.write(f"{value} = {value}(Info(E, {place}, {function.at}){given})")

    def _call(self, function: Function, field: FieldShape, resolution: Resolution, source: str, values: str) -> str:
        """A resolver's call. ``values`` is an expression for its arguments."""
        place = self._constants.name("P", field.place)
        info = f"Info(E, {place}, {function.at})"
        if isinstance(resolution, Direct):
            given = [source] if resolution.positional else []
            given += [f"{each}={source}" for each in resolution.sources]
            if resolution.info:
                wrap = self._constants.name("W", resolution.wrap)
                given.append(f"{resolution.info}={wrap}({info}, {self._constants.name('F', resolution.field)})")
            return f"{self._constants.name('R', resolution.function)}({', '.join(given)})"
        resolver = self._constants.name("R", getattr(resolution, "function", None))
        return f"{resolver}({source}, {info}{f', **{values}' if values else ''})"

    def _arguments(self, field: FieldShape, resolution: Resolution) -> tuple[str, bool]:
        """An expression for a field's arguments, nothing where it has none; and whether they are always the same."""
        definition, details = field.place.definition, field.place.details[0]
        if isinstance(resolution, Direct | Attribute) or not (definition.args or details.node.arguments):
            return "", True
        values = _fixed_arguments(field)
        if values is not None:
            return self._constants.name("A", values), True
        return f"arguments(E, {self._constants.name('P', field.place)})", False

    def _complete(
        self, function: Function, place: Place, objects: dict[str, ObjectShape], value: str, sink: _Sink
    ) -> str:
        """Write how a value is completed; the variable of what comes of it."""
        kind = get_nullable_type(place.type)
        if is_leaf_type(kind):
            return self._leaf(function, place, kind, value, sink)
        out = function.variable("c")
        if is_non_null_type(place.type):
            self._composite(function, place, objects, value, out, sink)
            return out
        with function.under(f"if {value} is None:"):
            function.write(f"{out} = None")
        with function.under("else:"):
            self._composite(function, place, objects, value, out, sink)
        return out

    def _leaf(self, function: Function, place: Place, kind: GraphQLLeafType, value: str, sink: _Sink) -> str:
        name = self._constants.name("P", place)
        nullable = not is_non_null_type(place.type)
        if condition := as_it_is(kind, value):
            nulls = f" or {value} is None" if nullable else ""
            with function.under(f"if not ({condition}{nulls}):"):
                sink.slow(name, value, value)
            return value
        members = self._adapter.enum_of(kind) if isinstance(kind, GraphQLEnumType) else None
        out = function.variable("c")
        if members and isinstance(kind, GraphQLEnumType):
            named = self._constants.name("N", _names_of(kind, members))
            function.write(
                f"{out} = {named}.get({value}._name_) if type({value}) is {self._constants.name('T', members)} else None"
            )
            with function.under(f"if {out} is None{f' and {value} is not None' if nullable else ''}:"):
                sink.slow(name, value, out)
            return out
        with function.under(f"if type({value}) in PLAIN:"):
            with function.under("try:", block=True):
                function.write(f"{out} = leaf({self._constants.name('L', kind)}, {value})")
            with function.under("except Exception as error:"):
                function.write(f"{out} = failed(E, {name}, error, {function.at})")
        if nullable:
            with function.under(f"elif {value} is None:"):
                function.write(f"{out} = None")
        with function.under("else:"):
            sink.slow(name, value, out)
        return out

    def _composite(
        self, function: Function, place: Place, objects: dict[str, ObjectShape], value: str, out: str, sink: _Sink
    ) -> None:
        """Write how a list or an object is completed that is not null."""
        kind = get_nullable_type(place.type)
        if function.blocks > _DEEPEST_BLOCK:
            self._apart(function, place, objects, value, out, sink)
        elif isinstance(kind, GraphQLList):
            self._list(function, place, objects, value, out, sink)
        else:
            self._object_or_rest(function, place, objects, value, out, sink)

    def _apart(
        self, function: Function, place: Place, objects: dict[str, ObjectShape], value: str, out: str, sink: _Sink
    ) -> None:
        """What is nested too deep for one function goes into another."""
        name = f"part{next(self._numbers)}"
        indices = tuple(f"i{number}" for number in range(len(function.indices)))
        part = self._function(f"def {name}({', '.join(('E', 'v', *indices))}):", indices)
        pending = part.pending()
        self._composite(part, place, objects, "v", "o", _Held(part, pending, "0"))
        part.write(f"return o if {pending} is None else {pending}[0]")
        self._functions.append(part.text())
        function.write(f"{out} = {name}({', '.join(('E', value, *function.indices))})")
        with function.under(f"if type({out}) is Coroutine:"):
            sink.hold(out, out)

    def _list(
        self, function: Function, place: Place, objects: dict[str, ObjectShape], value: str, out: str, sink: _Sink
    ) -> None:
        name = self._constants.name("P", place)
        items = place.of_items()
        kind = get_nullable_type(items.type)
        is_list = f"type({value}) is list or type({value}) is tuple"
        if is_leaf_type(kind) and (condition := as_it_is(kind, "x")):
            condition += "" if is_non_null_type(items.type) else " or x is None"
            function.write(f"{out} = [x for x in {value} if {condition}] if {is_list} else None")
            with function.under(f"if {out} is None or len({out}) != len({value}):"):
                sink.slow(name, value, out)
            return
        with function.under(f"if {is_list}:"):
            if is_non_null_type(place.type):
                self._items(function, place, items, objects, value, out, sink)
            else:
                with function.catching(f"{out} = failed(E, {name}, error, {function.at})"):
                    self._items(function, place, items, objects, value, out, sink)
        with function.under("else:"):
            sink.slow(name, value, out)

    def _items(
        self,
        function: Function,
        place: Place,
        items: Place,
        objects: dict[str, ObjectShape],
        value: str,
        out: str,
        sink: _Sink,
    ) -> None:
        pending, under_way, done = function.listed()
        item = function.variable("x")
        function.write(f"{under_way} = {value}", f"{done} = []")
        around = function.indices
        with function.under(f"for {item} in {value}:", block=True):
            function.indices = (*around, f"len({done})")
            completed = self._complete(function, items, objects, item, _Held(function, pending, f"len({done})"))
            function.write(f"{done}.append({completed})")
        function.indices = around
        function.write(f"{under_way} = None", f"{out} = {done}")
        sink.join(
            self._constants.name("P", place), pending, out, nullable=not is_non_null_type(place.type)
        )

    def _object_or_rest(
        self, function: Function, place: Place, objects: dict[str, ObjectShape], value: str, out: str, sink: _Sink
    ) -> None:
        name = self._constants.name("P", place)
        guard = function.variable("g")
        branches = self._guard(function, place, objects, value, guard, awaited=sink.awaited)
        keyword = "if"
        for condition, shape in branches:
            with function.under(f"{keyword} {condition}:"):
                if is_non_null_type(place.type):
                    self._branch(function, place, shape, value, out, sink)
                else:
                    with function.catching(f"{out} = failed(E, {name}, error, {function.at})"):
                        self._branch(function, place, shape, value, out, sink)
            keyword = "elif"
        if keyword == "if":
            sink.resume(name, guard, out)
            return
        with function.under("else:"):
            sink.resume(name, guard, out)

    def _branch(
        self, function: Function, place: Place, shape: ObjectShape, value: str, out: str, sink: _Sink
    ) -> None:
        pending = function.pending()
        self._object(function, shape, value, out, pending)
        name = self._constants.name("P", place)
        sink.join(name, pending, out, nullable=not is_non_null_type(place.type))

    def _guard(
        self,
        function: Function,
        place: Place,
        objects: dict[str, ObjectShape],
        value: str,
        guard: str,
        *,
        awaited: bool,
    ) -> list[tuple[str, ObjectShape]]:
        """Write what tells of which type an object is; the conditions for each."""
        kind = get_nullable_type(place.type)
        name = self._constants.name("P", place)
        if isinstance(kind, GraphQLObjectType):
            known = self._known_class(kind, value)
            check = f"admits(E, {name}, {value}, {function.at}, {self._constants.name('K', kind)}, {awaited})"
            function.write(f"{guard} = {f'True if {known} else ' if known else ''}{check}")
            return [(f"{guard} is True", objects[kind.name])]
        abstract: GraphQLAbstractType = kind  # type: ignore[assignment]
        names = self._constants.name("K", dict.fromkeys(objects))
        check = f"{guard} = kind_of(E, {name}, {value}, {function.at}, {names}, {awaited})"
        if classes := self._adapter.classes_of(abstract):
            known = self._constants.name("C", dict(classes))
            function.write(f"{guard} = {known}.get(type({value}))")
            with function.under(f"if {guard} is None{self._marked(value, ' or {} is not None')}:"):
                function.write(check)
        else:
            function.write(check)
        return [(f"{guard} == {typename!r}", shape) for typename, shape in objects.items()]

    def _known_class(self, kind: GraphQLObjectType, value: str) -> str:
        """The condition under which a class tells that an object is of a type."""
        known = self._adapter.class_of(kind)
        if known is None:
            return ""
        unmarked = self._marked(value, " and {} is None") if kind.is_type_of else ""
        return f"type({value}) is {self._constants.name('T', known)}{unmarked}"

    def _marked(self, value: str, form: str) -> str:
        mark = self._adapter.mark
        return form.format(f"getattr({value}, {mark!r}, None)") if mark else ""


def _lists_around(place: Place) -> int:
    return sum(key is None for key, _ in place.steps)


def _fixed_arguments(field: FieldShape) -> dict[str, Any] | None:
    """A field's arguments, where they hold no variables, and nothing that a resolver could change."""
    definition, node = field.place.definition, field.place.details[0].node
    kinds = [get_nullable_type(each.type) for each in definition.args.values()]
    simple = all(
        isinstance(kind, GraphQLEnumType) or (isinstance(kind, GraphQLScalarType) and is_specified_scalar_type(kind))
        for kind in kinds
    )
    if not simple or any(isinstance(each.value, VariableNode) for each in node.arguments or ()):
        return None
    try:
        values = get_argument_values(definition, node)
    except GraphQLError:
        # An error of the field, each time.
        return None
    return values if all(isinstance(each, _UNCHANGING) for each in values.values()) else None


def _names_of(kind: GraphQLEnumType, members: type[Enum]) -> dict[str, str]:
    names = {}
    for member in members:
        try:
            name = kind.coerce_output_value(member)
        except Exception:  # noqa: BLE001, S112 - whatever it is, it is told when such a member is met
            continue
        if name is not None and name is not Undefined:
            names[member.name] = name
    return names
