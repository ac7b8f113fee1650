"""Operations made at random over any schema: merged fields, fragments, aliases, directives, variables."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
    parse,
    print_ast,
    validate,
)
from graphql.utilities import value_to_literal

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
# Gives a value for an argument or an input field of this name and type, or None where it knows none.
Values = Callable[[Random, str, GraphQLInputType], Any]


@dataclass
class ChanceOperation:
    """A document with what is sent along with it."""

    text: str
    variables: dict[str, Any]
    document: DocumentNode = field(repr=False)


class Chance:
    """Makes operations over a schema."""

    def __init__(
        self, random: Random, schema: GraphQLSchema, *, values: Values = lambda *_: None, depth: int = 4, width: int = 5
    ) -> None:
        self._random = random
        self._schema = schema
        self._values = values
        self._depth = depth
        self._width = width
        self._definitions: dict[str, tuple[str, Any]] = {}
        self._fragments: dict[str, tuple[Composite, str]] = {}
        self._given: dict[str, tuple[list[str], str]] = {}

    def operation(self, kind: str = "query") -> ChanceOperation | None:
        """One that is valid; None where chance made one that is not."""
        self._definitions, self._fragments, self._given = {}, {}, {}
        root = {
            "query": self._schema.query_type,
            "mutation": self._schema.mutation_type,
            "subscription": self._schema.subscription_type,
        }[kind]
        assert root
        selected = self._selections(root, self._depth)
        declared = ", ".join(f"${name}: {kind_}" for name, (kind_, _) in self._definitions.items())
        text = f"{kind} Chance{f'({declared})' if declared else ''} {selected}\n" + "\n".join(
            f"fragment {name} on {on.name} {body}" for name, (on, body) in self._fragments.items()
        )
        document = parse(text)
        if validate(self._schema, document):
            return None
        variables = {name: value for name, (_, value) in self._definitions.items() if value is not ...}
        return ChanceOperation(text, variables, document)

    def _selections(self, on: Composite, depth: int) -> str:
        number = self._random.randint(1, self._width)
        found = [self._selection(on, depth) for _ in range(number)]
        return "{ " + " ".join(each for each in found if each) + " __typename }"

    def _selection(self, on: Composite, depth: int) -> str:
        chance = self._random.random()
        if chance < 0.12:
            return f"... {self._directives()} {self._selections(on, depth - 1)}" if depth > 0 else "__typename"
        if chance < 0.3 and depth > 0:
            return self._inline(on, depth)
        if chance < 0.4 and depth > 0:
            return self._spread(on, depth)
        if chance < 0.45:
            return f"{self._random.choice(['kind', 'type', 'a'])}: __typename {self._directives()}"
        return self._field(on, depth)

    def _narrower(self, on: Composite) -> Composite:
        """Another type that the same object may have."""
        kinds: list[Composite] = [on]
        if is_abstract_type(on):
            kinds += self._schema.get_possible_types(on)
        if isinstance(on, GraphQLObjectType | GraphQLInterfaceType):
            kinds += on.interfaces
        return self._random.choice(kinds)

    def _inline(self, on: Composite, depth: int) -> str:
        kind = self._narrower(on)
        return f"... on {kind.name} {self._directives()} {self._selections(kind, depth - 1)}"

    def _spread(self, on: Composite, depth: int) -> str:
        fitting = [name for name, (kind, _) in self._fragments.items() if kind is on]
        if fitting and self._random.random() < 0.6:
            return f"...{self._random.choice(fitting)} {self._directives()}"
        kind = self._narrower(on)
        body = self._selections(kind, depth - 1)
        name = f"F{len(self._fragments)}"
        self._fragments[name] = kind, body
        return f"...{name} {self._directives()}"

    def _field(self, on: Composite, depth: int) -> str:
        if isinstance(on, GraphQLUnionType):
            return self._inline(on, depth) if depth > 0 else "__typename"
        fields = {
            name: each
            for name, each in on.fields.items()
            if depth > 0 or not is_composite_type(get_named_type(each.type))
        }
        if not fields:
            return "__typename"
        name = self._random.choice(sorted(fields))
        named = get_named_type(fields[name].type)
        alias = f"{self._random.choice(['a', 'b', 'same'])}{name}: " if self._random.random() < 0.2 else ""
        below = self._selections(named, depth - 1) if is_composite_type(named) else ""
        given = self._arguments(f"{alias}{name}", fields[name])
        return f"{alias}{name}{given} {self._directives()} {below}"

    def _directives(self) -> str:
        found = []
        for name in ("skip", "include"):
            if self._random.random() < 0.08:
                given = self._random.choice(["true", "false", "$flag", "$other", "$usual"])
                if given == "$usual":
                    self._definitions["usual"] = "Boolean! = true", self._random.choice([True, False, ...])
                elif given.startswith("$"):
                    self._definitions.setdefault(given[1:], ("Boolean!", self._random.random() < 0.5))
                found.append(f"@{name}(if: {given})")
        return " ".join(found)

    def _arguments(self, key: str, definition: GraphQLField) -> str:
        """The same for the same key, mostly: fields of one key are one field."""
        known = self._given.get(key)
        if known is not None and set(known[0]) == set(definition.args):
            return known[1]
        given = {
            name: self._argument(name, each)
            for name, each in definition.args.items()
            if is_required_argument(each) or self._random.random() < 0.5
        }
        text = f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""
        self._given[key] = [*definition.args], text
        return text

    def _argument(self, name: str, definition: GraphQLArgument) -> str:
        value = self._value(name, definition.type)
        if self._random.random() < 0.4:
            variable = f"v{len(self._definitions)}"
            left_out = not isinstance(definition.type, GraphQLNonNull) and self._random.random() < 0.2
            self._definitions[variable] = str(definition.type), ... if left_out else value
            return f"${variable}"
        literal = value_to_literal(value, definition.type)
        return print_ast(literal) if literal else "null"

    def _value(self, name: str, kind: GraphQLInputType) -> Any:  # noqa: PLR0911 - one for each kind of type
        """A value as it is sent."""
        if isinstance(kind, GraphQLNonNull):
            found = None
            while found is None:
                found = self._value(name, kind.of_type)
            return found
        known = self._values(self._random, name, kind)
        if known is not None:
            return known
        if self._random.random() < 0.1:
            return None
        if isinstance(kind, GraphQLList):
            return [self._value(name, kind.of_type) for _ in range(self._random.randint(0, 2))]
        if isinstance(kind, GraphQLEnumType):
            return self._random.choice(sorted(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return {
                key: self._value(key, each.type)
                for key, each in kind.fields.items()
                if is_required_input_field(each) or self._random.random() < 0.6
            }
        return {
            "Int": self._random.choice([0, 1, 2, 5, -1, 100]),
            "Float": self._random.choice([0.0, 0.5, 12.25]),
            "Boolean": self._random.random() < 0.5,
            "ID": self._random.choice(["1", "abc", ""]),
        }.get(kind.name, self._random.choice(["", "some words", "ü \N{SNOWMAN}"]))
