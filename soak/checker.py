"""Compares what people and devices saw with what the database holds. Pure: rows in, findings out."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from api.domain.events import EventKind
from soak.history import Acknowledged, Delivery, Device, History

LONGEST_STOP_SECONDS: Final = 10.0
HEALTHY_P99_SECONDS: Final = 0.1
MENDED_P99_SECONDS: Final = 3.0
MOST_GROWTH: Final = 1.15
EVENTS_LOST: Final = "events lost on a device"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """A row of somebody's log; ``created_at`` in seconds since the epoch."""

    key: int
    seq: int
    created_at: float


# What each change puts into logs: one entry, or one for either side.
_ENTRIES: Final = {
    "connect": (EventKind.REQUEST_RECEIVED, 1),
    "accept": (EventKind.REQUEST_DECIDED, 1),
    "decline": (EventKind.REQUEST_DECIDED, 1),
    "withdraw": (EventKind.REQUEST_WITHDRAWN, 1),
    "end": (EventKind.MENTORSHIP_ENDED, 2),
}


@dataclass(kw_only=True)
class Stored:
    """What the database holds in the end: requests by key with state and comment, what each idempotency key led to,
    mentorships by key with the reason of their end, the requests that started one, how often the audit tells of each
    change, how many entries of logs tell of it, and the logs by person, from the number on at which the devices began.
    """

    requests: dict[int, tuple[str, str | None]]
    keys: dict[str, int]
    mentorships: dict[int, str | None]
    started: frozenset[int]
    audited: Mapping[tuple[str, int], int]
    announced: Mapping[tuple[str, int], int]
    logs: dict[int, list[StoredEvent]]
    unsent_mails: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A promise, what was seen, and whether it was kept. What is ``measured`` depends on the machine too."""

    promise: str
    bar: str
    seen: str
    kept: bool
    measured: bool = False


@dataclass
class _Devices:
    """How often something was wrong on any device."""

    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    foreign: int = 0
    expected: int = 0
    examples: list[str] = field(default_factory=list)


def check(history: History, stored: Stored) -> list[Finding]:
    """Every promise, in the order in which they are shown."""
    devices = _compare(history.delivered, stored.logs)
    return [
        _none("acknowledged changes lost", _lost(history.acknowledged, stored), of=len(history.acknowledged)),
        _none("changes stored twice", _stored_twice(stored), of=len(stored.audited)),
        _none("changes stored that nobody was told of", _unheard_of(history.acknowledged, stored)),
        _none("changes in too few or too many logs", _misannounced(history.acknowledged, stored)),
        _none("logs with gaps", sum(map(_has_gaps, stored.logs.values())), of=len(stored.logs)),
        _none(EVENTS_LOST, devices.lost, of=devices.expected),
        _none("events doubled on a device", devices.doubled),
        _none("events out of order on a device", devices.disordered),
        _none("events that were somebody else's", devices.foreign),
        _none("mails that did not leave", stored.unsent_mails),
        _none("answers that were wrong", len(history.wrong_answers)),
        _none("faults that servers logged", len(history.logged)),
        *_delays(history, stored),
        _stops(history.stops),
        _memory(history),
    ]


def _none(promise: str, found: int, *, of: int | None = None) -> Finding:
    seen = f"{found:,}" if of is None else f"{found:,} of {of:,}"
    return Finding(promise=promise, bar="0", seen=seen, kept=found == 0)


def _is_stored(change: Acknowledged, stored: Stored) -> bool:
    match change.change:
        case "connect":
            return stored.keys.get(change.mark) == change.key and change.key in stored.requests
        case "withdraw":
            return stored.requests.get(change.key, ("", None))[0] == change.mark
        case "end":
            return stored.mentorships.get(change.key) == change.mark
        case "accept" | "decline":
            accepted = change.change == "accept"
            wanted = ("ACCEPTED" if accepted else "DECLINED", change.mark)
            return stored.requests.get(change.key) == wanted and (change.key in stored.started) is accepted
        case _:
            return False


def _lost(acknowledged: Iterable[Acknowledged], stored: Stored) -> int:
    return sum(not _is_stored(change, stored) for change in acknowledged)


def _stored_twice(stored: Stored) -> int:
    requests = Counter(stored.keys.values())
    return sum(count > 1 for count in stored.audited.values()) + sum(count > 1 for count in requests.values())


def _unheard_of(acknowledged: Iterable[Acknowledged], stored: Stored) -> int:
    """Everybody asks until answered, so each request that is stored belongs to an answer."""
    return len(stored.requests.keys() - {change.key for change in acknowledged if change.change == "connect"})


def _misannounced(acknowledged: Iterable[Acknowledged], stored: Stored) -> int:
    """What devices saw is compared with the logs; this is what the logs are compared with."""
    count = 0
    for change in acknowledged:
        kind, due = _ENTRIES[change.change]
        count += stored.announced.get((kind, change.key), 0) != due
    return count


def _has_gaps(log: Sequence[StoredEvent]) -> bool:
    return any(later.seq != earlier.seq + 1 for earlier, later in pairwise(log))


def _compare(delivered: Mapping[Device, Sequence[Delivery]], logs: Mapping[int, Sequence[StoredEvent]]) -> _Devices:
    found = _Devices()
    for device, deliveries in delivered.items():
        expected = [event.key for event in logs.get(device.person, ())]
        seen = [delivery.event for delivery in deliveries]
        times = Counter(seen)
        found.expected += len(expected)
        found.lost += len(set(expected) - times.keys())
        found.foreign += len(times.keys() - set(expected))
        found.doubled += sum(count - 1 for count in times.values())
        # A person's entries are written in the order of their keys' numbers in the log, not of the keys.
        place = {key: number for number, key in enumerate(expected)}
        places = [place[key] for key in dict.fromkeys(seen) if key in place]
        found.disordered += sum(later < earlier for earlier, later in pairwise(places))
    return found


def is_caught_up(history: History, stored: Stored) -> bool:
    """Whether every device has seen as much as its log holds."""
    return all(len(seen) >= len(stored.logs.get(device.person, ())) for device, seen in history.delivered.items())


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed; 0 where there are none."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _delays(history: History, stored: Stored) -> list[Finding]:
    created = {event.key: event.created_at for log in stored.logs.values() for event in log}
    healthy, mended = [], []
    for deliveries in history.delivered.values():
        for event, at in deliveries:
            if event not in created:
                continue
            if history.measured_from < at < history.broken_from:
                healthy.append(at - created[event])
            elif at > history.mended_at:
                mended.append(at - max(created[event], history.mended_at))
    return [
        _within("p99 from commit to device, healthy", percentile(healthy, 0.99), HEALTHY_P99_SECONDS, len(healthy)),
        _within("p99 to device, once all is mended", percentile(mended, 0.99), MENDED_P99_SECONDS, len(mended)),
    ]


def _within(promise: str, seconds: float, bar: float, count: int) -> Finding:
    # Where there is nothing to measure, nothing was shown.
    return Finding(
        promise=promise,
        bar=f"under {bar:g} s",
        seen=f"{seconds:.3f} s of {count:,}",
        kept=count > 0 and seconds < bar,
        measured=True,
    )


def _stops(stops: Sequence[float]) -> Finding:
    longest = max(stops, default=0.0)
    return Finding(
        promise="longest stop of a server",
        bar=f"under {LONGEST_STOP_SECONDS:g} s",
        seen=f"{longest:.1f} s of {len(stops)}",
        kept=longest < LONGEST_STOP_SECONDS,
    )


def _memory(history: History) -> Finding:
    """Of the server that is never restarted: the last quarter of the faults against the second."""
    span = history.mended_at - history.broken_from
    quarters = [
        [size for at, size in history.memory if begin <= (at - history.broken_from) / (span or 1) * 4 < begin + 1]
        for begin in (1, 3)
    ]
    early, late = (statistics.median(each) if each else 0.0 for each in quarters)
    growth = late / early if early else 0.0
    return Finding(
        promise="memory of a server, last quarter to second",
        bar=f"at most {MOST_GROWTH:g}",
        seen=f"{growth:.2f} ({late / 1e6:.0f} MB)",
        kept=0 < growth <= MOST_GROWTH,
        measured=True,
    )
