"""Refusals: what a person did that the rules do not allow. They are data for the client, never a bug."""

from enum import StrEnum


class RefusalCode(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    INVALID = "INVALID"
    COMMENT_REQUIRED = "COMMENT_REQUIRED"
    OPTION_REQUIRED = "OPTION_REQUIRED"
    MENTORING_DISABLED = "MENTORING_DISABLED"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    MENTOR_UNAVAILABLE = "MENTOR_UNAVAILABLE"
    ALREADY_REQUESTED = "ALREADY_REQUESTED"
    ALREADY_MENTORED = "ALREADY_MENTORED"
    TOO_MANY_OPEN_REQUESTS = "TOO_MANY_OPEN_REQUESTS"
    CANNOT_MENTOR_SELF = "CANNOT_MENTOR_SELF"
    ALREADY_DECIDED = "ALREADY_DECIDED"
    CAPACITY_REACHED = "CAPACITY_REACHED"
    STALE_VERSION = "STALE_VERSION"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Raised by an action that changed nothing. ``message`` says what to do; ``field`` names the input at fault,
    in the client's spelling. ``subject`` is the row whose present state stood in the way, where there is one.
    """

    def __init__(self, code: RefusalCode, message: str, *, field: str | None = None, subject: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.subject = subject


class FaultCode(StrEnum):
    """Why a whole response, or one field of it, could not be given."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    CURSOR_RESET = "CURSOR_RESET"
    COST_EXCEEDED = "COST_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


class Fault(Exception):  # noqa: N818 - said to the client as it is
    """A question that cannot be answered as it was put. ``details`` go to the client beside code and message."""

    def __init__(self, code: FaultCode, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
