"""Answers in parts: `@defer` and `@stream`.

Results come from graphql-core in the form of the specification's current draft, with `pending`, `incremental` and
`completed` (incremental delivery 0.2). Clients that ask for the form of August 2022, as many of Apollo's do, read each
part by its path; that form is made from the other. A client that reads no parts gets everything at once: the draft lets
a server take no notice of either directive.
"""

from functools import lru_cache
from typing import Any, Final

from graphql import (
    DirectiveNode,
    GraphQLError,
    Node,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql.execution import InitialIncrementalExecutionResult, SubsequentIncrementalExecutionResult
from graphql.language import REMOVE, VisitorAction

from api.transport.errors import present

Increment = InitialIncrementalExecutionResult | SubsequentIncrementalExecutionResult
INCREMENTS: Final = (InitialIncrementalExecutionResult, SubsequentIncrementalExecutionResult)
DEFER: Final = "defer"
STREAM: Final = "stream"
_ALL: Final = frozenset({DEFER, STREAM})
_DOCUMENTS_KEPT: Final = 128


class _Leaves(Visitor):
    """Takes directives out."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names
        self.found = False

    def enter_directive(self, node: DirectiveNode, *_: Any) -> VisitorAction:
        if node.name.value not in self._names:
            return None
        self.found = True
        return REMOVE


def at_once(query: str, *, but: frozenset[str] = frozenset()) -> str:
    """The document without `@defer` and `@stream`, except for those named; as it is where there is nothing to take out
    or where it cannot be read.
    """
    if not any(f"@{name}" in query for name in _ALL - but):
        return query
    return _without(query, _ALL - but)


def comes_in_parts(query: str, *, read: frozenset[str]) -> bool:
    """Whether a document holds any of the directives that the client reads the parts of."""
    return any(f"@{name}" in query for name in read) and _without(query, read) != query


@lru_cache(maxsize=_DOCUMENTS_KEPT)
def _without(query: str, names: frozenset[str]) -> str:
    try:
        document = parse(query, no_location=True)
    except (GraphQLError, RecursionError):
        return query
    leaves = _Leaves(names)
    rest: Node = visit(document, leaves)
    return print_ast(rest) if leaves.found else query


def payload_of(result: Increment) -> dict[str, Any]:
    """A part as clients get it, its errors shown as everywhere."""
    shown: dict[str, Any] = {name: each for name, each in result.formatted.items() if name != "extensions" or each}
    if isinstance(result, InitialIncrementalExecutionResult):
        return _with_errors(shown, result)
    for name in ("incremental", "completed"):
        entries = getattr(result, name)
        if entries:
            shown[name] = [_with_errors(dict(each.formatted), each) for each in entries]
    return shown


def _with_errors(shown: dict[str, Any], result: Any) -> dict[str, Any]:
    return shown | {"errors": present(result.errors)} if result.errors else shown


class ByPath:
    """Puts the parts of one answer into the form of August 2022, deferred ones alone: each says by its path where it
    belongs.
    """

    def __init__(self) -> None:
        self._pending: dict[str, dict[str, Any]] = {}

    def part(self, payload: dict[str, Any]) -> dict[str, Any]:
        self._pending |= {each["id"]: each for each in payload.get("pending", ())}
        kept: dict[str, Any] = {
            name: payload[name] for name in ("data", "errors", "extensions", "hasNext") if name in payload
        }
        # An answer that has no parts after all is whole.
        kept.setdefault("hasNext", False)
        placed = [self._placed(each) for each in payload.get("incremental", ())]
        placed += [self._given_up(each) for each in payload.get("completed", ()) if each.get("errors")]
        return kept | {"incremental": placed} if placed else kept

    def _placed(self, entry: dict[str, Any]) -> dict[str, Any]:
        place = self._pending[entry["id"]]
        shown = {"data": entry["data"], "path": [*place["path"], *entry.get("subPath", ())]}
        return shown | {name: each for name, each in (place | entry).items() if name in {"label", "errors"}}

    def _given_up(self, entry: dict[str, Any]) -> dict[str, Any]:
        place = self._pending[entry["id"]]
        shown = {"data": None, "path": place["path"], "errors": entry["errors"]}
        return shown | ({"label": place["label"]} if "label" in place else {})
