"""Documents that are made to be expensive: each as large as it may be, and a little larger.

`python -m bench.hostile` says how long a worker is at each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from graphql import get_introspection_query


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """``make`` gives a document of a size. It is let through at size ``fits``, and refused by ``limit`` at ``refused``
    since ``asked`` is more than allowed; None, where that goes by how large the schema is.
    """

    name: str
    limit: str
    make: Callable[[int], str]
    fits: int
    refused: int
    asked: int | None = None
    variables: Callable[[int], dict[str, Any]] = lambda _: {}

    def __str__(self) -> str:
        return self.name


def _times(count: int, text: str) -> str:
    """A text again and again; its ``#`` is the number."""
    return " ".join(text.replace("#", str(number)) for number in range(count))


def _nested(depth: int, opening: str, within: str, closing: str) -> str:
    return opening * depth + within + closing * depth


def _spread_twice(depth: int) -> str:
    """Each fragment spreads the next one twice."""
    chain = " ".join(f"fragment F{each} on Person {{ ...F{each + 1} ...F{each + 1} }}" for each in range(depth))
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{depth} on Person {{ id }}"


def _asked_twice(depth: int) -> str:
    """The same, a level deeper each time."""
    chain = " ".join(
        f"fragment F{each} on Person {{ a: lineManager {{ ...F{each + 1} }} b: lineManager {{ ...F{each + 1} }} }}"
        for each in range(depth)
    )
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{depth} on Person {{ id }}"


def _within_one_another(depth: int) -> str:
    chain = _times(depth, "fragment F# on Person { lineManager { ...F_ } }")
    for number in range(depth):
        chain = chain.replace("F_", f"F{number + 1}", 1)
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{depth} on Person {{ id }}"


def _introspected(times: int) -> str:
    whole = get_introspection_query().partition("{")[2].partition("fragment")
    selection = whole[0].rpartition("}")[0].partition("{")[2].rpartition("}")[0]
    return f"{{ {_times(times, f'a#: __schema {{ {selection} }}')} }} fragment {whole[2]}"


def _fragments(count: int) -> str:
    return f"{{ viewer {{ id }} }} {_times(count, 'fragment F# on Person { id }')}"


ATTACKS: Final = (
    Attack(
        name="fragments that spread the next one twice, 30 deep",
        limit="cost",
        make=_spread_twice,
        fits=14,
        refused=30,
        asked=2**30 + 1,
    ),
    Attack(
        name="fragments that ask for the next one twice, a level deeper each time",
        limit="cost",
        make=_asked_twice,
        fits=12,
        refused=18,
        asked=2**18 * 3 - 1,
    ),
    Attack(
        name="fragments that lie within one another 30 deep",
        limit="depth",
        make=_within_one_another,
        fits=18,
        refused=30,
        asked=32,
    ),
    Attack(
        name="aliases",
        limit="aliases",
        make=lambda size: f"{{ viewer {{ {_times(size, 'a#: id')} }} }}",
        fits=50,
        refused=51,
        asked=51,
    ),
    Attack(
        name="fields at the root",
        limit="rootFields",
        make=lambda size: f"{{ {_times(size, 'viewer { id }')} }}",
        fits=30,
        refused=31,
        asked=31,
    ),
    Attack(
        name="mutations at the root, by fragments",
        limit="rootFields",
        make=lambda size: (
            f"mutation {{ {_times(size, '...F')} }} fragment F on Mutation {{ "
            'markNotificationsRead(input: {upTo: ""}) { unreadCount } }'
        ),
        fits=30,
        refused=31,
        asked=31,
    ),
    Attack(
        name="fields side by side",
        limit="width",
        make=lambda size: f"{{ viewer {{ {_times(size, 'id')} }} }}",
        fits=100,
        refused=101,
        asked=101,
    ),
    Attack(
        name="fields within one another",
        limit="depth",
        make=lambda size: f"{{ viewer {{ {_nested(size - 2, 'lineManager { ', 'id', ' }')} }} }}",
        fits=20,
        refused=21,
        asked=21,
    ),
    Attack(
        name="brackets that are deeper than can be read",
        limit="depth",
        make=lambda size: _nested(size, "{ a ", "", "}"),
        fits=20,
        refused=990,
        asked=990,
    ),
    Attack(
        name="directives on one field",
        limit="directives",
        make=lambda size: f"{{ __typename {_times(size, '@a')} }}",
        fits=50,
        refused=51,
        asked=51,
    ),
    Attack(
        name="tokens",
        limit="tokens",
        make=lambda size: f"{{ nodes(ids: [{_times(size - 12, '0')}]) {{ id }} }}",
        fits=2_000,
        refused=2_001,
        asked=2_001,
    ),
    Attack(
        name="comments",
        limit="tokens",
        make=lambda size: "{ __typename }" + "#\n" * (size - 3),
        fits=2_000,
        refused=16_000,
        asked=2_001,
    ),
    Attack(
        name="a literal without end",
        limit="characters",
        make=lambda size: f'{{ node(id: "{"x" * (size - 23)}") {{ id }} }}',
        fits=32_768,
        refused=10_000_000,
        asked=10_000_000,
    ),
    Attack(
        name="lists within lists",
        limit="literalDepth",
        make=lambda size: f"{{ nodes(ids: {_nested(size, '[', '', ']')}) {{ id }} }}",
        fits=8,
        refused=150,
        asked=150,
    ),
    Attack(
        name="lists of input objects within one another",
        limit="literalDepth",
        make=lambda size: f"{{ mentors(filter: {_nested(size // 2, '{options: [', '', ']}')}) {{ nodes {{ id }} }} }}",
        fits=8,
        refused=40,
        asked=40,
    ),
    Attack(
        name="variables",
        limit="variables",
        make=lambda size: f"query ({_times(size, '$v#: Int')}) {{ __typename }}",
        fits=50,
        refused=400,
        asked=400,
    ),
    Attack(
        name="operations, of which one is run",
        limit="operations",
        make=lambda size: _times(size, "query Q# { __typename }"),
        fits=50,
        refused=51,
        asked=51,
    ),
    Attack(name="fragments", limit="fragments", make=_fragments, fits=100, refused=101, asked=101),
    Attack(
        name="the same object again and again",
        limit="overlaps",
        make=lambda size: f"{{ viewer {{ {_times(size, 'lineManager { id name }')} }} }}",
        fits=58,
        refused=59,
        asked=59 * 58 // 2 * 3,
    ),
    Attack(
        name="the same field from many fragments",
        limit="overlaps",
        make=lambda size: (
            f"{{ viewer {{ {_times(size, '...F#')} }} }} {_times(size, 'fragment F# on Person { id name email }')}"
        ),
        fits=58,
        refused=59,
        asked=59 * 58 // 2 * 3,
    ),
    Attack(
        name="introspection that goes around in circles",
        limit="cost",
        make=lambda size: f"{{ __schema {{ types {{ {_nested(size, 'fields { type { ', 'name', ' } }')} }} }} }}",
        fits=3,
        refused=4,
    ),
    Attack(name="introspection again and again", limit="cost", make=_introspected, fits=1, refused=2),
    Attack(
        name="pages of pages",
        limit="cost",
        make=lambda size: (
            f"{{ mentors(first: {size}) {{ nodes {{ person {{ actionPlan {{ actions(first: {size}) {{ nodes {{ "
            f"history(first: {size}) {{ nodes {{ id }} }} }} }} }} }} }} }} }}"
        ),
        fits=25,
        refused=100,
        asked=1_111_311,
    ),
    Attack(
        name="pages of pages, by variables",
        limit="cost",
        make=lambda _: (
            "query ($first: Int = 1) { mentors(first: $first) { nodes { person { actionPlan { actions(last: $first) { "
            "nodes { history(first: $first) { nodes { id } } } } } } } } }"
        ),
        variables=lambda size: {"first": size},
        fits=25,
        refused=2**31 - 1,
        asked=1_111_311,
    ),
    Attack(
        name="a list in the variables that is long",
        limit="values",
        make=lambda _: "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }",
        variables=lambda size: {"ids": ["a"] * (size - 1)},
        fits=2_000,
        refused=2_001,
        asked=2_001,
    ),
    Attack(
        name="a list in the variables that is deep",
        limit="literalDepth",
        make=lambda _: "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }",
        variables=lambda size: {"ids": _nested_list(size)},
        fits=8,
        refused=500,
        asked=9,
    ),
)


def _nested_list(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth - 1):
        nested = [nested]
    return nested
