"""What a field costs by its definition, looked up once a schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    introspection_types,
    is_abstract_type,
    is_composite_type,
    is_list_type,
)
from graphql.type.introspection import SchemaMetaFieldDef, TypeMetaFieldDef

from api.costing.amounts import MOST

_PAGING: Final = ("first", "last")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """``own`` is what the field costs itself, each time. ``of`` is the type of objects beneath, None for leaves.
    ``entries`` is how many of them there are where no argument in ``sized_by`` says so, ``most`` how many it can say;
    None for a single one.
    ``paged`` says that its arguments are for the lists of a connection beneath; ``of_page`` that it is such a list.
    """

    own: int
    of: str | None
    entries: float | None = None
    sized_by: tuple[str, ...] = ()
    most: int = MOST
    paged: bool = False
    of_page: bool = False


# What is not there is for validation to say.
UNKNOWN: Final = Price(own=1, of=None)


class Prices:
    """The prices of a schema's fields. A field costs one; one that is paged, and a field of a mutation, cost
    ``statement``, since each asks the database by itself. A connection whose page has no size counts as ``page``
    entries, and as ``largest`` at most, since no larger page is answered; any other list as ``entries``, or, where an
    argument lists what is asked for, as many as that lists. A field of introspection costs ``introspected``: no worker
    does anything else until all of them are answered.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        page: int,
        largest: int,
        entries: int,
        statement: int = 10,
        introspected: int = 2,
    ) -> None:
        self._page = page
        self._largest = largest
        self._entries = entries
        self._statement = statement
        self._introspected = dict(_introspected(schema))
        self._of_introspection = introspected
        self._mutation = schema.mutation_type
        types = {**schema.type_map, **introspection_types}
        self.roots: dict[str, str] = {
            name: kind.name
            for name, kind in (
                ("query", schema.query_type),
                ("mutation", schema.mutation_type),
                ("subscription", schema.subscription_type),
            )
            if kind
        }
        self.abstract = frozenset(name for name, kind in types.items() if is_abstract_type(kind))
        self._prices = {
            name: {field: self._price(kind, field, definition) for field, definition in kind.fields.items()}
            for name, kind in types.items()
            if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        }
        if schema.query_type:
            for name, definition in (("__schema", SchemaMetaFieldDef), ("__type", TypeMetaFieldDef)):
                self._prices[schema.query_type.name][name] = self._price(schema.query_type, name, definition)

    def of(self, kind: str | None, field: str) -> Price:
        return self._prices.get(kind or "", {}).get(field, UNKNOWN)

    def _price(self, kind: GraphQLNamedType, name: str, definition: GraphQLField) -> Price:
        found = get_named_type(definition.type)
        listed = is_list_type(get_nullable_type(definition.type))
        if not is_composite_type(found):
            return Price(own=self._own(kind), of=None)
        if all(argument in definition.args for argument in _PAGING):
            return Price(
                own=self._statement,
                of=found.name,
                entries=self._page,
                sized_by=_PAGING,
                most=self._largest,
                paged=True,
            )
        return Price(
            own=self._own(kind),
            of=found.name,
            entries=self._introspected.get((kind.name, name), self._entries if listed else None),
            sized_by=tuple(
                argument for argument, each in definition.args.items() if is_list_type(get_nullable_type(each.type))
            )
            if listed
            else (),
            of_page=listed and isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields,
        )

    def _own(self, kind: GraphQLNamedType) -> int:
        if kind is self._mutation:
            return self._statement
        return self._of_introspection if kind.name in introspection_types else 1


def _introspected(schema: GraphQLSchema) -> Iterator[tuple[tuple[str, str], float]]:
    """How many entries the lists of introspection have: all types, and of what types have, the mean. Every second
    type stands for a list or for what is not null: more of them than that are rare within one another.
    """
    types = schema.type_map.values()
    with_fields = [each for each in types if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [field for kind in with_fields for field in kind.fields.values()]
    yield ("__Schema", "types"), len(types)
    yield ("__Schema", "directives"), len(schema.directives)
    yield ("__Type", "ofType"), 0.5
    for name, lists in (
        ("fields", [each.fields for each in with_fields]),
        ("interfaces", [each.interfaces for each in with_fields]),
        ("possibleTypes", [schema.get_possible_types(each) for each in types if is_abstract_type(each)]),
        ("inputFields", [each.fields for each in types if isinstance(each, GraphQLInputObjectType)]),
        ("enumValues", [each.values for each in types if isinstance(each, GraphQLEnumType)]),
    ):
        yield ("__Type", name), sum(map(len, lists)) / len(types)
    yield ("__Field", "args"), sum(len(each.args) for each in fields) / max(1, len(fields))
    yield ("__Directive", "args"), sum(len(each.args) for each in schema.directives) / max(1, len(schema.directives))
