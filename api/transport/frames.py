"""The messages of graphql-transport-ws that clients send, checked before anything looks into them."""

from dataclasses import dataclass
from typing import Any, Final

from api.transport.parameters import Operation, optional, read_json, read_operation, required

PROTOCOL: Final = "graphql-transport-ws"


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
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    id: str


Frame = ConnectionInit | Ping | Pong | Subscribe | Complete


def read_frame(text: str) -> Frame:
    """The message in a frame. Raises ``ValueError``, whose text says what is wrong, where it is none."""
    message = read_json(text, "A message")
    if not isinstance(message, dict):
        raise ValueError("A message must be a JSON object.")  # noqa: TRY004 - all that is wrong with a frame is one kind
    match message.get("type"):
        case "connection_init":
            return ConnectionInit(payload=optional(message, "payload", dict) or {})
        case "ping":
            return Ping(payload=optional(message, "payload", dict))
        case "pong":
            optional(message, "payload", dict)
            return Pong()
        case "subscribe":
            payload = required(message, "payload", dict)
            return Subscribe(
                id=required(message, "id", str),
                operation=read_operation(payload),
            )
        case "complete":
            return Complete(id=required(message, "id", str))
        case _:
            raise ValueError("A message must have one of the protocol's types.")
