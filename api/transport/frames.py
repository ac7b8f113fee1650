"""The messages of graphql-transport-ws that clients send, checked before anything looks into them."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionInit:
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    id: str
    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    id: str


Frame = ConnectionInit | Ping | Pong | Subscribe | Complete


def read_frame(text: str) -> Frame:
    """The message in a frame. Raises ``ValueError``, whose text says what is wrong, where it is none."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError("A message must be JSON.") from error
    if not isinstance(message, dict):
        raise ValueError("A message must be a JSON object.")  # noqa: TRY004 - all that is wrong with a frame is one kind
    match message.get("type"):
        case "connection_init":
            return ConnectionInit(payload=_optional(message, "payload", dict) or {})
        case "ping":
            return Ping(payload=_optional(message, "payload", dict))
        case "pong":
            _optional(message, "payload", dict)
            return Pong()
        case "subscribe":
            payload = _required(message, "payload", dict)
            return Subscribe(
                id=_required(message, "id", str),
                query=_required(payload, "query", str),
                variables=_optional(payload, "variables", dict),
                operation_name=_optional(payload, "operationName", str),
                extensions=_optional(payload, "extensions", dict),
            )
        case "complete":
            return Complete(id=_required(message, "id", str))
        case _:
            raise ValueError("A message must have one of the protocol's types.")


def _required(message: dict[str, Any], name: str, kind: type) -> Any:
    value = message.get(name)
    if not isinstance(value, kind) or (name == "id" and not value):
        raise ValueError(f"`{name}` is missing or of a wrong type.")
    return value


def _optional(message: dict[str, Any], name: str, kind: type) -> Any:
    value = message.get(name)
    if value is not None and not isinstance(value, kind):
        raise ValueError(f"`{name}` is of a wrong type.")
    return value
