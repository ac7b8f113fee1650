"""What clients were promised, and the schema as it is committed."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    value_from_ast_untyped,
)
from graphql.utilities import find_breaking_changes

from api.schema.build import sdl

CONTRACT = Path(__file__).parent.parent / "contract.graphql"
COMMITTED = Path(__file__).parents[2] / "api" / "schema" / "schema.graphql"


@pytest.fixture(scope="module")
def ours() -> GraphQLSchema:
    return build_schema(sdl())


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    return build_schema(CONTRACT.read_text())


def promises(schema: GraphQLSchema) -> set[str]:
    """Everything a client can rely on, a line each."""
    lines = set()
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        lines.add(f"{type(kind).__name__} {name}")
        if isinstance(kind, GraphQLEnumType):
            lines |= {f"{name}.{value}" for value in kind.values}
        elif isinstance(kind, GraphQLInputObjectType):
            lines |= {
                f"{name}.{field}: {each.type} = {each.ast_node and default_of(each.ast_node)}"
                for field, each in kind.fields.items()
            }
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            lines |= {f"{name} implements {each.name}" for each in kind.interfaces}
            for field, described in kind.fields.items():
                lines.add(f"{name}.{field}: {described.type}")
                lines |= {
                    f"{name}.{field}({argument}: {each.type} = {each.ast_node and default_of(each.ast_node)})"
                    for argument, each in described.args.items()
                }
    return lines


def default_of(node: object) -> object:
    default = getattr(node, "default_value", None)
    return None if default is None else value_from_ast_untyped(default)


def test_the_schema_keeps_every_promise_of_the_contract(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    assert promises(contract) - promises(ours) == set()


def test_what_is_added_to_the_contract_breaks_nobody(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    assert [change.description for change in find_breaking_changes(contract, ours)] == []


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text() == sdl(), "run `make schema` and look at what changed"


def test_everything_says_what_it_means(ours: GraphQLSchema) -> None:
    silent = []
    for name, kind in ours.type_map.items():
        if name.startswith("__") or (isinstance(kind, GraphQLScalarType) and not kind.ast_node):
            continue
        if not kind.description:
            silent.append(name)
        if isinstance(kind, GraphQLEnumType):
            silent += [f"{name}.{value}" for value, each in kind.values.items() if not each.description]
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            silent += [f"{name}.{field}" for field, each in kind.fields.items() if not each.description]
    assert silent == []
