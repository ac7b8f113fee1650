"""Relay's global object identification: one opaque id for every object that can be asked for again."""

import base64
import binascii
import re
from typing import Final

import strawberry
from strawberry import ID

from api.resolvers.context import Context

Info = strawberry.Info[Context, None]

_FORM: Final = re.compile(r"([A-Z][A-Za-z]{0,63}):([1-9][0-9]{0,18})")
_LARGEST_KEY: Final = 2**63 - 1


@strawberry.interface(description="An object that can be fetched again by its id.")
class Node:
    @strawberry.field(description="Opaque and stable; unique among all objects of the service.")
    def id(self) -> ID:
        raise NotImplementedError


def global_id(type_name: str, key: int) -> ID:
    """The id of the object of this type that stands for the row with this key."""
    return ID(base64.urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("="))


def parse_id(text: str) -> tuple[str, int] | None:
    """Type name and key of an id, or None where the text is no id of ours."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        form = _FORM.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        return None
    if form is None or int(form[2]) > _LARGEST_KEY:
        return None
    return form[1], int(form[2])


def key_of(text: str, type_name: str) -> int:
    """The key of an id of this type. Anything else gives 0, which is nobody's key and is found nowhere."""
    parsed = parse_id(text)
    return parsed[1] if parsed and parsed[0] == type_name else 0
