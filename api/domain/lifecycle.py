"""The life of a request: PENDING once, then one of four ends, and never anything after that."""

from enum import StrEnum
from typing import Final


class RequestStatus(StrEnum):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


# The states that a mentor's answer leads to; both carry the mentor's comment.
DECISIONS: Final = frozenset({RequestStatus.ACCEPTED, RequestStatus.DECLINED})


class ChangeKind(StrEnum):
    """What was done to an action."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class ActionStatus(StrEnum):
    PLANNED = "PLANNED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
