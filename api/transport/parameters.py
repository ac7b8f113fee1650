"""The parameters of a GraphQL request, whatever carries them, checked before anything looks into them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

# Inputs of ours nest four deep; what extensions hold is for clients to say.
MOST_NESTED: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a client asks to be run: a text, or the name of one that is known."""

    query: str | None = None
    document_id: str | None = None
    variables: dict[str, Any] | None = None
    name: str | None = None
    extensions: dict[str, Any] | None = None


def read_json(text: bytes | str, what: str) -> Any:
    """The value of a JSON text, nested no deeper than 32 levels. Raises ``ValueError``, whose text says of ``what`` it
    is that something is wrong with it.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # It reads 1,024 levels, and says so of more.
        deep = "depth limit" in error.msg
        raise ValueError(_too_deep(what) if deep else f"{what} is not JSON.") from error
    opened = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    # What opens no more than that needs no closer look.
    if opened > MOST_NESTED and not _is_shallow(found):
        raise ValueError(_too_deep(what))
    return found


def _is_shallow(found: Any) -> bool:
    level = [found]
    for _ in range(MOST_NESTED + 1):
        level = [each for outer in level if isinstance(outer, dict | list) for each in _parts(outer)]
        if not level:
            return True
    return False


def _parts(outer: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return outer.values() if isinstance(outer, dict) else outer


def _too_deep(what: str) -> str:
    return f"{what} is nested too deeply: at most {MOST_NESTED} levels."


def read_operation(parameters: dict[str, Any]) -> Operation:
    """The operation that the parameters of a request ask for. Raises ``ValueError``, whose text says what is wrong."""
    operation = Operation(
        query=optional(parameters, "query", str),
        document_id=optional(parameters, "documentId", str),
        variables=optional(parameters, "variables", dict),
        name=optional(parameters, "operationName", str),
        extensions=optional(parameters, "extensions", dict),
    )
    if (
        operation.query is None
        and operation.document_id is None
        and not (operation.extensions or {}).get("persistedQuery")
    ):
        raise ValueError("`query` is missing.")
    return operation


def required(message: dict[str, Any], name: str, kind: type) -> Any:
    """A value that must be there. Raises ``ValueError``."""
    value = message.get(name)
    if not isinstance(value, kind) or (name == "id" and not value):
        raise ValueError(f"`{name}` is missing or of a wrong type.")
    return value


def optional(message: dict[str, Any], name: str, kind: type) -> Any:
    """A value that may be missing or null. Raises ``ValueError`` where it is something else."""
    value = message.get(name)
    if value is not None and not isinstance(value, kind):
        raise ValueError(f"`{name}` is of a wrong type.")
    return value
