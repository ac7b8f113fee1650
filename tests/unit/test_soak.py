"""The soak's own eyes: it sees each kind of loss, and breaks the same things for the same seed."""

from dataclasses import replace

import pytest

from soak.checker import Stored, StoredEvent, check, is_caught_up, percentile
from soak.history import Acknowledged, Delivery, Device, History
from soak.nemesis import planned_faults
from soak.worker import faults_in

LOST, TWICE, UNHEARD = ("acknowledged changes lost", "changes stored twice", "changes stored that nobody was told of")
MISSING, DOUBLED, DISORDERED, FOREIGN = (
    "events lost on a device",
    "events doubled on a device",
    "events out of order on a device",
    "events that were somebody else's",
)
HEALTHY, MENDED = "p99 from commit to device, healthy", "p99 to device, once all is mended"
STOP, MEMORY = "longest stop of a server", "memory of a server, last quarter to second"
DEVICES = (Device(1, 0), Device(1, 1), Device(2, 0))


@pytest.fixture
def history() -> History:
    """Of a run in which all went well: two entries for the one, one for the other, one of them after the end."""
    return History(
        acknowledged=[
            Acknowledged("connect", 7, "key", 1.0),
            Acknowledged("accept", 7, "accept x", 1.0),
            Acknowledged("end", 3, "end x", 1.0),
            Acknowledged("connect", 8, "other key", 1.0),
            Acknowledged("withdraw", 8, "WITHDRAWN", 1.0),
        ],
        delivered={
            DEVICES[0]: [Delivery(10, 5.01), Delivery(11, 101.0)],
            DEVICES[1]: [Delivery(10, 5.02), Delivery(11, 101.0)],
            DEVICES[2]: [Delivery(12, 5.01)],
        },
        measured_from=1.0,
        broken_from=10.0,
        mended_at=100.0,
        stops=[1.0, 9.0],
        memory=[(float(at), 1_000) for at in range(10, 100)],
    )


@pytest.fixture
def stored() -> Stored:
    return Stored(
        requests={7: ("ACCEPTED", "accept x"), 8: ("WITHDRAWN", None)},
        keys={"key": 7, "other key": 8},
        mentorships={3: "end x"},
        started=frozenset({7}),
        audited={("connect mentor_request", 7): 1},
        announced={
            ("REQUEST_RECEIVED", 7): 1,
            ("REQUEST_DECIDED", 7): 1,
            ("MENTORSHIP_ENDED", 3): 2,
            ("REQUEST_RECEIVED", 8): 1,
            ("REQUEST_WITHDRAWN", 8): 1,
        },
        logs={
            1: [StoredEvent(key=10, seq=1, created_at=5.0), StoredEvent(key=11, seq=2, created_at=50.0)],
            2: [StoredEvent(key=12, seq=1, created_at=5.0)],
        },
    )


def broken(history: History, stored: Stored) -> dict[str, str]:
    """The promises that were not kept, and what was seen of them."""
    return {finding.promise: finding.seen for finding in check(history, stored) if not finding.kept}


def test_where_nothing_is_wrong_nothing_is_found(history: History, stored: Stored) -> None:
    assert broken(history, stored) == {}
    assert is_caught_up(history, stored)


@pytest.mark.parametrize(
    "change",
    [
        {"requests": {7: ("DECLINED", "accept x"), 8: ("WITHDRAWN", None)}},
        {"requests": {7: ("ACCEPTED", "somebody else's"), 8: ("WITHDRAWN", None)}},
        {"requests": {7: ("ACCEPTED", "accept x"), 8: ("PENDING", None)}},
        {"mentorships": {3: None}},
        {"mentorships": {}},
        {"keys": {"key": 7}},
        {"started": frozenset()},
    ],
)
def test_an_acknowledged_change_that_is_not_stored_is_lost(history: History, stored: Stored, change: object) -> None:
    assert broken(history, replace(stored, **change)) == {LOST: "1 of 5"}  # type: ignore[arg-type]


def test_what_is_stored_twice_or_unheard_of_is_found(history: History, stored: Stored) -> None:
    assert broken(history, replace(stored, audited={("connect mentor_request", 7): 2})) == {TWICE: "1 of 1"}
    assert broken(history, replace(stored, keys={**stored.keys, "third key": 8})) == {TWICE: "1 of 1"}
    more = {**stored.requests, 9: ("PENDING", None)}
    assert broken(history, replace(stored, requests=more)) == {UNHEARD: "1"}


@pytest.mark.parametrize(
    "announced",
    [
        {("REQUEST_RECEIVED", 7): 0},
        {("REQUEST_RECEIVED", 7): 2},
        {("REQUEST_DECIDED", 7): 0},
        {("REQUEST_WITHDRAWN", 8): 0},
        {("MENTORSHIP_ENDED", 3): 1},
    ],
)
def test_a_change_of_which_not_everybody_concerned_has_an_entry_is_found(
    history: History, stored: Stored, announced: dict[tuple[str, int], int]
) -> None:
    found = broken(history, replace(stored, announced={**stored.announced, **announced}))
    assert found == {"changes in too few or too many logs": "1"}


def test_a_gap_in_a_log_is_found(history: History, stored: Stored) -> None:
    first, second = stored.logs[1]
    logs = {**stored.logs, 1: [first, replace(second, seq=3)]}
    assert broken(history, replace(stored, logs=logs)) == {"logs with gaps": "1 of 2"}


def test_what_servers_log_as_a_fault_is_found(history: History, stored: Stored) -> None:
    history.logged.append("server-0.log: internal_error")
    assert broken(history, stored) == {"faults that servers logged": "1"}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([11], {MISSING: "1 of 5"}),
        ([10], {MISSING: "1 of 5"}),
        ([], {MISSING: "2 of 5"}),
        ([10, 11, 11], {DOUBLED: "1"}),
        ([10, 11, 10], {DOUBLED: "1"}),
        ([11, 10], {DISORDERED: "1"}),
        ([10, 11, 12], {FOREIGN: "1"}),
        ([10, 12], {FOREIGN: "1", MISSING: "1 of 5"}),
    ],
)
def test_whatever_is_wrong_on_one_device_is_found(
    history: History, stored: Stored, seen: list[int], expected: dict[str, str]
) -> None:
    history.delivered[DEVICES[1]] = [Delivery(event, 5.01) for event in seen]
    assert broken(history, stored) == expected


def test_wrong_answers_mails_that_stay_and_slow_stops_are_found(history: History, stored: Stored) -> None:
    history.wrong_answers.append("500")
    history.stops.append(10.5)
    found = broken(history, replace(stored, unsent_mails=2))
    assert found == {"mails that did not leave": "2", "answers that were wrong": "1", STOP: "10.5 s of 3"}


def test_delays_and_memory_are_measured_where_they_should_be(history: History, stored: Stored) -> None:
    history.delivered[DEVICES[2]] = [Delivery(12, 5.2)]
    assert broken(history, stored) == {HEALTHY: "0.200 s of 3"}
    history.delivered[DEVICES[2]] = [Delivery(12, 5.01)]
    # What was missed while all was broken counts from the moment at which it was mended.
    history.delivered[DEVICES[1]] = [Delivery(10, 5.01), Delivery(11, 103.5)]
    assert broken(history, stored) == {MENDED: "3.500 s of 2"}
    history.delivered[DEVICES[1]] = [Delivery(10, 5.01), Delivery(11, 101.0)]
    history.memory = [(at, 1_000 if at < 60 else 1_200) for at, _ in history.memory]
    assert broken(history, stored) == {MEMORY: "1.20 (0 MB)"}


def test_a_run_that_measured_nothing_has_shown_nothing(stored: Stored) -> None:
    assert {HEALTHY, MENDED, MEMORY} <= broken(History(), stored).keys()


def test_the_same_seed_breaks_the_same_things() -> None:
    assert planned_faults(3, 200) == planned_faults(3, 200) != planned_faults(4, 200)
    assert len({fault.kind for fault in planned_faults(3, 200)}) == 12


def test_percentiles_are_values_that_were_there() -> None:
    assert [percentile([3, 1, 2], share) for share in (0, 0.5, 0.99)] == [1, 2, 3]
    assert percentile([], 0.99) == 0


LOG = """2026-01-01T10:00:00.000000Z [error    ] Task exception was never retrieved
future: <Task finished>
Traceback (most recent call last):
  File "x.py", line 1, in x
{error}
    Database error.

2026-01-01T10:00:01.000000Z [info     ] socket_cut
"""


def test_a_task_whose_error_nobody_heard_is_a_fault_and_told_with_its_error() -> None:
    (fault,) = faults_in(LOG.format(error="ValueError: no"))
    assert fault.endswith("Task exception was never retrieved ValueError: no")


def test_what_procrastinate_forgets_where_the_database_is_away_is_no_fault_of_ours() -> None:
    assert faults_in(LOG.format(error="procrastinate.exceptions.ConnectorException:")) == []
