"""When Python looks for what only leads to itself, and so does not go by itself.

To look through an object takes about half a microsecond (Python 3.11), and everything else waits meanwhile. By itself
Python begins once so many objects more have come than gone. Where thousands of connections come and go at once it then
has all of them to look through at one go, for 70 ms, and now and then all that lives, for 200 ms with two thousand
sockets. So here the time says when: twenty times a second for what is new, which is no more than can be made between
two looks, and for all that lives where more has come than open connections account for.
"""

import asyncio
import gc
import sys
from collections.abc import Sized
from typing import Final

_SECONDS_BETWEEN_LOOKS: Final = 0.05
# To count what there is takes a millisecond.
_LOOKS_BETWEEN_COUNTS: Final = 100
# What was new at one look is not at the next.
_WHAT_IS_NEW: Final = 1
# In blocks of memory, of which a MiB has about 8,000. A socket that says nothing takes 250, each subscription 200.
_GROWN: Final = 500_000
_OF_A_CONNECTION: Final = 400


def spare_the_collector() -> None:
    """What is there by now stays: schema, modules, models. It is not looked through again, and Python begins nothing by
    itself any more.
    """
    gc.collect()
    gc.freeze()
    gc.disable()


async def collect(
    connections: Sized, *, seconds: float = _SECONDS_BETWEEN_LOOKS, looks: int = _LOOKS_BETWEEN_COUNTS
) -> None:
    """Look every so many ``seconds``, and each time after so many ``looks`` whether to look through everything, until
    cancelled. ``connections`` are those that are open.
    """
    while True:
        kept, open_then = sys.getallocatedblocks(), len(connections)
        while sys.getallocatedblocks() <= kept + _GROWN + _OF_A_CONNECTION * max(0, len(connections) - open_then):
            for _ in range(looks):
                await asyncio.sleep(seconds)
                gc.collect(_WHAT_IS_NEW)
        gc.collect()
