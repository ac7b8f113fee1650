"""Writes the function that executes one shape of an operation.

What is known to be there at once is resolved and completed in line, lists and objects within one another. A resolver
that is a coroutine function gets a coroutine of its own, which completes what it gives. Both are begun, joined and
awaited in the order in which graphql-core does so: it is what decides the order of errors.
"""

from collections.abc import Mapping
from itertools import count
from types import CoroutineType
from typing import Any, Final

from graphql.execution.executor import Executor

from api.compiled import completion
from api.compiled.calls import Call, call_of, expression, write_value
from api.compiled.info import ResolveInfo
from api.compiled.keeping import UnchangingList, is_unchanging, keep
from api.compiled.leaves import PLAIN
from api.compiled.resolution import Adapter, Attribute, Default, Direct, is_coroutine_function, is_perhaps_late
from api.compiled.shape import FieldShape, ObjectShape
from api.compiled.sinks import Awaited, Held
from api.compiled.values import ValueWriter
from api.compiled.writing import Function

_HELPERS: Final = {
    "Mapping": Mapping,
    "Coroutine": CoroutineType,
    "Info": ResolveInfo,
    "PLAIN": PLAIN,
    "UnchangingList": UnchangingList,
    "keep": keep,
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


class Generator(ValueWriter):
    """Writes the functions of one shape."""

    def __init__(self, adapter: Adapter) -> None:
        super().__init__(adapter, count(1))
        self._lates: dict[tuple[int, bool], str] = {}

    def root(self, shape: ObjectShape, *, serial: bool) -> str:
        """The text of all functions. The one to call is ``root(E, s)``: it gives the data, or a coroutine of it."""
        function = self._function("def root(E, s):")
        if serial:
            fields = "".join(f"({each.key!r}, {self._root_field(each)}), " for each in shape.fields)
            function.write(f"return serially(E, s, ({fields}))")
        else:
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

    def _is_unchanging(self, shape: ObjectShape) -> bool:
        return is_unchanging(self._adapter.class_of(shape.kind)) and all(map(self._stays, shape.fields))

    def _stays(self, field: FieldShape) -> bool:
        """Whether a field of an object that never changes gives the same each time."""
        if field.typename is not None:
            return True
        resolution = self._adapter.resolution(field.place.details[0].node.name.value, field.place.definition)
        function = getattr(resolution, "function", None)
        return (
            (isinstance(resolution, Attribute) or (isinstance(resolution, Direct) and not resolution.info))
            and not (is_coroutine_function(function) or is_perhaps_late(function))
            and all(map(self._is_unchanging, field.objects.values()))
        )

    def _look_at(self, function: Function, fields: list[FieldShape], source: str) -> None:
        """Write what the default resolver has to know of an object."""
        if any(each.typename is None and isinstance(self._call(each, source).resolution, Default) for each in fields):
            function.write(f"m_{source} = isinstance({source}, Mapping)")

    def _call(self, field: FieldShape, source: str) -> Call:
        name = field.place.details[0].node.name.value
        return call_of(self._constants, field, self._adapter.resolution(name, field.place.definition), source)

    def _field(self, function: Function, field: FieldShape, source: str, pending: str) -> str:
        """Write how a field gets its value; the expression of it."""
        if field.typename is not None:
            return repr(field.typename)
        call = self._call(field, source)
        sink = Held(function, pending, repr(field.key))
        value = function.variable("v")
        if call.is_late:
            self._begin(function, call, sink, value)
            return value
        standing = self._standing(function, field.place, field.objects, value, sink=sink)
        with function.under("try:", block=True):
            write_value(self._constants, function, call, value)
        with function.under("except Exception as error:"):
            function.write(standing.failing(value))
        if not call.is_perhaps_late:
            return self._complete(standing)
        out = function.variable("c")
        with function.under(f"if type({value}) is Coroutine:"):
            begun = self._late(call, begun=True)
            sink.hold(f"{begun}({', '.join(('E', value, *function.indices))})", out)
        with function.under("else:"):
            function.write(f"{out} = {self._complete(standing)}")
        return out

    def _begin(self, function: Function, call: Call, sink: Held, value: str) -> None:
        """Write how a coroutine is begun, with arguments that are known before."""
        late = self._late(call)
        given = ", ".join((f"{late}(E", call.source, *function.indices))
        if call.fixed:
            sink.hold(f"{given})", value)
            return
        with function.under("try:", block=True):
            function.write(f"a = {call.values}")
        with function.under("except Exception as error:"):
            function.write(f"{value} = failed(E, {call.place}, error, {function.at})")
        with function.under("else:"):
            sink.hold(f"{given}, a)", value)

    def _late(self, call: Call, *, begun: bool = False) -> str:
        """A coroutine function that awaits a resolver, and completes what it gives. Where that was ``begun``, it takes
        the coroutine in place of the object. Written once: what is nested would double each time.
        """
        if known := self._lates.get((id(call.field), begun)):
            return known
        name, place = f"late{next(self._numbers)}", call.field.place
        self._lates[id(call.field), begun] = name
        indices = tuple(f"i{number}" for number in range(place.lists_around))
        names = ", ".join(("E", "s", *indices, *(() if call.fixed or begun else ("a",))))
        function = self._function(f"async def {name}({names}):", indices)
        standing = self._standing(function, place, call.field.objects, "v", sink=Awaited(function))
        values = call.values if call.fixed else "a"
        with function.under("try:", block=True):
            awaited = "s" if begun else expression(self._constants, function, call, "s", values)
            function.write(f"v = await {awaited}")
        with function.under("except Exception as error:"):
            function.write(standing.failing("v"))
        function.write(f"return {self._complete(standing)}")
        self._functions.append(function.text())
        return name
