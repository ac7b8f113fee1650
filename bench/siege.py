"""`python -m bench.siege`: what served people notice of clients that want nobody to be served.

Twenty people ask at a steady pace and twenty listen to events, first alone, then beside a siege, alone again, beside
the next siege, and so on. Each siege is compared with the two measurements without one that lie around it.
"""

import asyncio
import contextlib
import json
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final

import asyncpg
import structlog
import uvloop
from cyclopts import App, Parameter

from bench.agreement import Written
from bench.besieged import Besieging, Seen, markdown
from bench.contestants.ours import OURS_WITH_LIMITS
from bench.cores import Cores
from bench.http_scenarios import mentors_to_ask
from bench.machine import facts
from bench.questions import subject_of
from bench.served import ASKING_EVERY, EVENTS_A_SECOND, PEOPLE, Town
from bench.servers import Place
from bench.stage import database_server, town

app = App(help=__doc__)
log = structlog.get_logger(__name__)

_MENTORS: Final = 1_000
_SECONDS_TO_WARM_UP: Final = 4.0
_SECONDS_TO_GATHER: Final = 60.0
# What has to be done on the server's side once many have gone.
_SECONDS_TO_SETTLE: Final = 1.0


SIEGES: Final = (
    Besieging(name="200 sockets that subscribe to much and read nothing", kind="slow readers", count=200),
    Besieging(
        name="200 requests of which a byte a second comes, half of them in the head", kind="slow senders", count=200
    ),
    Besieging(
        name="200 sockets whose client has stopped, and answers no ping", kind="half-open", count=200, frozen=True
    ),
    Besieging(name="2,000 sockets that never say whose they are", kind="idle", count=2_000),
    Besieging(name="200 sockets of one person, subscribed", kind="one person", count=200, person=True),
)


@app.default
def siege(
    *,
    seconds: Annotated[float, Parameter(help="How long each siege lasts; without one, half of it.")] = 24.0,
    data: Annotated[Path, Parameter(help="Where the databases are kept from one run to the next.")] = Path(
        "data/bench"
    ),
    results: Annotated[Path, Parameter(help="Where the table goes.")] = Path("bench/results"),
) -> None:
    """Writes `siege.md`, and prints it."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    data.mkdir(parents=True, exist_ok=True)
    results.mkdir(parents=True, exist_ok=True)
    cores = Cores.of_this_machine()
    with database_server(data, cores.database) as url:
        shown = uvloop.run(_run(url, data, cores, seconds))
    (results / "siege.md").write_text(shown, encoding="utf-8")
    print(shown)


async def _run(url: str, folder: Path, cores: Cores, seconds: float) -> str:
    if myself := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, myself.cancel)
    machine = await facts(url, cores, peers=False)
    async with town(url, _MENTORS) as database:
        place = Place(folder=folder, database_url=database, cores=cores)
        connection = await asyncpg.connect(database)
        try:
            mentors = await mentors_to_ask(connection)
            written = await Written.since_now(connection)
            with cores.of_the_load():
                async with place.running(OURS_WITH_LIMITS) as server:
                    people = Town(server, place, mentors)
                    async with people.hearing():
                        await people.live(_SECONDS_TO_WARM_UP)
                        without, besieged = await _in_turns(people, written, seconds)
        finally:
            await connection.close()
    return markdown(machine, intent=_intent(seconds), sieges=SIEGES, without=without, besieged=besieged)


def _intent(seconds: float) -> str:
    return (
        f"{PEOPLE} people ask, {PEOPLE / ASKING_EVERY:g} questions a second in all: half of them find a mentor among"
        f" {_MENTORS:,}, half open their inbox. {PEOPLE} others listen on sockets, and hear of {EVENTS_A_SECOND}"
        " requests a second, counted from when a mentee asks until the mentor's socket has it. One process of the"
        f" service, with its limits as they are by default. Each siege lasts {seconds:g} s; before and after it the"
        " same is measured without, half as long each. Milliseconds, without → with. Whoever is thrown out comes back"
        " about a second later."
    )


async def _in_turns(people: Town, written: Written, seconds: float) -> tuple[list[Seen], list[Seen]]:
    without = [await _measured(people, seconds / 2)]
    besieged = []
    for each in SIEGES:
        log.info("siege", name=each.name)
        async with _besieging(each, people) as tally:
            seen = await _measured(people, seconds)
        seen.tally = tally
        besieged.append(seen)
        await written.settle()
        await asyncio.sleep(_SECONDS_TO_SETTLE)
        without.append(await _measured(people, seconds / 2))
    return without, besieged


async def _measured(people: Town, seconds: float) -> Seen:
    server = people.server
    before = server.seconds_of_processor()
    delays = await people.live(seconds)
    busy = (server.seconds_of_processor() - before) / seconds
    return Seen(delays=delays, busy=busy, memory=server.memory())


@asynccontextmanager
async def _besieging(siege_: Besieging, people: Town) -> AsyncIterator[dict[str, int]]:
    """As long as the block lasts; what became of them is there after it."""
    server, place = people.server, people.place
    persons = people.mentors[PEOPLE : PEOPLE + 1] if siege_.person else people.listening
    tokens = "\n".join(place.token(subject_of(person)) for person in persons)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.besiegers",
        *(siege_.kind, str(server.port), str(siege_.count)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(tokens.encode())
    process.stdin.close()
    tally: dict[str, int] = {}
    try:
        async with asyncio.timeout(_SECONDS_TO_GATHER):
            assert (await process.stdout.readline()) == b"ready\n"
        if siege_.frozen:
            process.send_signal(signal.SIGSTOP)
        yield tally
        if siege_.frozen:
            process.send_signal(signal.SIGCONT)
            # It hears only now of what happened.
            await asyncio.sleep(0.5)
        process.terminate()
        tally |= json.loads(await process.stdout.read())
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


if __name__ == "__main__":
    app()
