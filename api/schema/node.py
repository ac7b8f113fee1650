"""Relay's Node interface, and the ids that its objects go by."""

import strawberry
from strawberry import ID

from api.domain.ids import decode_id, encode_id
from api.resolvers.context import Context

Info = strawberry.Info[Context, None]


@strawberry.interface(description="An object that can be fetched again by its id.")
class Node:
    @strawberry.field(description="Opaque and stable; unique among all objects of the service.")
    def id(self) -> ID:
        raise NotImplementedError


def global_id(type_name: str, key: int) -> ID:
    """The id of the object of this type that stands for the row with this key."""
    return ID(encode_id(type_name, key))


def key_of(text: str, type_name: str) -> int:
    """The key of an id of this type. Anything else gives 0, which is nobody's key and is found nowhere."""
    parsed = decode_id(text)
    return parsed[1] if parsed and parsed[0] == type_name else 0
