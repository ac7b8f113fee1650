"""The shape of the answers to an operation, for one choice of what `@skip` and `@include` leave in.

Fields are collected by graphql-core's own functions, for every type that an object may turn out to be. Values of
variables matter for nothing but what is left in: an operation has as many shapes as are asked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DirectiveNode,
    FragmentDefinitionNode,
    GraphQLCompositeType,
    GraphQLDeferDirective,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLStreamDirective,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    visit,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from graphql.type.directives import GraphQLDisableErrorPropagationDirective

from api.compiled.places import Place, Step

# Beyond these, generated code would be long and gain little: graphql-core goes on alone.
_MOST_FIELDS: Final = 500
_DEEPEST: Final = 40
_CONDITIONS: Final = frozenset(each.name for each in (GraphQLSkipDirective, GraphQLIncludeDirective))
_UNFIT: Final = frozenset(
    each.name for each in (GraphQLDeferDirective, GraphQLStreamDirective, GraphQLDisableErrorPropagationDirective)
)


class NotCompilable(Exception):  # noqa: N818 - no fault: graphql-core executes it
    """An operation that generated code does not execute."""


@dataclass(slots=True)
class FieldShape:
    """A field of an object, with the shapes of what may stand there. ``typename`` is what ``__typename`` gives."""

    key: str
    place: Place
    typename: str | None = None
    objects: dict[str, "ObjectShape"] = field(default_factory=dict)


@dataclass(slots=True)
class ObjectShape:
    kind: GraphQLObjectType
    fields: list[FieldShape]


class _Directives(Visitor):
    """Finds what decides which fields there are."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.variables: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.names.add(node.name.value)
        if node.name.value in _CONDITIONS:
            values = (argument.value for argument in node.arguments or ())
            self.variables.update(value.name.value for value in values if isinstance(value, VariableNode))


def conditions(operation: OperationDefinitionNode, fragments: Iterable[FragmentDefinitionNode]) -> tuple[str, ...]:
    """The variables that decide which fields there are. Raises ``NotCompilable``."""
    fragments = list(fragments)
    if any(fragment.variable_definitions for fragment in fragments):
        raise NotCompilable("fragments have variables")
    found = _Directives()
    nodes: list[Node] = [operation, *fragments]
    for node in nodes:
        visit(node, found)
    if unfit := found.names & _UNFIT:
        raise NotCompilable(f"@{min(unfit)}")
    return tuple(sorted(found.variables))


class Shaper:
    """Finds the shape of one operation. ``fields`` says how many it found."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        variable_values: VariableValues,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self._variables = variable_values
        self.fields = 0

    def root(self) -> ObjectShape:
        """Raises ``NotCompilable``."""
        kind = self._schema.get_root_type(self._operation.operation)
        if kind is None:
            raise NotCompilable("no root type")
        collected = collect_fields(self._schema, self._fragments, self._variables, kind, self._operation)
        return self._object(kind, collected, ())

    def _object(self, kind: GraphQLObjectType, collected: CollectedFields, steps: tuple[Step, ...]) -> ObjectShape:
        if collected.new_defer_usages:
            raise NotCompilable("@defer")
        return ObjectShape(kind, list(self._fields_of(kind, collected, steps)))

    def _fields_of(
        self, kind: GraphQLObjectType, collected: CollectedFields, steps: tuple[Step, ...]
    ) -> Iterator[FieldShape]:
        for key, details in collected.grouped_field_set.items():
            name = details[0].node.name.value
            definition = self._schema.get_field(kind, name)
            if definition is None:
                # As in graphql-core, where documents are not validated.
                continue
            self.fields += 1
            if self.fields > _MOST_FIELDS or len(steps) > _DEEPEST:
                raise NotCompilable("too large")
            if name in {"__schema", "__type"}:
                raise NotCompilable("introspection")
            place = Place(details, definition, kind, definition.type, (*steps, (key, kind.name)))
            if name == "__typename":
                yield FieldShape(key, place, typename=kind.name)
            else:
                yield FieldShape(key, place, objects=self._objects(place, details))

    def _objects(self, place: Place, details: FieldDetailsList) -> dict[str, ObjectShape]:
        named = get_named_type(place.type)
        if not is_composite_type(named):
            return {}
        steps = (*place.steps, *((None, None) for _ in range(str(place.type).count("["))))
        return {kind.name: self._object(kind, self._collected(kind, details), steps) for kind in self._possible(named)}

    def _possible(self, named: GraphQLCompositeType) -> list[GraphQLObjectType]:
        if is_abstract_type(named):
            return list(self._schema.get_possible_types(named))
        return [named] if isinstance(named, GraphQLObjectType) else []

    def _collected(self, kind: GraphQLObjectType, details: FieldDetailsList) -> CollectedFields:
        return collect_subfields(self._schema, self._fragments, self._variables, self._operation, kind, details)


def is_serial(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.MUTATION
