"""Writes how values are completed: leaves, lists, and which type an object is of."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLObjectType,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
)

from api.compiled.keeping import ATTRIBUTE
from api.compiled.leaves import as_it_is
from api.compiled.places import Place
from api.compiled.resolution import Adapter
from api.compiled.shape import ObjectShape
from api.compiled.sinks import Held, Sink
from api.compiled.writing import Constants, Function

# Python nests at most twenty blocks.
_DEEPEST_BLOCK: Final = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """A value in a function that is being written: its variable, where it stands, and where it goes. ``objects`` are
    the shapes that it may have if it is an object, or what is in it.
    """

    function: Function
    place: Place
    name: str
    objects: dict[str, ObjectShape]
    value: str
    sink: Sink

    @property
    def nullable(self) -> bool:
        return not is_non_null_type(self.place.type)

    @property
    def kind(self) -> Any:
        return get_nullable_type(self.place.type)

    def failing(self, out: str) -> str:
        """The statement that handles an error of this place."""
        return f"{out} = failed(E, {self.name}, error, {self.function.at})"


class ValueWriter:
    """Writes the functions of one shape, as far as it completes values."""

    def __init__(self, adapter: Adapter, numbers: Iterator[int]) -> None:
        self._adapter = adapter
        self._numbers = numbers
        self._constants = Constants()
        self._functions: list[str] = []

    def _object(self, function: Function, shape: ObjectShape, source: str, out: str, pending: str) -> None:
        raise NotImplementedError

    def _is_unchanging(self, shape: ObjectShape) -> bool:
        """Whether what is completed of an object can be kept with it."""
        raise NotImplementedError

    def _standing(
        self, function: Function, place: Place, objects: dict[str, ObjectShape], value: str, *, sink: Sink
    ) -> Standing:
        return Standing(function, place, self._constants.name("P", place), objects, value, sink)

    def _complete(self, standing: Standing) -> str:
        """Write how a value is completed; the variable of what comes of it."""
        if is_leaf_type(standing.kind):
            return self._leaf(standing, standing.kind)
        function, value = standing.function, standing.value
        out = function.variable("c")
        if not standing.nullable:
            self._composite(standing, out)
            return out
        with function.under(f"if {value} is None:"):
            function.write(f"{out} = None")
        with function.under("else:"):
            self._composite(standing, out)
        return out

    def _leaf(self, standing: Standing, kind: GraphQLLeafType) -> str:
        function, name, value = standing.function, standing.name, standing.value
        if condition := as_it_is(kind, value):
            nulls = f" or {value} is None" if standing.nullable else ""
            with function.under(f"if not ({condition}{nulls}):"):
                standing.sink.slow(name, value, value)
            return value
        members = self._adapter.enum_of(kind) if isinstance(kind, GraphQLEnumType) else None
        out = function.variable("c")
        if members and isinstance(kind, GraphQLEnumType):
            named = self._constants.name("N", _names_of(kind, members))
            known = self._constants.name("T", members)
            function.write(f"{out} = {named}.get({value}._name_) if type({value}) is {known} else None")
            with function.under(f"if {out} is None{f' and {value} is not None' if standing.nullable else ''}:"):
                standing.sink.slow(name, value, out)
            return out
        with function.under(f"if type({value}) in PLAIN:"):
            with function.under("try:", block=True):
                function.write(f"{out} = leaf({self._constants.name('L', kind)}, {value})")
            with function.under("except Exception as error:"):
                function.write(standing.failing(out))
        if standing.nullable:
            with function.under(f"elif {value} is None:"):
                function.write(f"{out} = None")
        with function.under("else:"):
            standing.sink.slow(name, value, out)
        return out

    def _composite(self, standing: Standing, out: str) -> None:
        """Write how a list or an object is completed that is not null."""
        if standing.function.blocks > _DEEPEST_BLOCK:
            self._apart(standing, out)
        elif isinstance(standing.kind, GraphQLList):
            self._list(standing, out)
        else:
            self._object_or_rest(standing, out)

    def _apart(self, standing: Standing, out: str) -> None:
        """What is nested too deep for one function goes into another."""
        name = f"part{next(self._numbers)}"
        function = standing.function
        indices = tuple(f"i{number}" for number in range(len(function.indices)))
        part = Function(f"def {name}({', '.join(('E', 'v', *indices))}):", self._numbers, indices)
        pending = part.pending()
        self._composite(replace(standing, function=part, value="v", sink=Held(part, pending, "0")), "o")
        part.write(f"return o if {pending} is None else {pending}[0]")
        self._functions.append(part.text())
        function.write(f"{out} = {name}({', '.join(('E', standing.value, *function.indices))})")
        with function.under(f"if type({out}) is Coroutine:"):
            standing.sink.hold(out, out)

    def _list(self, standing: Standing, out: str) -> None:
        function, value = standing.function, standing.value
        items = standing.place.of_items()
        kind = get_nullable_type(items.type)
        is_list = f"type({value}) is list or type({value}) is tuple or type({value}) is UnchangingList"
        if is_leaf_type(kind) and (condition := as_it_is(kind, "x")):
            condition += "" if is_non_null_type(items.type) else " or x is None"
            function.write(f"{out} = [x for x in {value} if {condition}] if {is_list} else None")
            with function.under(f"if {out} is None or len({out}) != len({value}):"):
                standing.sink.slow(standing.name, value, out)
            return
        unchanging = isinstance(kind, GraphQLObjectType) and self._is_unchanging(standing.objects[kind.name])
        with self._kept(standing, out, "UnchangingList" if unchanging else None):
            with function.under(f"if {is_list}:"):
                if standing.nullable:
                    with function.catching(standing.failing(out)):
                        self._items(standing, items, out)
                else:
                    self._items(standing, items, out)
            with function.under("else:"):
                standing.sink.slow(standing.name, value, out)

    @contextlib.contextmanager
    def _kept(self, standing: Standing, out: str, kind: str | None) -> Iterator[None]:
        """Write that what was completed of a value of a class is taken again, and how it is completed first: within.
        ``kind`` names the class, None where nothing is kept.
        """
        if kind is None:
            yield
            return
        function, value = standing.function, standing.value
        shape, failures = self._constants.name("S", object()), function.variable("n")
        function.write(f"{out} = {value}.{ATTRIBUTE}.get({shape}) if type({value}) is {kind} else None")
        with function.under(f"if {out} is None:"):
            function.write(f"{failures} = E.failures")
            yield
            # Errors are of the place, and told each time. What is yet to come is None here.
            with function.under(f"if {out} is not None and type({value}) is {kind} and E.failures == {failures}:"):
                function.write(f"keep({value}, {shape}, {out})")

    def _items(self, standing: Standing, items: Place, out: str) -> None:
        function, value = standing.function, standing.value
        pending, under_way, done = function.listed()
        item, around = function.variable("x"), function.indices
        function.write(f"{under_way} = {value}", f"{done} = []")
        with function.under(f"for {item} in {value}:", block=True):
            function.indices = (*around, f"len({done})")
            sink = Held(function, pending, f"len({done})")
            completed = self._complete(self._standing(function, items, standing.objects, item, sink=sink))
            function.write(f"{done}.append({completed})")
        function.indices = around
        function.write(f"{under_way} = None", f"{out} = {done}")
        standing.sink.join(standing.name, pending, out, nullable=standing.nullable)

    def _object_or_rest(self, standing: Standing, out: str) -> None:
        kind, kept = standing.kind, None
        if isinstance(kind, GraphQLObjectType) and self._is_unchanging(standing.objects[kind.name]):
            kept = self._constants.name("T", self._adapter.class_of(kind))
        with self._kept(standing, out, kept):
            self._object_anew(standing, out)

    def _object_anew(self, standing: Standing, out: str) -> None:
        function = standing.function
        guard = function.variable("g")
        branches = self._guard(standing, guard)
        keyword = "if"
        for condition, shape in branches:
            with function.under(f"{keyword} {condition}:"):
                if standing.nullable:
                    with function.catching(standing.failing(out)):
                        self._branch(standing, shape, out)
                else:
                    self._branch(standing, shape, out)
            keyword = "elif"
        with function.under("else:" if branches else "if True:"):
            standing.sink.resume(standing.name, guard, out)

    def _branch(self, standing: Standing, shape: ObjectShape, out: str) -> None:
        pending = standing.function.pending()
        self._object(standing.function, shape, standing.value, out, pending)
        standing.sink.join(standing.name, pending, out, nullable=standing.nullable)

    def _guard(self, standing: Standing, guard: str) -> list[tuple[str, ObjectShape]]:
        """Write what tells of which type an object is; the conditions for each."""
        function, value, kind = standing.function, standing.value, standing.kind
        given = f"E, {standing.name}, {value}, {function.at}"
        if isinstance(kind, GraphQLObjectType):
            known = self._known_class(kind, value)
            check = f"admits({given}, {self._constants.name('K', kind)}, {standing.sink.awaited})"
            function.write(f"{guard} = {f'True if {known} else ' if known else ''}{check}")
            return [(f"{guard} is True", standing.objects[kind.name])]
        abstract: GraphQLAbstractType = kind
        names = self._constants.name("K", dict.fromkeys(standing.objects))
        check = f"{guard} = kind_of({given}, {names}, {standing.sink.awaited})"
        if classes := self._adapter.classes_of(abstract):
            known = self._constants.name("C", dict(classes))
            function.write(f"{guard} = {known}.get(type({value}))")
            with function.under(f"if {guard} is None{self._marked(value, ' or {} is not None')}:"):
                function.write(check)
        else:
            function.write(check)
        return [(f"{guard} == {typename!r}", shape) for typename, shape in standing.objects.items()]

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


def _names_of(kind: GraphQLEnumType, members: type[Enum]) -> dict[str, str]:
    names = {}
    for member in members:
        try:
            name: object = kind.coerce_output_value(member)
        except Exception:  # noqa: BLE001, S112 - whatever it is, it is told when such a member is met
            continue
        if isinstance(name, str):
            names[member.name] = name
    return names
