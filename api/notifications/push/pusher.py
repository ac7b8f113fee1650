"""What a push says, and what can become of it, whoever carries it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final, Protocol

from api.models import Device

VERSION: Final = 1
# Whoever wakes after that asks for what came since all the same.
LIFE: Final = timedelta(days=1)
# A push that waits for a device gives way to the next one: whoever wakes asks for everything since their cursor.
TOPIC: Final = "log"
SECONDS_TO_ANSWER: Final = 10.0
_LONGEST_WAIT: Final = 3_600.0
_TIMEOUT: Final = 408
_TOO_MANY: Final = 429
_FAULTS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """That there is an entry to fetch, of which kind, and how many are unread: no name, and nothing that anybody wrote.

    ``pressing`` says that it is to wake a device that saves its battery.
    """

    id: str
    type: str
    cursor: str
    unread: int
    pressing: bool
    expires_at: datetime

    @property
    def seconds_left(self) -> int:
        return max(0, int((self.expires_at - datetime.now(UTC)).total_seconds()))

    def facts(self) -> dict[str, str | int]:
        """All that the application on the device is told."""
        return {"v": VERSION, "id": self.id, "type": self.type, "cursor": self.cursor, "unread": self.unread}


class Became(StrEnum):
    TAKEN = "taken"  # by the service that carries it, which may still lose it
    GONE = "gone"  # the device: whoever carries pushes to it knows it no more
    REFUSED = "refused"  # for good
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``reason`` is for the log. ``wait_seconds`` is how long the service asks to be left alone, ``gone_at`` since when
    it knows that the device is gone.
    """

    became: Became
    reason: str
    wait_seconds: float | None = None
    gone_at: datetime | None = None


class Pusher(Protocol):
    """A way to devices of one kind."""

    async def push(self, device: Device, push: Push) -> Outcome:
        """Hand it over. Whatever is raised means that it can be tried again."""

    async def close(self) -> None:
        """Let go of connections."""


def refused_or_later(status: int, reason: str, retry_after: str | None) -> Outcome:
    """What a status that is no success means, where it says nothing of the device."""
    if status in (_TIMEOUT, _TOO_MANY) or status >= _FAULTS:
        return Outcome(became=Became.LATER, reason=reason, wait_seconds=seconds_asked_for(retry_after))
    return Outcome(became=Became.REFUSED, reason=reason)


def seconds_asked_for(retry_after: str | None) -> float | None:
    """What a `Retry-After` says, which may be seconds or a date; never more than an hour."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        seconds = float(retry_after)
    else:
        try:
            then = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        seconds = (then - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT)
