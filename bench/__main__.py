"""`python -m bench`: make the people, start everybody, see that all agree, measure in turns, and write it down."""

import asyncio
import logging
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Final, Literal

import structlog
import uvloop
from cyclopts import App, Parameter

from bench import http_scenarios as over_http
from bench.bars import bars, finding_among
from bench.contestants.ours import NAME
from bench.cores import Cores
from bench.fan_out import fan_out
from bench.figures import Figure, judge
from bench.flames import draw_flames
from bench.http_scenarios import Plan
from bench.machine import facts
from bench.plot import draw
from bench.programs import search_alone, what_the_database_gives
from bench.report import write
from bench.servers import Place
from bench.stage import database_server, town

app = App(help=__doc__)
log = structlog.get_logger(__name__)

Scenario = Literal["find", "small", "inbox", "connect", "execution", "search", "fan-out", "limits", "flames"]
_EVERYTHING: Final[tuple[Scenario, ...]] = (
    "find", "small", "inbox", "connect", "execution", "search", "fan-out", "limits", "flames",
)  # fmt: skip
_SMALL: Final = 1_000
_INBOX: Final = "inbox page"


@app.default
def bench(
    *,
    size: Annotated[int, Parameter(help="How many mentors; 1,300 at least.")] = 100_000,
    rounds: Annotated[int, Parameter(help="How often everybody is measured in turn.")] = 5,
    seconds: Annotated[float, Parameter(help="How long each time.")] = 5.0,
    sockets: Annotated[tuple[int, ...], Parameter(help="How many listen in the live scenarios.")] = (1_000, 5_000),
    only: Annotated[tuple[Scenario, ...], Parameter(help="These scenarios alone.")] = _EVERYTHING,
    data: Annotated[Path, Parameter(help="Where the databases are kept from one run to the next.")] = Path(
        "data/bench"
    ),
    results: Annotated[Path, Parameter(help="Where the table and the picture go.")] = Path("bench/results"),
) -> None:
    """Nothing here fails for being slow: what is required is drawn beside what was seen."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    data.mkdir(parents=True, exist_ok=True)
    results.mkdir(parents=True, exist_ok=True)
    cores = Cores.of_this_machine()
    with database_server(data, cores.database) as url:
        run = _Run(url, data, cores, Plan(rounds=rounds, seconds=seconds), size=size, sockets=sockets, results=results)
        uvloop.run(run.run(only))


class _Run:
    """One run, from the databases to the picture."""

    def __init__(
        self, url: str, folder: Path, cores: Cores, plan: Plan, *, size: int, sockets: tuple[int, ...], results: Path
    ) -> None:
        self._url = url
        self._folder = folder
        self._cores = cores
        self._plan = plan
        self._size = size
        self._sockets = sockets
        self._results = results

    async def run(self, only: tuple[Scenario, ...]) -> None:
        # Told to stop, it leaves no server behind.
        if myself := asyncio.current_task():
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, myself.cancel)
        machine = await facts(self._url, self._cores)
        figures: list[Figure] = []
        async with AsyncExitStack() as stack:
            place = await self._place(stack, self._size)
            small = await self._place(stack, _SMALL) if "small" in only else place
            # What is asked is done by the load's core; what is started has its own, or that of the server.
            with self._cores.of_the_load():
                for scenario, measure in self._measures(place, small).items():
                    if scenario in only:
                        log.info("scenario", name=scenario)
                        figures += await measure()
                        self._write(machine, figures)

    async def _place(self, stack: AsyncExitStack, mentors: int) -> Place:
        url = await stack.enter_async_context(town(self._url, mentors))
        return Place(folder=self._folder, database_url=url, cores=self._cores)

    def _measures(self, place: Place, small: Place) -> dict[Scenario, Callable[[], Awaitable[list[Figure]]]]:
        plan = self._plan

        async def live() -> list[Figure]:
            return [figure for number in self._sockets for figure in await fan_out(place, plan, number)]

        async def flames() -> list[Figure]:
            await draw_flames(place, self._results, seconds=plan.seconds, name=str(self._size))
            return []

        limits = [("find", finding_among(self._size)), ("inbox", _INBOX)]
        return {
            "find": lambda: over_http.find_a_mentor(place, plan, finding_among(self._size)),
            "small": lambda: over_http.find_a_mentor(small, plan, finding_among(_SMALL)),
            "inbox": lambda: over_http.inbox_page(place, plan),
            "connect": lambda: over_http.connect(place, plan),
            "execution": lambda: over_http.execution(place, plan),
            "search": lambda: search_alone(place, plan, self._size),
            "fan-out": live,
            "limits": lambda: what_the_database_gives(place, plan, limits),
            "flames": flames,
        }

    def _write(self, machine: dict[str, str], figures: list[Figure]) -> None:
        """After each scenario anew: what was measured stays where a later one fails."""
        plan = self._plan
        title = f"{self._size:,} mentors, {plan.rounds} rounds of {plan.seconds:g} s"
        judged = judge(bars(self._size, self._sockets), figures, NAME)
        file = self._results / f"figures-{self._size}"
        write(file, title=title, facts=machine, figures=figures, judged=judged, ours=NAME)
        draw(file.with_suffix(".png"), title=title, figures=figures, judged=judged, ours=NAME)


if __name__ == "__main__":
    app()
