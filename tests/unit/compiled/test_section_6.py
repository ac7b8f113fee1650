"""The GraphQL specification's section 6, Execution, case by case: what it asks for is what comes, and graphql-core
alone gives the same. Headings are the specification's own.
"""

import asyncio
from collections.abc import AsyncIterator
from enum import Enum
from typing import Any, Final

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
)

from tests.unit.compiled.both import both, both_streams

SDL = """
  type Query {
    name: String
    must: String!
    number: Int
    numbers: [Int]
    allNumbers: [Int!]
    mustNumbers: [Int!]!
    grid: [[Int!]]
    ratio: Float
    flag: Boolean
    id: ID
    colour: Colour
    hero: Being
    heroes: [Being]
    mustHero: Being!
    pet: Pet
    pets: [Pet!]!
    friend: Person
    friends: [Person!]
    echo(text: String, number: Int = 7, range: Range): String
    needed(text: String!): String
  }
  type Mutation { first: Int second: Int! third: Int counter: Counter }
  type Subscription { told(to: Int): Told mustTold: Told! }
  type Counter { value: Int }
  type Told { number: Int must: Int! }
  input Range { low: Int! = 1, high: Int }
  enum Colour { RED GREEN }
  interface Being { name: String }
  type Person implements Being {
    name: String
    friend: Person
    mustFriend: Person!
    friends: [Person!]
    must: String!
    pets: [Pet]
  }
  type Dog implements Being { name: String barks: Boolean }
  type Cat { meows: Boolean! }
  union Pet = Dog | Cat
"""
SCHEMA = build_schema(SDL)


async def answer(operation: str, root: Any = None, variables: dict[str, Any] | None = None, **how: Any) -> Any:
    return await both(SCHEMA, operation, lambda: (root() if callable(root) else root, None), variables, **how)


async def data(operation: str, root: Any = None, variables: dict[str, Any] | None = None) -> Any:
    response = await answer(operation, root, variables)
    assert response["errors"] == []
    return response["data"]


async def refused(operation: str, root: Any = None, variables: dict[str, Any] | None = None, **how: Any) -> Any:
    """The data, and of each error where and what it is."""
    response = await answer(operation, root, variables, **how)
    return response["data"], [(each.get("path"), each["message"]) for each in response["errors"]]


def later(value: Any, ticks: int = 1) -> Any:
    """A resolver whose value comes later."""

    async def resolve(*_: Any, **__: Any) -> Any:
        for _number in range(ticks):
            await asyncio.sleep(0)
        if isinstance(value, Exception):
            raise value
        return value() if callable(value) else value

    return resolve


def raising(message: str) -> Any:
    def resolve(*_: Any, **__: Any) -> Any:
        raise LookupError(message)

    return resolve


class TestExecutingRequests:
    """6.1"""

    async def test_the_only_operation_needs_no_name(self) -> None:
        assert await data("{ name }", {"name": "Ada"}) == {"name": "Ada"}

    async def test_one_of_several_is_run_by_its_name(self) -> None:
        operations = "query A { name } query B { other: name }"
        found = await both(SCHEMA, operations, lambda: ({"name": "Ada"}, None), operation_name="B")
        assert found["data"] == {"other": "Ada"}

    async def test_several_without_a_name_are_refused(self) -> None:
        _, errors = await refused("query A { name } query B { name }", compiled=False)
        assert errors == [(None, "Must provide operation name if query contains multiple operations.")]

    async def test_an_unknown_name_is_refused(self) -> None:
        _, errors = await refused("query A { name }", operation_name="C", compiled=False)
        assert errors == [(None, "Unknown operation named 'C'.")]

    async def test_no_operation_is_refused(self) -> None:
        _, errors = await refused("fragment F on Query { name }", compiled=False)
        assert errors == [(None, "Must provide an operation.")]


class TestCoercingVariableValues:
    """6.1.2"""

    ECHO = "query ($text: String, $number: Int = 3) { echo(text: $text, number: $number) }"

    @pytest.mark.parametrize(
        ("variables", "given"),
        [
            ({}, {"number": 3}),
            ({"text": "a"}, {"text": "a", "number": 3}),
            ({"text": None, "number": None}, {"text": None, "number": None}),
            ({"number": 5, "unknown": 1}, {"number": 5}),
        ],
    )
    async def test_defaults_are_used_where_nothing_was_sent(self, variables: dict[str, Any], given: Any) -> None:
        root = {"echo": lambda _info, **args: str(sorted(args.items()))}
        assert await data(self.ECHO, root, variables) == {"echo": str(sorted(given.items()))}

    async def test_a_value_of_another_type_refuses_the_request(self) -> None:
        found, errors = await refused(self.ECHO, variables={"number": "many"}, compiled=False)
        assert found is None
        assert errors == [
            (None, "Variable '$number' has invalid value: Int cannot represent non-integer value: 'many'")
        ]

    async def test_one_that_is_needed_and_not_sent_refuses_the_request(self) -> None:
        operation = "query ($text: String!) { needed(text: $text) }"
        found, errors = await refused(operation, variables={}, compiled=False)
        assert found is None
        assert len(errors) == 1

    async def test_input_objects_are_filled_with_their_defaults(self) -> None:
        root = {"echo": lambda _info, **args: str(args["range"])}
        operation = "query ($range: Range) { echo(range: $range) }"
        assert await data(operation, root, {"range": {"high": 4}}) == {"echo": "{'low': 1, 'high': 4}"}

    async def test_errors_are_told_up_to_a_limit(self) -> None:
        operation = "query ($a: Int!, $b: Int!, $c: Int!) { number a: echo(number: $a) b: echo(number: $b) }"
        response = await answer(operation, variables={}, compiled=False, max_coercion_errors=1)
        assert [each["message"] for each in response["errors"]][-1].startswith("Too many errors")


class TestQuery:
    """6.2.1"""

    async def test_fields_are_resolved_upon_the_initial_value(self) -> None:
        assert await data("{ name number }", {"name": "Ada", "number": 1}) == {"name": "Ada", "number": 1}

    async def test_without_an_initial_value_fields_are_null(self) -> None:
        assert await data("{ name hero { name } }") == {"name": None, "hero": None}

    async def test_an_error_that_reaches_the_root_leaves_no_data(self) -> None:
        found, errors = await refused("{ name must }", {"name": "Ada", "must": None})
        assert found is None
        assert errors == [(["must"], "Cannot return null for non-nullable field Query.must.")]


class TestMutation:
    """6.2.2"""

    class Counted:
        def __init__(self) -> None:
            self.value = 0

        def _next(self, ticks: int) -> Any:
            async def resolve(*_: Any) -> int:
                before = self.value
                for _number in range(ticks):
                    await asyncio.sleep(0)
                self.value = before + 1
                return self.value

            return resolve

        first = property(lambda self: self._next(3))
        second = property(lambda self: self._next(0))
        third = property(lambda self: self._next(1))

        @property
        def counter(self) -> "TestMutation.Counted":
            return self

    async def test_root_fields_are_executed_one_after_another(self) -> None:
        found = await data("mutation { third first second again: first }", self.Counted)
        assert found == {"third": 1, "first": 2, "second": 3, "again": 4}

    async def test_what_is_beneath_a_root_field_belongs_to_its_turn(self) -> None:
        found = await data("mutation { first counter { value } second late: counter { value } }", self.Counted)
        assert found == {"first": 1, "counter": {"value": 1}, "second": 2, "late": {"value": 2}}

    async def test_what_is_there_at_once_is_answered_at_once(self) -> None:
        assert await data("mutation { first second }", {"first": 1, "second": 2}) == {"first": 1, "second": 2}

    async def test_an_error_in_between_does_not_keep_the_others_from_their_turn(self) -> None:
        root = {"first": raising("no first"), "second": later(2), "third": later(LookupError("no third"))}
        found, errors = await refused("mutation { first second third last: second }", root)
        assert found == {"first": None, "second": 2, "third": None, "last": 2}
        assert errors == [(["first"], "no first"), (["third"], "no third")]

    async def test_an_error_that_reaches_the_root_ends_it(self) -> None:
        turns: list[str] = []

        def told(name: str) -> Any:
            def resolve(_info: Any) -> None:
                turns.append(name)

            return resolve

        root = {"first": told("first"), "second": told("second"), "third": told("third")}
        found, errors = await refused("mutation { first second third }", root)
        assert found is None
        assert [path for path, _ in errors] == [["second"]]
        assert turns == ["first", "second"] * 2


class TestSubscription:
    """6.2.3"""

    @staticmethod
    def telling(*events: Any) -> GraphQLSchema:
        schema = build_schema(SDL)
        kind = schema.subscription_type
        assert kind

        async def subscribed(*_: Any, **__: Any) -> AsyncIterator[Any]:
            for event in events:
                yield event

        for name in ("told", "mustTold"):
            kind.fields[name].subscribe = subscribed
        return schema

    async def test_each_event_is_the_initial_value_of_a_response(self) -> None:
        schema = self.telling({"told": {"number": 1}}, {"told": {"number": later(2)}}, {})
        found = await both_streams(schema, "subscription { told { number __typename } }", lambda: (None, None))
        assert [each["data"] for each in found] == [
            {"told": {"number": 1, "__typename": "Told"}},
            {"told": {"number": 2, "__typename": "Told"}},
            {"told": None},
        ]

    async def test_an_error_is_one_of_its_event_and_the_stream_goes_on(self) -> None:
        schema = self.telling({"mustTold": {"must": None}}, {"mustTold": raising("gone")}, {"mustTold": {"must": 3}})
        found = await both_streams(schema, "subscription { mustTold { must } }", lambda: (None, None))
        assert [each["data"] for each in found] == [None, None, {"mustTold": {"must": 3}}]
        assert [[error["path"] for error in each["errors"]] for each in found] == [
            [["mustTold", "must"]],
            [["mustTold"]],
            [],
        ]

    async def test_what_gives_no_stream_is_an_error_of_the_request(self) -> None:
        schema = build_schema(SDL)
        assert schema.subscription_type
        schema.subscription_type.fields["told"].subscribe = lambda *_: "no stream"
        (found,) = await both_streams(schema, "subscription { told { number } }", lambda: (None, None))
        assert found["data"] is None
        assert found["errors"][0]["path"] == ["told"]


class TestNormalExecution:
    """6.3.1"""

    async def test_fields_come_in_the_order_of_the_document_whatever_is_there_first(self) -> None:
        root = {"name": later("Ada", 3), "number": 1, "flag": later(True, 1)}
        found = await data("{ flag name number }", root)
        assert list(found) == ["flag", "name", "number"]

    async def test_fields_are_resolved_together(self) -> None:
        log: list[str] = []

        def telling(name: str, ticks: int) -> Any:
            async def resolve(_info: Any) -> str:
                log.append(f"{name} begun")
                for _number in range(ticks):
                    await asyncio.sleep(0)
                log.append(f"{name} done")
                return name

            return resolve

        assert await data("{ name id }", {"name": telling("name", 2), "id": telling("id", 1)}) == {
            "name": "name",
            "id": "id",
        }
        assert log == ["name begun", "id begun", "id done", "name done"] * 2


class TestFieldCollection:
    """6.3.2"""

    ROOT: Final = {"name": "Ada", "number": 1, "flag": True, "friend": {"name": "Eve", "must": "be", "pets": []}}

    async def test_the_order_is_that_of_first_occurrences(self) -> None:
        found = await data("{ flag ...A number } fragment A on Query { name number flag }", self.ROOT)
        assert list(found) == ["flag", "name", "number"]

    async def test_an_alias_is_the_key(self) -> None:
        assert await data("{ a: name b: name name }", self.ROOT) == {"a": "Ada", "b": "Ada", "name": "Ada"}

    async def test_fields_of_the_same_key_are_one_and_their_selections_are_merged(self) -> None:
        operation = "{ friend { name } ...F friend { pets { __typename } } } fragment F on Query { friend { must } }"
        assert await data(operation, self.ROOT) == {"friend": {"name": "Eve", "must": "be", "pets": []}}

    @pytest.mark.parametrize("skip", [True, False])
    @pytest.mark.parametrize("include", [True, False])
    async def test_skip_goes_before_include(self, *, skip: bool, include: bool) -> None:
        operation = """query ($s: Boolean!, $i: Boolean!) {
          number name @skip(if: $s) @include(if: $i)
          ... @skip(if: $s) { flag } ...F @include(if: $i)
        } fragment F on Query { friend { name @skip(if: $s) must } }"""
        found = await data(operation, self.ROOT, {"s": skip, "i": include})
        assert ("name" in found) == (include and not skip)
        assert ("flag" in found) == (not skip)
        assert ("friend" in found) == include
        assert not include or ("name" in found["friend"]) == (not skip)

    async def test_what_is_left_in_first_decides_the_order(self) -> None:
        operation = "query ($i: Boolean!) { name @include(if: $i) flag name }"
        assert list(await data(operation, self.ROOT, {"i": True})) == ["name", "flag"]
        assert list(await data(operation, self.ROOT, {"i": False})) == ["flag", "name"]

    async def test_conditions_may_be_written_out(self) -> None:
        operation = "{ number @skip(if: true) name @include(if: false) flag @skip(if: false) @include(if: true) }"
        assert await data(operation, self.ROOT) == {"flag": True}

    async def test_a_condition_may_have_a_default(self) -> None:
        operation = "query ($i: Boolean! = false) { flag name @include(if: $i) }"
        assert await data(operation, self.ROOT) == {"flag": True}
        assert await data(operation, self.ROOT, {"i": True}) == {"flag": True, "name": "Ada"}

    async def test_a_condition_that_is_null_is_an_error(self) -> None:
        operation = "query ($i: Boolean = true) { flag name @include(if: $i) }"
        found, errors = await refused(operation, self.ROOT, {"i": None}, compiled=False)
        assert found is None
        assert len(errors) == 1

    async def test_with_nothing_left_in_there_is_an_empty_object(self) -> None:
        assert await data("{ friend { name @skip(if: true) } }", self.ROOT) == {"friend": {}}

    async def test_a_fragment_counts_where_its_type_fits(self) -> None:
        operation = """{ heroes {
          __typename name
          ... on Person { must }
          ... on Dog { barks }
          ... on Being { again: name }
          ...P
        } } fragment P on Person { friend { name } }"""
        heroes = [
            {"__typename": "Person", "name": "Ada", "must": "be", "friend": None},
            {"__typename": "Dog", "name": "Rex", "barks": True},
        ]
        assert await data(operation, {"heroes": heroes}) == {
            "heroes": [
                {"__typename": "Person", "name": "Ada", "must": "be", "again": "Ada", "friend": None},
                {"__typename": "Dog", "name": "Rex", "barks": True, "again": "Rex"},
            ]
        }

    async def test_a_fragment_that_is_spread_twice_counts_once(self) -> None:
        found = await data("{ ...F flag ...F } fragment F on Query { name number }", self.ROOT)
        assert list(found) == ["name", "number", "flag"]


class TestCoercingFieldArguments:
    """6.4.1"""

    ROOT: Final = {"echo": lambda _info, **args: str(sorted(args.items())), "needed": lambda _info, text: text}

    @pytest.mark.parametrize(
        ("given", "seen"),
        [
            ("", [("number", 7)]),
            ("(number: 1)", [("number", 1)]),
            ("(number: null)", [("number", None)]),
            ('(text: "a")', [("number", 7), ("text", "a")]),
            ("(range: {high: 2})", [("number", 7), ("range", {"low": 1, "high": 2})]),
            ("(text: $text)", [("number", 7)]),
            ("(number: $number)", [("number", 7)]),
            ("(range: {high: $number})", [("number", 7), ("range", {"low": 1})]),
        ],
    )
    async def test_what_was_not_given_has_its_default(self, given: str, seen: Any) -> None:
        operation = f"query ($text: String, $number: Int) {{ echo{given} number @include(if: false) }}"
        assert await data(operation, self.ROOT) == {"echo": str(seen)}

    async def test_variables_are_put_in_each_time(self) -> None:
        operation = "query ($text: String, $number: Int) { echo(text: $text, number: $number) }"
        for text, number in (("a", 1), ("b", 2), (None, 3)):
            found = await data(operation, self.ROOT, {"text": text, "number": number})
            assert found == {"echo": str([("number", number), ("text", text)])}

    async def test_null_for_what_must_not_be_null_is_an_error_of_the_field(self) -> None:
        operation = 'query ($text: String = "a") { name needed(text: $text) }'
        found, errors = await refused(operation, self.ROOT, {"text": None})
        assert found == {"name": None, "needed": None}
        assert [path for path, _ in errors] == [["needed"]]

    async def test_a_scalar_of_ones_own_is_read_each_time(self) -> None:
        read: list[str] = []

        def parse_value(value: Any) -> str:
            read.append(value)
            return f"{value} {len(read)}"

        kind = GraphQLScalarType("Own", parse_value=parse_value)
        field = GraphQLField(_string(), {"own": GraphQLArgument(kind)}, lambda _source, _info, own: own.split()[0])
        schema = GraphQLSchema(GraphQLObjectType("Query", {"own": field}))
        operation = '{ own(own: "a") }'
        for _number in range(2):
            assert (await both(schema, operation))["data"] == {"own": "a"}
        # Twice for each: alone and compiled.
        assert read == ["a"] * 4

    async def test_what_a_resolver_does_to_its_arguments_is_gone_the_next_time(self) -> None:
        def echo(_info: Any, **args: Any) -> str:
            args["range"]["low"] += 1
            return str(args["range"])

        for _number in range(2):
            assert await data("{ echo(range: {high: 2}) }", {"echo": echo}) == {"echo": "{'low': 2, 'high': 2}"}


class TestValueResolution:
    """6.4.2"""

    class Person:
        name = "Ada"

        def __init__(self) -> None:
            self.must = "be"

        @property
        def friend(self) -> Any:
            raise LookupError("alone")

    async def test_attributes_and_keys_are_found(self) -> None:
        root = {"friend": self.Person(), "hero": {"__typename": "Dog", "name": "Rex"}}
        found = await data("{ friend { name must } hero { name } }", root)
        assert found == {"friend": {"name": "Ada", "must": "be"}, "hero": {"name": "Rex"}}

    async def test_what_is_not_there_is_null(self) -> None:
        assert await data("{ friend { name friends { name } } }", {"friend": object()}) == {
            "friend": {"name": None, "friends": None}
        }

    async def test_what_raises_is_an_error_of_its_field(self) -> None:
        found, errors = await refused("{ friend { name friend { name } } }", {"friend": self.Person()})
        assert found == {"friend": {"name": "Ada", "friend": None}}
        assert errors == [(["friend", "friend"], "alone")]

    async def test_what_is_returned_and_is_an_exception_counts_as_raised(self) -> None:
        root = {"name": ValueError("no name"), "friends": [{"name": "a"}, ValueError("no friend")]}
        found, errors = await refused("{ name friends { name } }", root)
        assert found == {"name": None, "friends": None}
        assert errors == [(["name"], "no name"), (["friends", 1], "no friend")]

    async def test_a_value_may_come_later(self) -> None:
        root = {"friend": later({"name": later("Ada"), "friend": later(lambda: {"name": "Eve"})})}
        assert await data("{ friend { name friend { name } } }", root) == {
            "friend": {"name": "Ada", "friend": {"name": "Eve"}}
        }

    async def test_the_resolver_knows_where_it_is(self) -> None:
        seen: list[Any] = []

        def echo(info: Any, **_: Any) -> str:
            seen.append((info.field_name, info.path.as_list(), str(info.parent_type), len(info.field_nodes)))
            seen.append((info.variable_values.coerced, info.operation.operation.value, str(info.return_type)))
            return str(info.root_value is root)

        root = {"echo": echo}
        assert await data("query ($n: Int) { a: echo(number: $n) a: echo(number: $n) }", root, {"n": 1}) == {
            "a": "True"
        }
        assert seen[:2] == seen[2:]
        assert seen[:2] == [("echo", ["a"], "Query", 2), ({"n": 1}, "query", "String")]


class Colour(Enum):
    RED = 1
    GREEN = 2


class TestValueCompletion:
    """6.4.3"""

    @pytest.mark.parametrize(
        ("field", "value", "completed"),
        [
            ("name", "Ada", "Ada"),
            ("name", 1, "1"),
            ("name", True, "true"),
            ("name", 1.5, "1.5"),
            ("number", 7, 7),
            ("number", True, 1),
            ("number", 7.0, 7),
            ("number", "7", 7),
            ("number", -(2**31), -(2**31)),
            ("ratio", 0.5, 0.5),
            ("ratio", 1, 1.0),
            ("ratio", "0.5", 0.5),
            ("flag", True, True),
            ("flag", 0, False),
            ("id", "a", "a"),
            ("id", 7, "7"),
            ("colour", "RED", "RED"),
            ("numbers", [1, None, 3], [1, None, 3]),
            ("numbers", (1, 2), [1, 2]),
            ("numbers", [], []),
            ("numbers", {1: 2}.keys(), [1]),
            ("numbers", iter([1, 2]), [1, 2]),
            ("grid", [[1], None, []], [[1], None, []]),
        ],
    )
    async def test_a_leaf_or_a_list_of_them(self, field: str, value: Any, completed: Any) -> None:
        # An iterator can be read once.
        kept = list(value) if field == "numbers" and not isinstance(value, list | tuple) else None

        def root() -> Any:
            return {field: iter(kept) if kept is not None else value}

        found = await data(f"{{ {field} }}", root)
        assert found == {field: completed}
        assert type(found[field]) is type(completed)

    @pytest.mark.parametrize(
        ("field", "value", "at"),
        [
            ("name", [], []),
            ("name", {}, []),
            ("number", "many", []),
            ("number", 2**31, []),
            ("number", 1.5, []),
            ("ratio", float("nan"), []),
            ("ratio", float("inf"), []),
            ("ratio", 2**60 + 1, []),
            ("flag", "true", []),
            ("id", True, []),
            ("colour", "BLUE", []),
            ("numbers", 3, []),
            ("numbers", "text", []),
            ("numbers", [1, "many"], [1]),
            ("allNumbers", [1, None], [1]),
            ("grid", [[1], [2, None]], [1, 1]),
        ],
    )
    async def test_what_fits_no_leaf_is_an_error(self, field: str, value: Any, at: list[int]) -> None:
        _, errors = await refused(f"{{ {field} __typename }}", {field: value})
        assert [path for path, _ in errors] == [[field, *at]]

    async def test_items_may_come_later(self) -> None:
        def root() -> Any:
            return {"numbers": [1, later(2, 2)(), later(None)(), later(LookupError("no item"))()]}

        found, errors = await refused("{ numbers }", root)
        assert found == {"numbers": [1, 2, None, None]}
        assert errors == [(["numbers", 3], "no item")]

    async def test_an_async_iterable_is_a_list(self) -> None:
        async def numbers(*_: Any) -> AsyncIterator[int]:
            yield 1
            yield 2

        assert await data("{ numbers }", lambda: {"numbers": numbers}) == {"numbers": [1, 2]}

    async def test_a_union_and_an_interface_are_completed_as_what_they_are(self) -> None:
        root = {
            "pets": [{"__typename": "Dog", "name": "Rex"}, {"__typename": "Cat", "meows": True}],
            "hero": {"__typename": "Person", "name": "Ada"},
        }
        operation = "{ pets { __typename ... on Dog { name } ... on Cat { meows } } hero { __typename name } }"
        assert await data(operation, root) == {
            "pets": [{"__typename": "Dog", "name": "Rex"}, {"__typename": "Cat", "meows": True}],
            "hero": {"__typename": "Person", "name": "Ada"},
        }

    @pytest.mark.parametrize("typename", [None, "Cat", "Query", "Being", "Nobody", 7])
    async def test_what_is_of_no_possible_type_is_an_error(self, typename: Any) -> None:
        found, errors = await refused("{ hero { name } name }", {"hero": {"__typename": typename, "name": "x"}})
        assert found == {"hero": None, "name": None}
        assert [path for path, _ in errors] == [["hero"]]

    @pytest.mark.parametrize("form", ["at once", "later"])
    async def test_types_say_by_themselves_what_is_of_them(self, form: str) -> None:
        def checking(name: str) -> Any:
            if form == "at once":
                return lambda value, _info: value["kind"] == name

            async def check(value: Any, _info: Any) -> bool:
                await asyncio.sleep(0)
                return bool(value["kind"] == name)

            return check

        named = {"name": GraphQLField(_string())}
        being = GraphQLInterfaceType("Being", named)
        kinds = [
            GraphQLObjectType(name, named, interfaces=[being], is_type_of=checking(name)) for name in ("Dog", "Cat")
        ]
        query = GraphQLObjectType("Query", {"being": GraphQLField(being), "dog": GraphQLField(kinds[0])})
        schema = GraphQLSchema(query, types=kinds)
        root = {"being": {"kind": "Cat", "name": "Tom"}, "dog": {"kind": "Cat", "name": "Tom"}}
        found = await both(schema, "{ being { __typename name } dog { name } }", lambda: (root, None))
        assert found["data"] == {"being": {"__typename": "Cat", "name": "Tom"}, "dog": None}
        assert [each["path"] for each in found["errors"]] == [["dog"]]

    async def test_enumerations_and_scalars_of_ones_own(self) -> None:
        colour = GraphQLEnumType("Colour", Colour, names_as_values=None)

        def serialize(value: Any) -> Any:
            if value == "bad":
                raise ValueError("bad value")
            return None if value == "none" else f"<{value}>"

        kind = GraphQLScalarType("Own", serialize=serialize)
        query = GraphQLObjectType(
            "Query",
            {
                "colour": GraphQLField(colour),
                **{name: GraphQLField(kind) for name in ("good", "bad", "none", "null")},
            },
        )
        root = {"colour": Colour.GREEN, "good": "good", "bad": "bad", "none": "none"}
        found = await both(GraphQLSchema(query), "{ colour good bad none null }", lambda: (root, None))
        assert found["data"] == {"colour": "GREEN", "good": "<good>", "bad": None, "none": None, "null": None}
        assert [each["path"] for each in found["errors"]] == [["bad"], ["none"]]


class TestErrorsAndNonNull:
    """6.4.4"""

    PERSON: Final = {"name": "Ada", "must": None}

    async def test_null_where_none_may_be_goes_to_the_next_that_may_be_null(self) -> None:
        found, errors = await refused("{ name friend { name must } }", {"name": "x", "friend": self.PERSON})
        assert found == {"name": "x", "friend": None}
        assert errors == [(["friend", "must"], "Cannot return null for non-nullable field Person.must.")]

    async def test_it_goes_through_all_in_between(self) -> None:
        root = {"friend": {"mustFriend": {"mustFriend": {"must": None}}}}
        found, errors = await refused("{ friend { mustFriend { mustFriend { must } } } }", root)
        assert found == {"friend": None}
        assert [path for path, _ in errors] == [["friend", "mustFriend", "mustFriend", "must"]]

    async def test_it_goes_through_a_list(self) -> None:
        root = {"friends": [{"name": "a", "must": "be"}, self.PERSON]}
        found, errors = await refused("{ friends { name must } }", root)
        assert found == {"friends": None}
        assert [path for path, _ in errors] == [["friends", 1, "must"]]

    async def test_an_item_may_be_null_where_the_list_says_so(self) -> None:
        heroes = [{"__typename": "Person", "must": "be"}, {"__typename": "Person"}, None]
        found, errors = await refused("{ heroes { ... on Person { must } } }", {"heroes": heroes})
        assert found == {"heroes": [{"must": "be"}, None, None]}
        assert [path for path, _ in errors] == [["heroes", 1, "must"]]

    async def test_errors_of_fields_that_are_dropped_stay_when_they_came_first(self) -> None:
        root = {"friend": {"name": raising("no name"), "must": raising("no must")}}
        found, errors = await refused("{ friend { name must } }", root)
        assert found == {"friend": None}
        assert errors == [(["friend", "name"], "no name"), (["friend", "must"], "no must")]

    async def test_what_fails_after_its_parent_is_null_is_not_told(self) -> None:
        root = {"friend": {"name": later(LookupError("late"), 5), "must": later(LookupError("early"), 1)}}
        found, errors = await refused("{ friend { name must } }", root)
        assert found == {"friend": None}
        assert errors == [(["friend", "must"], "early")]

    async def test_of_two_that_fail_at_once_both_are_told(self) -> None:
        person = {"name": later(LookupError("one")), "must": later(LookupError("two"))}
        found, errors = await refused("{ friend { name must } }", {"friend": person})
        assert found == {"friend": None}
        assert errors == [(["friend", "name"], "one"), (["friend", "must"], "two")]

    async def test_errors_come_in_the_order_in_which_they_happen(self) -> None:
        root = {
            "name": later(LookupError("third"), 3),
            "number": later(LookupError("first"), 1),
            "flag": raising("at once"),
            "id": later(LookupError("second"), 2),
        }
        _, errors = await refused("{ name number flag id }", root)
        assert [message for _, message in errors] == ["at once", "first", "second", "third"]

    async def test_a_sibling_that_fails_at_once_does_not_wait_for_what_comes_later(self) -> None:
        done: list[str] = []

        async def slow(_info: Any) -> str:
            await asyncio.sleep(0)
            done.append("slow")
            return "slow"

        found, errors = await refused("{ friend { name must } }", {"friend": {"name": slow, "must": raising("now")}})
        assert found == {"friend": None}
        assert errors == [(["friend", "must"], "now")]
        assert done == ["slow"] * 2

    async def test_an_error_keeps_what_it_says_of_itself(self) -> None:
        class Refused(Exception):  # noqa: N818
            extensions: Final = {"code": "REFUSED"}

        response = await answer("{ name number }", {"name": Refused("no"), "number": later(Refused("never"))})
        assert [each["extensions"] for each in response["errors"]] == [{"code": "REFUSED"}] * 2

    async def test_every_place_of_a_merged_field_is_told(self) -> None:
        response = await answer("{ name\n name ...F } fragment F on Query { name }", {"name": raising("no")})
        assert [each["line"] for each in response["errors"][0]["locations"]] == [1, 2, 2]

    async def test_null_through_deep_lists_and_objects_that_come_later(self) -> None:
        def root() -> Any:
            person = {"name": "a", "must": later("be"), "friends": later([{"must": later(None, 2)}, {"must": "x"}])}
            return {"heroes": [{"__typename": "Person", **person}, {"__typename": "Dog", "name": "Rex"}]}

        operation = "{ heroes { name ... on Person { must friends { must } } } }"
        found, errors = await refused(operation, root)
        assert found == {"heroes": [{"name": "a", "must": "be", "friends": None}, {"name": "Rex"}]}
        assert [path for path, _ in errors] == [["heroes", 0, "friends", 0, "must"]]


class TestWhatGraphQLCoreExecutes:
    """What is not compiled is answered all the same."""

    @pytest.mark.parametrize(
        "operation",
        [
            "{ name __schema { queryType { name } } }",
            '{ __type(name: "Query") { name fields { name } } }',
            "query @experimental_disableErrorPropagation { must name }",
        ],
    )
    async def test_introspection_and_experiments(self, operation: str) -> None:
        await answer(operation, {"name": "Ada"}, compiled=False)

    async def test_operations_that_are_too_deep(self) -> None:
        depth = 45
        operation = "{ friend " + "{ friend " * depth + "{ name }" + " }" * depth + " }"
        found = await answer(operation, {"friend": {"friend": None}}, compiled=False)
        assert found["data"] == {"friend": {"friend": None}}

    async def test_operations_that_grow_without_end(self) -> None:
        fragments = " ".join(
            f"fragment F{number} on Person {{ a: friend {{ ...F{number + 1} }} b: friend {{ ...F{number + 1} }} }}"
            for number in range(30)
        )
        operation = f"{{ friend {{ ...F0 }} }} {fragments} fragment F30 on Person {{ name }}"
        found = await answer(operation, {"friend": {"name": "Ada"}}, compiled=False)
        assert found["data"] == {"friend": {"a": None, "b": None}}


class TestDepth:
    """Python nests blocks only so deep: what is deeper goes into functions of their own."""

    async def test_lists_in_lists_in_lists(self) -> None:
        def person(depth: int) -> Any:
            name = later("Ada") if depth % 3 == 0 else "Eve"
            return {"name": name, "must": "be", "friends": [person(depth - 1)] * 2 if depth else None}

        operation = "{ name must }"
        for _number in range(9):
            operation = f"{{ name friends {operation} must }}"
        found = await data(operation, lambda: {"friend": {}, **person(9), "friends": [person(8)]})
        assert found["friends"][0]["friends"][1]["friends"][0]["name"] == "Ada"


def _string() -> Any:
    schema = build_schema("type Query { name: String }")
    assert schema.query_type
    return schema.query_type.fields["name"].type
