"""What people hear of, and who hears it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class EventKind(StrEnum):
    REQUEST_RECEIVED = "REQUEST_RECEIVED"
    REQUEST_REMINDER = "REQUEST_REMINDER"
    REQUEST_DELAYED = "REQUEST_DELAYED"
    REQUEST_DECIDED = "REQUEST_DECIDED"
    REQUEST_WITHDRAWN = "REQUEST_WITHDRAWN"
    REQUEST_EXPIRED = "REQUEST_EXPIRED"
    MENTORSHIP_ENDED = "MENTORSHIP_ENDED"
    MENTOR_AVAILABLE = "MENTOR_AVAILABLE"
    ACTION_PLAN_CHANGED = "ACTION_PLAN_CHANGED"


class SubjectKind(StrEnum):
    """What an event is about."""

    REQUEST = "request"
    MENTORSHIP = "mentorship"
    ACTION = "action"
    MENTOR = "mentor"


SUBJECTS: Final = {
    EventKind.REQUEST_RECEIVED: SubjectKind.REQUEST,
    EventKind.REQUEST_REMINDER: SubjectKind.REQUEST,
    EventKind.REQUEST_DELAYED: SubjectKind.REQUEST,
    EventKind.REQUEST_DECIDED: SubjectKind.REQUEST,
    EventKind.REQUEST_WITHDRAWN: SubjectKind.REQUEST,
    EventKind.REQUEST_EXPIRED: SubjectKind.REQUEST,
    EventKind.MENTORSHIP_ENDED: SubjectKind.MENTORSHIP,
    EventKind.MENTOR_AVAILABLE: SubjectKind.MENTOR,
    EventKind.ACTION_PLAN_CHANGED: SubjectKind.ACTION,
}

# What people also get by email, unless they chose otherwise.
MAILED: Final = (
    EventKind.REQUEST_RECEIVED,
    EventKind.REQUEST_REMINDER,
    EventKind.REQUEST_DECIDED,
    EventKind.REQUEST_EXPIRED,
    EventKind.MENTORSHIP_ENDED,
    EventKind.MENTOR_AVAILABLE,
)
# What is worth a mail is worth waking a telephone for; the rest waits in the log until somebody looks.
PUSHED: Final = MAILED
# Where somebody else waits, so that a telephone that saves its battery is to be woken all the same.
PRESSING: Final = frozenset(
    {
        EventKind.REQUEST_RECEIVED,
        EventKind.REQUEST_REMINDER,
        EventKind.REQUEST_DECIDED,
        EventKind.MENTOR_AVAILABLE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that one person is to hear of; ``subject_id`` is the key of the row it is about, whose kind
    follows from ``kind``.
    """

    recipient_id: int
    kind: EventKind
    subject_id: int
