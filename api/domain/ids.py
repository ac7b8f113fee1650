"""Relay's global object identification: one opaque id for every object that can be asked for again."""

import base64
import binascii
import re
from functools import lru_cache
from typing import Final

_FORM: Final = re.compile(r"([A-Z][A-Za-z]{0,63}):([1-9][0-9]{0,18})")
_LARGEST_KEY: Final = 2**63 - 1
# Lists show the same again and again.
_KEPT: Final = 1 << 14


@lru_cache(maxsize=_KEPT)
def encode_id(type_name: str, key: int) -> str:
    """The id of the object of this type that stands for the row with this key; safe in a URL."""
    return base64.urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("=")


def decode_id(text: str) -> tuple[str, int] | None:
    """Type name and key of an id, or None where the text is no id of ours."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        form = _FORM.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        return None
    if form is None or int(form[2]) > _LARGEST_KEY:
        return None
    return form[1], int(form[2])
