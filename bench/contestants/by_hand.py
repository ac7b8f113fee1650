"""What shows how far one could get in Python: Starlette with the same SQL by hand, and with nothing to do at all."""

from typing import Final

from bench.contestants.contestant import Contestant, asgi
from bench.contestants.words import FROM_MEMORY, asking

BY_HAND: Final = Contestant(
    name="Starlette, SQL by hand",
    start=asgi("bench.apps.by_hand:application"),
    asking={"inbox": asking()["inbox"]},
    peer=False,
)

STRAWBERRY_FROM_MEMORY: Final = Contestant(
    name="Strawberry, caches",
    start=asgi("bench.apps.strawberry_memory:application"),
    asking={"execution": FROM_MEMORY},
)


def from_memory(scenario: str) -> Contestant:
    """Starlette with orjson, giving the answer of a scenario from memory."""
    given = {"execution": FROM_MEMORY, **asking()}[scenario]
    return Contestant(
        name="Starlette, orjson alone", start=asgi("bench.apps.raw:starlette"), asking={scenario: given}, peer=False
    )


BARE: Final = Contestant(
    name="bare ASGI",
    start=asgi("bench.apps.raw:bare"),
    asking={scenario: asking()[scenario] for scenario in ("find", "inbox")},
    peer=False,
)
