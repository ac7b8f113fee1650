"""What a client learns of the schema that does not know it, in production: nothing beyond the names of the roots."""

import re
from collections.abc import Iterable, Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
)

from api.domain.errors import Fault
from api.schema.build import Schema, build_schema
from api.schema.disclosure import TOLD_ALL, Disclosure
from api.transport.parameters import Operation
from api.transport.persisted import Documents

SHUT = build_schema(disclosure=Disclosure(introspection=False, suggestions=False))
OPEN = build_schema(compiled=False)
ROOTS = {"Query", "Mutation", "Subscription"}
AT_ONCE = 8  # all errors of so many words are told


def names_of(schema: Schema) -> set[str]:
    """Every name of ours: types, fields, arguments, input fields, values of enums."""
    found: set[str] = set()
    for name, kind in schema._schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        found.add(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            found.update(kind.fields)
            found.update(argument for field in kind.fields.values() for argument in field.args)
        elif isinstance(kind, GraphQLInputObjectType):
            found.update(kind.fields)
        elif isinstance(kind, GraphQLEnumType):
            found.update(kind.values)
    return found


NAMES = names_of(OPEN)


def probes(words: list[str]) -> Iterator[str]:
    """What a tool that recovers schemas asks, many words at a time: as fields with and without a selection, as
    arguments, as types, as directives.
    """
    fields = " ".join(words)
    within = " ".join(f"{word} {{ {words[0]} }}" for word in words)
    given = " ".join(f"{word}({word}: 7)" for word in words)
    for root in ("query", "mutation", "subscription"):
        yield from (f"{root} {{ {each} }}" for each in (fields, within, given))
    yield "{ " + " ".join(f"... on {word} {{ {word} }}" for word in words) + " }"
    yield f"query ({' '.join(f'${word}: {word}' for word in words)}) {{ __typename }}"
    yield "{ __typename " + " ".join(f"@{word}({word}: 7)" for word in words) + " }"


def recovered(schema: Schema, start: list[str]) -> set[str]:
    """The names of ours that its messages tell, and did not come with the question; each leads to further questions."""
    told: set[str] = set()
    waiting = list(start)
    while waiting:
        words, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        for document in probes(words):
            errors, _ = schema.checked(document, None)
            assert not any(isinstance(error.original_error, Fault) for error in errors), (
                "nothing is too large to be read"
            )
            new = told_by((error.message for error in errors), document) - told
            told |= new
            waiting += sorted(new)
    return told


def told_by(messages: Iterable[str], document: str) -> set[str]:
    """The names of ours that errors quote, and that the document did not have."""
    quoted = " ".join(each for message in messages for each in re.findall(r"'([^']*)'", message))
    return (set(re.findall(r"\w+", quoted)) & NAMES) - set(re.findall(r"\w+", document))


def test_words_that_are_nearly_right_lead_to_no_name() -> None:
    nearly = sorted({f"{name}x" for name in NAMES} - NAMES)
    assert len(nearly) == len(NAMES)
    assert recovered(SHUT, nearly) <= ROOTS
    assert len(recovered(OPEN, ["matchesx", "requestx", "viewr"])) > 10, "it is a tool that recovers"


# One wrong word where all others are right, and the right one, which is not to be told.
WRONG = [
    ("{ viewr { id } }", "viewer"),
    ("{ viewer { nam } }", "name"),
    ("{ matches(firs: 1) { nodes { percent } } }", "first"),
    ("{ requests(box: SEN) { nodes { id } } }", "SENT"),
    ('{ node(id: "1") { ... on Persn { id } } }', "Person"),
    ("query ($id: Strin) { __typename }", "String"),
    ('mutation { connect(input: {mentorId: "1", mesage: "a"}) { request { id } } }', "message"),
    ("{ viewer { name @skp(if: true) } }", "skip"),
    ("{ viewer { name @skip(iff: true) } }", "if "),
    ("subscription { requestReceivd { cursor } }", "requestReceived"),
    ("{ viewer }", "Did you mean"),
]


@pytest.mark.parametrize(("document", "right"), WRONG)
def test_one_wrong_word_is_told_and_the_right_one_is_not(document: str, right: str) -> None:
    errors, _ = SHUT.checked(document, None)
    assert errors
    assert not any("Did you mean" in error.message for error in errors)
    open_errors, _ = OPEN.checked(document, None)
    if right not in {"skip", "if "}:  # graphql-core suggests none
        assert any("Did you mean" in error.message and right in error.message for error in open_errors)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("operation", "variables", "right"),
    [
        ("query ($box: RequestBox!) { requests(box: $box) { nodes { id } } }", {"box": "SEN"}, "SENT"),
        (
            "mutation ($input: ConnectInput!) { connect(input: $input) { request { id } } }",
            {"input": {"mentorId": "1", "mesage": "a"}},
            "message",
        ),
        (
            """
            subscription ($basis: MatchBasis!) {
              requestReceived { request { mentor { match(basis: $basis) { percent } } } }
            }
            """,
            {"basis": "PREFERENCES_ONL"},
            "PREFERENCES_ONLY",
        ),
    ],
)
async def test_a_variable_that_is_wrong_is_told_the_same_way(
    compiled: bool, operation: str, variables: dict[str, object], right: str
) -> None:
    said = {}
    for disclosure in (TOLD_ALL, Disclosure(introspection=False, suggestions=False)):
        schema = build_schema(compiled=compiled, disclosure=disclosure)
        for _ in range(2):  # the second time it is known, and compiled
            async for result in await schema.stream(operation, variable_values=variables):
                (error,) = result.errors
                said[disclosure.suggestions] = error.message
    assert f"'{right}'" in said[True]
    assert "Did you mean" in said[True]
    assert right not in said[False]
    assert "Did you mean" not in said[False]


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Person") { name } }',
        "{ a: __schema { queryType { name } } }",
    ],
)
def test_the_schema_cannot_be_asked_for_and_a_type_can(document: str) -> None:
    errors, _ = SHUT.checked(document, None)
    assert "introspection has been disabled" in errors[0].message
    assert OPEN.checked(document, None)[0] == []
    assert SHUT.checked("{ __typename viewer { __typename } }", None)[0] == []


def test_where_trusted_documents_run_alone_even_the_right_words_lead_nowhere() -> None:
    """Whatever list of words is tried: the answer is the same."""
    documents = Documents({"known": "{ viewer { id } }"}, trusted_alone=True)
    words = sorted(NAMES)
    told = set()
    for start in range(0, len(words), AT_ONCE):
        for document in probes(words[start : start + AT_ONCE]):
            with pytest.raises(Fault) as refused:
                documents.text_of(Operation(query=document))
            told.add((refused.value.code, refused.value.message))
    assert len(told) == 1
    assert documents.text_of(Operation(query="{ viewer { id } }"))
