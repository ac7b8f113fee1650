"""What the pass over a document adds up is what one would find who looked at everything that is spread, each time."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    SelectionSetNode,
    VariableNode,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_list_type,
    parse,
    validate,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from api.compiled import fragments_of
from api.costing import Bounds, Exceeded, Prices, check_variables, measure
from api.costing.overlaps import Places

SCHEMA: Final = build_schema("""
    type Query { thing: Thing a: A things(first: Int, last: Int): Things! some: [Thing!]! byId(ids: [ID!]!): [A]! }
    type Mutation { change: A }
    interface Thing { id: ID! thing: Thing things(first: Int, last: Int): Things! some: [Thing!]! }
    type A implements Thing { id: ID! thing: Thing things(first: Int, last: Int): Things! some: [Thing!]! a: A }
    type B implements Thing { id: ID! thing: Thing things(first: Int, last: Int): Things! some: [Thing!]! b: B }
    type Things { nodes: [Thing!]! edges: [Edge!]! pageInfo: Info! }
    type Edge { node: Thing! }
    type Info { more: Boolean! }
""")
PAGE, LARGEST, ENTRIES, STATEMENT = 7, 8, 3, 10
PRICES: Final = Prices(SCHEMA, page=PAGE, largest=LARGEST, entries=ENTRIES, statement=STATEMENT)
OBJECTS: Final = {
    "Query": ("thing", "a", "things", "some", "byId"),
    "Thing": ("thing", "things", "some"),
    "A": ("thing", "things", "some", "a"),
    "B": ("thing", "things", "some", "b"),
    "Things": ("nodes", "edges", "pageInfo"),
    "Edge": ("node",),
    "Info": (),
}
LEAVES: Final = {"Query": "__typename", "Info": "more", "Things": "__typename", "Edge": "__typename"}
CONDITIONS: Final = {"Thing": ("Thing", "A", "B"), "A": ("A", "Thing"), "B": ("B", "Thing")}
FRAGMENTS: Final = ("Thing", "A", "Thing", "B", "Things", "Thing")
SIZES: Final = st.one_of(st.integers(0, 9).map(str), st.sampled_from(["$m", "$n", "null"]))


@st.composite
def selections(draw: st.DrawFn, kind: str, depth: int, fragment: int) -> str:
    """Selections on a type, which spread none but later fragments, so that there are no circles."""
    parts = [LEAVES.get(kind, "id")]
    for _ in range(draw(st.integers(0, 3))):
        match draw(st.integers(0, 3)) if depth else 2:
            case 0 if kind in CONDITIONS:
                among = draw(st.sampled_from(CONDITIONS[kind]))
                parts.append(f"... on {among} {{ {draw(selections(among, depth - 1, fragment))} }}")
            case 1 | 2 if spread := [
                number
                for number in range(fragment + 1, len(FRAGMENTS))
                if FRAGMENTS[number] in CONDITIONS.get(kind, (kind,))
            ]:
                parts.append(f"...F{draw(st.sampled_from(spread))}")
            case _ if depth and OBJECTS[kind]:
                parts.append(draw(field(kind, depth, fragment)))
    return " ".join(parts)


@st.composite
def field(draw: st.DrawFn, kind: str, depth: int, fragment: int) -> str:
    name = draw(st.sampled_from(OBJECTS[kind]))
    alias = draw(st.sampled_from(["", "", "x: ", "y: "]))
    given = ""
    if name == "things":
        given = draw(st.sampled_from(["", "(first: {})", "(last: {})", "(first: {}, last: {})"]))
        given = given.format(draw(SIZES), draw(SIZES))
    if name == "byId":
        given = draw(st.sampled_from(["(ids: $ids)", '(ids: ["1", "2"])', "(ids: [])", '(ids: "1")']))
    parent: Any = SCHEMA.type_map[kind]
    found = get_named_type(parent.fields[name].type)
    return f"{alias}{name}{given} {{ {draw(selections(found.name, depth - 1, fragment))} }}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    header = "query ($m: Int = 2, $n: Int, $ids: [ID!]! = []) "
    texts = [f"{header}{{ {draw(selections('Query', 3, -1))} }}"]
    texts += [
        f"fragment F{number} on {kind} {{ {draw(selections(kind, 2, number))} }}"
        for number, kind in enumerate(FRAGMENTS)
    ]
    return "\n".join(texts)


class Expanded:
    """The same, without any memory."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._fragments = fragments_of(document)
        self._variables = {"m": 2, "ids": [], **variables}

    def cost(self, selected: SelectionSetNode, kind: Any, page: int = 0) -> int:
        total = 0
        either: dict[str, int] = {}
        for each in selected.selections:
            if isinstance(each, FieldNode):
                total += self._field(each, kind, page)
                continue
            within: Any = self._fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
            among: Any = SCHEMA.type_map[within.type_condition.name.value]
            found = self.cost(within.selection_set, among, page)
            if is_abstract_type(kind) and not is_abstract_type(among):
                either[among.name] = either.get(among.name, 0) + found
            else:
                total += found
        return total + max(either.values(), default=0)

    def depth(self, selected: SelectionSetNode) -> int:
        return max(
            (1 + self.depth(each.selection_set) if each.selection_set else 1)
            if isinstance(each, FieldNode)
            else self.depth(
                each.selection_set
                if isinstance(each, InlineFragmentNode)
                else self._fragments[each.name.value].selection_set  # type: ignore[attr-defined]
            )
            for each in selected.selections
        )

    def _field(self, node: FieldNode, kind: Any, page: int) -> int:
        name = node.name.value
        if node.selection_set is None:
            return page if isinstance(kind, GraphQLObjectType) and name in {"nodes", "edges"} else 1
        definition = kind.fields[name]
        found = get_named_type(definition.type)
        if name == "things":
            return STATEMENT + self.cost(
                node.selection_set, found, min(LARGEST, self._size(node, ("first", "last"), PAGE))
            )
        if kind.name == "Things" and name in {"nodes", "edges"}:
            return 1 + page * self.cost(node.selection_set, found)
        listed = is_list_type(getattr(definition.type, "of_type", definition.type)) or is_list_type(definition.type)
        times = self._size(node, ("ids",), ENTRIES) if listed else 1
        return 1 + times * self.cost(node.selection_set, found)

    def _size(self, node: FieldNode, names: tuple[str, ...], otherwise: int) -> int:
        given = {each.name.value: each.value for each in node.arguments or ()}
        for name in names:
            value: Any = given.get(name)
            if isinstance(value, VariableNode):
                found = self._variables.get(value.name.value)
                if found is not None:
                    return len(found) if isinstance(found, list) else int(found)
            elif isinstance(value, ListValueNode):
                return len(value.values)
            elif isinstance(value, IntValueNode):
                return int(value.value)
        return otherwise


@given(documents(), st.fixed_dictionaries({}, optional={"m": st.none() | st.integers(0, 9), "n": st.integers(0, 9)}))
@settings(max_examples=150, deadline=None)
def test_fragments_that_are_looked_at_once_cost_what_they_cost_each_time(text: str, variables: dict[str, Any]) -> None:
    document = parse(text)
    measured = measure(document, PRICES, Bounds())
    expanded, operation = Expanded(document, variables), document.definitions[0]
    selected: SelectionSetNode = operation.selection_set  # type: ignore[attr-defined]
    assert measured.cost(None, variables) == expanded.cost(selected, SCHEMA.query_type)
    assert expanded.depth(selected) <= measured.counts["depth"]


def cost(text: str, variables: dict[str, Any] | None = None, name: str | None = None) -> int:
    return measure(parse(text), PRICES, Bounds()).cost(name, variables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a { id } }", 2),
        ("{ things { pageInfo { more } } }", STATEMENT + 2),
        ("{ things { nodes { id } } }", STATEMENT + 1 + PAGE),
        ("{ things(first: 3) { nodes { id } edges { node { id } } } }", STATEMENT + 2 + 3 * 3),
        ("{ things(last: 3, first: null) { nodes { id } } }", STATEMENT + 1 + 3),
        ("{ some { id } }", 1 + ENTRIES),
        ('{ byId(ids: ["1", "2", "3", "4"]) { id } }', 1 + 4),
        ("{ thing { id ... on A { id a { id } } ... on B { id } } }", 1 + 1 + 3),
        ("{ thing { id ... on A { id } ... on Thing { id } } }", 1 + 3),
        ("mutation { change { id } }", STATEMENT + 1),
        ("{ nothing { of(it: 1) } }", 2),
        ("{ a { ...F } } fragment F on A { a { ...F } }", 2),
    ],
)
def test_what_a_document_costs(text: str, expected: int) -> None:
    assert cost(text) == expected


@pytest.mark.parametrize(
    ("variables", "size"),
    [
        (None, 4),
        ({}, 4),
        ({"n": 2}, 2),
        ({"n": None}, PAGE),
        ({"n": 0}, 0),
        ({"n": -5}, 0),
        ({"n": 10**9}, LARGEST),
        ({"n": "2"}, PAGE),
    ],
)
def test_the_size_of_a_page_is_given_by_a_variable_or_its_default(variables: dict[str, Any] | None, size: int) -> None:
    assert cost("query ($n: Int = 4) { things(first: $n) { nodes { id } } }", variables) == STATEMENT + 1 + size


def test_each_operation_has_a_cost_and_defaults_of_its_own() -> None:
    text = """
        query One($n: Int = 1) { ...F } query Two($n: Int = 2) { ...F }
        fragment F on Query { things(first: $n) { nodes { id } } }"""
    costs = [cost(text, name=name) for name in ("One", "Two", None)]
    assert costs == [STATEMENT + 2, STATEMENT + 3, 0]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("{ a { id } a { id } a { id } }", 3 + 3),
        ("{ a { id } x: a { id } }", 0),
        ("{ a { id ...F } } fragment F on A { id }", 1),
        ("{ a { ...F } x: a { ...F } } fragment F on A { id }", 0),
        ("{ a { ...F ...G } } fragment F on A { a { id } } fragment G on A { a { id } }", 2),
        ("{ a { ...F } } fragment F on A { id a { ...F } }", 0),
        ("{ a { ... on A { id } ... on Thing { id } } }", 1),
    ],
)
def test_fields_that_answer_under_one_name_are_counted_in_pairs(text: str, pairs: int) -> None:
    assert measure(parse(text), PRICES, Bounds()).counts["overlaps"] == pairs


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_what_is_joined_is_the_same_place_in_whatever_order(joins: list[tuple[int, int]]) -> None:
    def pairs(order: list[tuple[int, int]]) -> int:
        places = Places()
        roots = [places.new() for _ in range(6)]
        for number, root in enumerate(roots):
            places.answer(places.answer(root, "a"), "b" if number % 2 else "c")
        for one, other in order:
            places.join(roots[one], roots[other])
        return places.overlaps()

    assert pairs(joins) == pairs(joins[::-1]) == pairs([(other, one) for one, other in joins])


def test_variables_are_counted_through_lists_and_objects() -> None:
    held = {"a": [1, {"b": [2, 3]}], "c": 4}
    check_variables(held, Bounds(values=7, literal_depth=3))
    for bounds, limit in ((Bounds(values=6), "values"), (Bounds(literal_depth=2), "literal_depth")):
        with pytest.raises(Exceeded) as exceeded:
            check_variables(held, bounds)
        assert exceeded.value.limit == limit


def test_nothing_is_refused_that_has_no_limit() -> None:
    bounds = Bounds(**dict.fromkeys(Bounds.__dataclass_fields__, 0))
    measure(parse("{ " + "a { id } " * 500 + "}"), PRICES, bounds).check(bounds)
    check_variables({"ids": [[[[[[[[[[1]]]]]]]]]] * 3_000}, bounds)


def test_the_schema_of_these_tests_takes_what_they_ask() -> None:
    assert validate(SCHEMA, parse("{ things(first: 1) { nodes { id } } byId(ids: []) { a { id } } }")) == []
