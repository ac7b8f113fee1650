"""What the table has to show."""

from typing import Final

from bench.contestants.by_hand import BY_HAND
from bench.contestants.mercurius import MERCURIUS
from bench.contestants.postgraphile import POSTGRAPHILE
from bench.figures import Bar
from bench.programs import BIT_COUNT, MEMORY, SEARCH

_STRAWBERRY: Final = "Strawberry, caches"
_SMALL: Final = 1_000
# The sizes that a bar is about: below the first, a search is no work for anybody.
_LARGE: Final = 100_000
_VERY_LARGE: Final = 1_000_000


def finding_among(mentors: int) -> str:
    return f"find a mentor among {mentors:,}"


def bars(mentors: int, sockets: tuple[int, ...]) -> list[Bar]:
    """For one size and its numbers of sockets."""
    return [
        *([Bar(scenario=finding_among(mentors), unit="answers/s", times=40.0)] if mentors >= _LARGE else []),
        Bar(scenario=finding_among(_SMALL), unit="answers/s", times=1.0, than=MERCURIUS.name),
        Bar(scenario="inbox page", unit="answers/s", times=1.0, than=POSTGRAPHILE.name),
        Bar(scenario="inbox page", unit="answers/s", times=0.75, than=MERCURIUS.name),
        Bar(scenario="inbox page", unit="answers/s", times=0.6, than=BY_HAND.name),
        Bar(scenario="connect", unit="answers/s", times=1.0),
        Bar(scenario="execution from memory", unit="answers/s", times=20.0, than=_STRAWBERRY),
        Bar(scenario="execution from memory", unit="answers/s", times=1.0, than=MERCURIUS.name),
        *(_search_bars() if mentors >= _VERY_LARGE else []),
        *(
            bar
            for number in sockets
            for form in (f"one event to {number} sockets", f"{number} sockets, an event each")
            for bar in (
                Bar(scenario=form, unit="messages/s", times=2.0),
                Bar(scenario=form, unit="ms", times=2.0),
                Bar(scenario=form, unit="bytes/socket", times=1.0),
            )
        ),
    ]


def _search_bars() -> list[Bar]:
    return [
        Bar(scenario=SEARCH, unit="ms", times=1 / 8, than=MEMORY),
        Bar(scenario=SEARCH, unit="ms", times=100.0, than=BIT_COUNT),
    ]
