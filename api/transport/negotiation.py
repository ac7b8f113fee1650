"""Which media type an answer takes: what the client would rather have, of those that the operation can be given in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from api.transport.increments import DEFER, STREAM

_UTF_8: Final = "charset=utf-8"
# Clients send the same few; what they make up is bounded.
_HEADERS_KEPT: Final = 64
_LONGEST: Final = 1_024


class Medium(Enum):
    """A way to answer. The order is ours where the client has none: plain answers first."""

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    EVENTS = "text/event-stream"
    PARTS = "multipart/mixed;subscriptionSpec=1.0"
    INCREMENTS = "multipart/mixed;incrementalSpec=v0.2"
    INCREMENTS_BY_PATH = "multipart/mixed;deferSpec=20220824"

    @property
    def type(self) -> str:
        """Without its parameters."""
        return self.value.partition(";")[0]

    @property
    def streams(self) -> bool:
        """Whether more than one answer fits into it."""
        return self not in {Medium.RESPONSE, Medium.JSON}

    @property
    def lives(self) -> bool:
        """Whether a subscription fits into it."""
        return self in {Medium.EVENTS, Medium.PARTS}

    @property
    def increments(self) -> frozenset[str]:
        """The directives whose parts fit into it."""
        match self:
            case Medium.EVENTS | Medium.INCREMENTS:
                return frozenset({DEFER, STREAM})
            case Medium.INCREMENTS_BY_PATH:
                return frozenset({DEFER})
            case _:
                return frozenset()

    @property
    def content_type(self) -> str:
        if self.type == _MULTIPART:
            return f'{_MULTIPART};boundary="{BOUNDARY}"{self.value.removeprefix(_MULTIPART)}'
        return f"{self.value}; {_UTF_8}"


BOUNDARY: Final = "graphql"
_MULTIPART: Final = "multipart/mixed"
# The client says by them which kind of parts it reads; with none it reads those of one answer.
_KINDS: Final = {
    "subscriptionspec": Medium.PARTS,
    "incrementalspec": Medium.INCREMENTS,
    "deferspec": Medium.INCREMENTS_BY_PATH,
}


@dataclass(frozen=True, slots=True)
class _Range:
    """An entry of an `Accept` header (RFC 9110, 12.5.1)."""

    type: str
    parameters: frozenset[str]
    quality: float

    def specificity(self, medium: Medium) -> int:
        """How exactly this names the medium; 0 where it does not."""
        if self.type == medium.type:
            read = {kind for name, kind in _KINDS.items() if name in self.parameters} or {Medium.INCREMENTS}
            return 3 if medium.type != _MULTIPART or medium in read else 0
        if medium.streams:
            # Whoever takes anything has not asked for a connection that stays open.
            return 0
        return {medium.type.split("/")[0] + "/*": 2, "*/*": 1}.get(self.type, 0)


@lru_cache(maxsize=_HEADERS_KEPT)
def acceptable(accept: str) -> Sequence[Medium]:
    """The media that an `Accept` header allows, those the client would rather have first. Of a header that is longer
    than any client's, the beginning counts.
    """
    ranges = [_read(each) for each in accept[:_LONGEST].split(",") if each.strip()] or [_read("*/*")]
    ranked = []
    for place, medium in enumerate(Medium):
        specificity, quality = max(((each.specificity(medium), each.quality) for each in ranges), default=(0, 0.0))
        if specificity and quality > 0:
            # Today `*/*` still means JSON as it always was: the new type is for those who name it.
            place = len(Medium) if medium is Medium.RESPONSE and specificity < 3 else place  # noqa: PLW2901, PLR2004
            ranked.append((-quality, specificity < 3, place, medium))  # noqa: PLR2004
    return tuple(medium for *_, medium in sorted(ranked, key=lambda each: each[:3]))


def _read(text: str) -> _Range:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    given = dict(each.partition("=")[::2] for each in parameters)
    try:
        quality = float(given.get("q", "1"))
    except ValueError:
        quality = 0.0
    return _Range(kind, frozenset(given), quality)
