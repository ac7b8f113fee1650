"""Tokens whose signatures were checked, so that each is checked once and not with each request."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

_MOST: Final = 10_000
# A key counts for no longer than that after it was seen to be withdrawn.
_SECONDS_KEPT: Final = 300.0


class VerifiedTokens:
    """What tokens say, for five minutes after their signatures were checked; the least recently used leave first."""

    def __init__(self) -> None:
        self._claims: OrderedDict[str, tuple[float, Mapping[str, Any]]] = OrderedDict()

    def get(self, token: str) -> Mapping[str, Any] | None:
        """None where it was not checked, or not lately."""
        until, claims = self._claims.get(token, (0.0, None))
        if time.monotonic() >= until:
            self._claims.pop(token, None)
            return None
        self._claims.move_to_end(token)
        return claims

    def put(self, token: str, claims: Mapping[str, Any]) -> None:
        self._claims[token] = (time.monotonic() + _SECONDS_KEPT, claims)
        if len(self._claims) > _MOST:
            self._claims.popitem(last=False)
