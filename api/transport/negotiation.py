"""Which media type an answer takes: what the client would rather have, of those that the operation can be given in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

_UTF_8: Final = "charset=utf-8"


class Medium(Enum):
    """A way to answer. The order is ours where the client has none: plain answers first."""

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    EVENTS = "text/event-stream"
    PARTS = "multipart/mixed"

    @property
    def streams(self) -> bool:
        """Whether more than one answer fits into it."""
        return self in {Medium.EVENTS, Medium.PARTS}

    @property
    def content_type(self) -> str:
        match self:
            case Medium.PARTS:
                return f'{self.value};boundary="{BOUNDARY}";{_Parameter.SUBSCRIPTIONS}=1.0'
            case _:
                return f"{self.value}; {_UTF_8}"


BOUNDARY: Final = "graphql"


class _Parameter(StrEnum):
    SUBSCRIPTIONS = "subscriptionSpec"


@dataclass(frozen=True, slots=True)
class _Range:
    """An entry of an `Accept` header (RFC 9110, 12.5.1)."""

    type: str
    parameters: frozenset[str]
    quality: float

    def specificity(self, medium: Medium) -> int:
        """How exactly this names the medium; 0 where it does not."""
        if self.type == medium.value:
            # Multipart carries several things; the client says which of them it reads.
            spoken = medium is not Medium.PARTS or _Parameter.SUBSCRIPTIONS.lower() in self.parameters
            return 3 if spoken else 0
        if medium.streams:
            # Whoever takes anything has not asked for a connection that stays open.
            return 0
        return {medium.value.split("/")[0] + "/*": 2, "*/*": 1}.get(self.type, 0)


def acceptable(accept: str) -> Sequence[Medium]:
    """The media that an `Accept` header allows, those the client would rather have first."""
    ranges = [_read(each) for each in accept.split(",") if each.strip()] or [_read("*/*")]
    ranked = []
    for place, medium in enumerate(Medium):
        specificity, quality = max(((each.specificity(medium), each.quality) for each in ranges), default=(0, 0.0))
        if specificity and quality > 0:
            # Today `*/*` still means JSON as it always was: the new type is for those who name it.
            place = len(Medium) if medium is Medium.RESPONSE and specificity < 3 else place  # noqa: PLW2901, PLR2004
            ranked.append((-quality, specificity < 3, place, medium))  # noqa: PLR2004
    return [medium for *_, medium in sorted(ranked, key=lambda each: each[:3])]


def _read(text: str) -> _Range:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    given = dict(each.partition("=")[::2] for each in parameters)
    try:
        quality = float(given.get("q", "1"))
    except ValueError:
        quality = 0.0
    return _Range(kind, frozenset(given), quality)
