"""What people hear of, and who hears it."""

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    REQUEST_RECEIVED = "REQUEST_RECEIVED"
    REQUEST_DECIDED = "REQUEST_DECIDED"
    REQUEST_WITHDRAWN = "REQUEST_WITHDRAWN"
    MENTORSHIP_ENDED = "MENTORSHIP_ENDED"
    ACTION_PLAN_CHANGED = "ACTION_PLAN_CHANGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that one person is to hear of; ``subject_id`` is the key of the row it is about, whose kind
    follows from ``kind``.
    """

    recipient_id: int
    kind: EventKind
    subject_id: int
