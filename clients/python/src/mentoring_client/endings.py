"""How connections end, and what becomes of the subscription."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

Code = int | str

_MISFIT: Final = (
    "The server and this client do not understand one another. Check that the URL is that of /graphql, that nothing in "
    "between changes what is sent, and that mentoring-client is as new as the server."
)
# Every other code is worth coming back: a network that broke, a deploy, a token that ran out.
_FINAL_CLOSE_CODES: Final = {
    1002: _MISFIT,
    1003: _MISFIT,
    1007: _MISFIT,
    1008: "The server takes nothing from this origin. Add it to MENTORING_ALLOWED_ORIGINS.",
    1009: "A message was too large for something in between. Ask for fewer fields.",
    4400: _MISFIT,
    4401: _MISFIT,
    4406: "What answers does not speak graphql-transport-ws. Check that the URL is that of /graphql.",
    4409: _MISFIT,
    4429: _MISFIT,
}
_PASSING_ERROR_CODES: Final = frozenset({"INTERNAL", "RATE_LIMITED", "UNAUTHENTICATED", "UNAVAILABLE"})


class SubscriptionStopped(Exception):  # noqa: N818 - how it ends
    """The subscription cannot go on: ``code`` is that of the socket or of GraphQL, the text says what to do."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class Interrupted(Exception):  # noqa: N818 - how it ends
    """A connection ended; what becomes of the subscription is decided by ``verdict_on``."""

    def __init__(self, why: str, *, code: Code | None = None, errors: Sequence[Any] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.code = code
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeBack:
    """Come back, from ``start_over`` where the server says that our cursor fits no more."""

    why: str
    code: Code | None = None
    start_over: str | None = None


def verdict_on(ending: Interrupted) -> ComeBack:
    """Whether to come back. Raises ``SubscriptionStopped`` where it would end the same way each time."""
    if ending.errors:
        return _verdict_on_error(ending.errors[0])
    advice = _FINAL_CLOSE_CODES.get(ending.code) if isinstance(ending.code, int) else None
    if advice and ending.code is not None:
        raise SubscriptionStopped(ending.code, f"{ending.why} {advice}")
    return ComeBack(why=ending.why, code=ending.code)


def _verdict_on_error(error: dict[str, Any]) -> ComeBack:
    message, extensions = str(error.get("message", "")), error.get("extensions") or {}
    code, cursor = str(extensions.get("code", "UNKNOWN")), extensions.get("cursor")
    if code == "CURSOR_RESET" and isinstance(cursor, str):
        return ComeBack(why=message, code=code, start_over=cursor)
    if code in _PASSING_ERROR_CODES:
        return ComeBack(why=message, code=code)
    raise SubscriptionStopped(code, f"{message} Mend the operation or its variables, then subscribe again.")
