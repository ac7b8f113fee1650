"""Who asks too often is told to wait, at the moment of asking."""

import time

import pytest

from api.rates import Places, Rate, Settling
from api.rates.places import Full


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr("api.rates.rate.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_so_much_a_minute_can_be_spent_and_no_more(clock: Clock) -> None:
    rate = Rate("points", 600)
    assert [rate.spend("a", 400), rate.spend("a", 200)] == [0, 0]
    assert rate.spend("b", 600) == 0
    assert rate.spend("a", 1) == 1
    assert rate.spend("a", 300) == 30
    clock.now += 30
    assert rate.spend("a", 300) == 0
    assert rate.spend("a", 1) > 0


def test_what_is_refused_is_not_spent() -> None:
    rate = Rate("points", 100)
    assert rate.spend("a", 101) > 0
    assert rate.spend("a", 100) == 0


def test_nobody_waits_for_more_than_a_minute_or_less_than_a_second() -> None:
    rate = Rate("operations", 10)
    assert rate.spend("a", 1_000) == 60
    fast = Rate("operations", 100_000)
    assert fast.spend("a", 100_000) == 0
    assert fast.spend("a", 1) == 1


async def test_what_was_spent_stays_spent_once_it_is_put_to_account() -> None:
    rate = Rate("operations", 100)
    settling = Settling("memory://", [rate])
    for _ in range(5):
        assert rate.spend("a", 18) == 0
        await settling.settle()
    assert rate.spend("a", 12) > 0
    assert rate.spend("a", 10) == 0
    await settling.settle()
    assert rate.spend("a") > 0
    await settling.settle()
    assert rate.spend("a") > 0


async def test_whoever_asks_at_a_slow_pace_needs_no_account(clock: Clock) -> None:
    rate = Rate("operations", 600)
    settling = Settling("memory://", [rate])
    for name, times in (("slow", 10), ("fast", 11)):
        for _ in range(times):
            assert rate.spend(name) == 0
    clock.now += 1
    await settling.settle()
    assert [name for name, _ in rate.due()] == []
    assert rate.held == 1


async def test_an_account_is_forgotten_once_nothing_is_left_of_what_was_spent(clock: Clock) -> None:
    rate = Rate("operations", 600)
    settling = Settling("memory://", [rate])
    rate.spend("a", 500)
    await settling.settle()
    await settling._own.storage.reset()
    clock.now += 61
    await settling.settle()
    assert rate.held == 0


async def test_rates_without_a_limit_are_not_counted() -> None:
    rate = Rate("operations")
    assert [rate.spend("a", 10**9) for _ in range(3)] == [0, 0, 0]
    assert rate.held == 0
    async with Settling("memory://", [rate]).running():
        pass


def test_places_are_taken_and_given_back() -> None:
    places = Places(2)
    for key in ("a", "b", "a"):
        places.take(key)
    with pytest.raises(Full):
        places.take("a")
    places.give_back("a")
    places.take("a")
    unlimited = Places()
    for _ in range(3):
        unlimited.take("a")
