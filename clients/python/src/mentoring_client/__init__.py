"""A client of the Mentoring API: a person's log, followed without loss."""

from mentoring_client.endings import SubscriptionStopped
from mentoring_client.resume import Retry, Timing, subscribe_with_resume
from mentoring_client.stores import CursorStore, FileStore, MemoryStore

__all__ = [
    "CursorStore",
    "FileStore",
    "MemoryStore",
    "Retry",
    "SubscriptionStopped",
    "Timing",
    "subscribe_with_resume",
]
