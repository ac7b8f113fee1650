"""Writes how a field is resolved."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLScalarType,
    VariableNode,
    get_nullable_type,
    is_specified_scalar_type,
)
from graphql.execution.values import get_argument_values

from api.compiled.places import Place
from api.compiled.resolution import Attribute, Default, Direct, Resolution, is_coroutine_function, is_perhaps_late
from api.compiled.shape import FieldShape
from api.compiled.writing import Constants, Function

_UNCHANGING: Final = (str, int, float, bool, type(None), Enum)


@dataclass(frozen=True, slots=True)
class Call:
    """A field to be resolved in a function that is being written: ``source`` is the variable of the object, and
    ``values`` an expression for the arguments, nothing where there are none; ``fixed`` says that they never differ.
    """

    field: FieldShape
    resolution: Resolution
    place: str
    source: str
    values: str
    fixed: bool

    @property
    def is_late(self) -> bool:
        """Whether it gives a coroutine, whatever happens."""
        return is_coroutine_function(getattr(self.resolution, "function", None))

    @property
    def is_perhaps_late(self) -> bool:
        """Whether it may give a coroutine as well as a value."""
        return is_perhaps_late(getattr(self.resolution, "function", None))


def call_of(constants: Constants, field: FieldShape, resolution: Resolution, source: str) -> Call:
    definition, node = field.place.definition, field.place.details[0].node
    place = constants.name("P", field.place)
    if isinstance(resolution, Direct | Attribute) or not (definition.args or node.arguments):
        return Call(field, resolution, place, source, "", fixed=True)
    values = _fixed_arguments(field.place)
    if values is None:
        return Call(field, resolution, place, source, f"arguments(E, {place})", fixed=False)
    return Call(field, resolution, place, source, constants.name("A", values), fixed=True)


def write_value(constants: Constants, function: Function, call: Call, value: str) -> None:
    """Write how a variable gets what the field gives at once."""
    if isinstance(call.resolution, Attribute):
        function.write(f"{value} = {call.source}.{call.resolution.name}")
        return
    values = call.values
    if not call.fixed:
        function.write(f"a = {values}")
        values = "a"
    if not isinstance(call.resolution, Default):
        function.write(f"{value} = {expression(constants, function, call, call.source, values)}")
        return
    name, source = repr(call.resolution.name), call.source
    function.write(f"{value} = {source}.get({name}) if m_{source} else getattr({source}, {name}, None)")
    with function.under(f"if callable({value}):"):
        given = f", **{values}" if values else ""
        function.write(f"{value} = {value}(Info(E, {call.place}, {function.at}){given})")


def expression(constants: Constants, function: Function, call: Call, source: str, values: str) -> str:
    """A resolver's call."""
    info = f"Info(E, {call.place}, {function.at})"
    resolution = call.resolution
    if isinstance(resolution, Direct):
        given = [source] if resolution.positional else []
        given += [f"{each}={source}" for each in resolution.sources]
        if resolution.info:
            wrap = constants.name("W", resolution.wrap)
            given.append(f"{resolution.info}={wrap}({info}, {constants.name('F', resolution.field)})")
        return f"{constants.name('R', resolution.function)}({', '.join(given)})"
    resolver = constants.name("R", getattr(resolution, "function", None))
    return f"{resolver}({source}, {info}{f', **{values}' if values else ''})"


def _fixed_arguments(place: Place) -> dict[str, Any] | None:
    """A field's arguments, where they hold no variables, and nothing that a resolver could change."""
    definition, node = place.definition, place.details[0].node
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
