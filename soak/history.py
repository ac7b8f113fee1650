"""What was seen from outside: the answers that people got, the entries that their devices got, and what was broken."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple


class Acknowledged(NamedTuple):
    """A change that the service said yes to. ``key`` is that of the request or mentorship, ``mark`` a text that only
    this change carries: an idempotency key, a comment, a reason.
    """

    change: str
    key: int
    mark: str
    at: float


class Delivery(NamedTuple):
    """An entry that reached a device, with the time at which it did, in seconds since the epoch."""

    event: int
    at: float


class Device(NamedTuple):
    """One of the devices of a person."""

    person: int
    number: int


@dataclass
class History:
    """Times are in seconds since the epoch, lengths in seconds, memory in bytes."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    delivered: dict[Device, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    wrong_answers: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    stops: list[float] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    retries: int = 0
    resumes: int = 0
    measured_from: float = 0.0
    broken_from: float = 0.0
    mended_at: float = 0.0
