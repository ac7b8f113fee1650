"""The parameters of a GraphQL request, whatever carries them, checked before anything looks into them."""

from typing import Any

from api.transport.operations import Operation


def read_operation(parameters: dict[str, Any]) -> Operation:
    """The operation that the parameters of a request ask for. Raises ``ValueError``, whose text says what is wrong."""
    return Operation(
        query=required(parameters, "query", str),
        variables=optional(parameters, "variables", dict),
        name=optional(parameters, "operationName", str),
        extensions=optional(parameters, "extensions", dict),
    )


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
