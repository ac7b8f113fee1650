"""Who runs where. The server that is measured has a core to itself; the load and the database have the others."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Self

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """On two cores the load shares its own with the database: what both need is not what limits the server."""

    server: frozenset[int]
    load: frozenset[int]
    database: frozenset[int]

    @classmethod
    def of_this_machine(cls) -> Self:
        """Raises ``RuntimeError`` where there are fewer than two."""
        first, *others = sorted(os.sched_getaffinity(0))
        if not others:
            raise RuntimeError("the benchmark needs two cores: one for the server alone, one for everything else")
        return cls(
            server=frozenset({first}),
            load=frozenset({others[0]}),
            database=frozenset(others[1:] or others),
        )

    def of_the_load(self) -> AbstractContextManager[None]:
        """This process on the load's core, for as long as the block lasts."""
        return started_on(self.load)


def pin(process: int, cores: frozenset[int]) -> None:
    """Keep a process on these cores, every thread that it has by now and whatever it starts from them."""
    for thread in psutil.Process(process).threads():
        os.sched_setaffinity(thread.id, cores)


@contextmanager
def started_on(cores: frozenset[int]) -> Iterator[None]:
    """Processes that are started within the block begin on these cores, and stay there with all of their threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
