"""Tokens whose signatures were checked, so that each is checked once and not with each request."""

import time
from collections import OrderedDict
from hashlib import sha256
from typing import Final

from api.auth.verification import Verified

_MOST: Final = 10_000
# A key counts for no longer than that after it was seen to be withdrawn.
_SECONDS_KEPT: Final = 300.0


class VerifiedTokens:
    """What tokens say, until they expire and for no longer than five minutes after their signatures were checked; the
    least recently used leave first. They are known by their hashes: a token itself is kept nowhere.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[float, float, Verified]] = OrderedDict()

    def get(self, token: str) -> Verified | None:
        """None where it was not checked, or not lately, or has expired."""
        name = _hash(token)
        found = self._known.get(name)
        if found is None:
            return None
        checked_until, expires_at, verified = found
        if time.monotonic() >= checked_until or time.time() >= expires_at:
            del self._known[name]
            return None
        self._known.move_to_end(name)
        return verified

    def put(self, token: str, verified: Verified) -> None:
        self._known[_hash(token)] = (time.monotonic() + _SECONDS_KEPT, verified.expires_at.timestamp(), verified)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
