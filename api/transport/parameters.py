"""The parameters of a GraphQL request, whatever carries them, checked before anything looks into them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a client asks to be run: a text, or the name of one that is known."""

    query: str | None = None
    document_id: str | None = None
    variables: dict[str, Any] | None = None
    name: str | None = None
    extensions: dict[str, Any] | None = None


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
