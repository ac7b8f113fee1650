"""The scenarios over HTTP: find a mentor, an inbox page, connect, and execution from memory."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
import structlog

from bench.agreement import Written, agree
from bench.contestants.by_hand import BARE, BY_HAND, STRAWBERRY_FROM_MEMORY, from_memory
from bench.contestants.contestant import Contestant
from bench.contestants.mercurius import MERCURIUS, MERCURIUS_FROM_MEMORY
from bench.contestants.ours import OURS
from bench.contestants.postgraphile import POSTGRAPHILE
from bench.contestants.yoga import YOGA
from bench.execution_from_memory import OURS_FROM_MEMORY, write_memory
from bench.figures import Figure
from bench.load import Measured, http_request, load
from bench.questions import Connecting, Question, finding, looking_into_inboxes
from bench.servers import Place, Server

log = structlog.get_logger(__name__)

_CONNECTIONS: Final = 16
# Before anything counts: caches fill, and Node compiles what is hot.
_SECONDS_TO_WARM_UP: Final = 5.0
AFTER_THE_INBOXES: Final = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How often and how long each contestant is measured."""

    rounds: int
    seconds: float


async def find_a_mentor(place: Place, plan: Plan, name: str) -> list[Figure]:
    """``name`` tells the sizes apart."""
    peers = (OURS, POSTGRAPHILE, MERCURIUS, YOGA)
    async with _agreeing(place, peers, "find", finding) as servers:
        return await _rounds(servers, place, plan, scenario="find", shown=name, questions=finding())


async def inbox_page(place: Place, plan: Plan) -> list[Figure]:
    everybody = (OURS, POSTGRAPHILE, MERCURIUS, YOGA, BY_HAND)
    async with _agreeing(place, everybody, "inbox", looking_into_inboxes) as servers:
        return await _rounds(
            servers, place, plan, scenario="inbox", shown="inbox page", questions=looking_into_inboxes()
        )


async def connect(place: Place, plan: Plan) -> list[Figure]:
    """Every request is a new one; after each run all of them are taken back."""
    connection = await asyncpg.connect(place.database_url)
    try:
        written = await Written.since_now(connection)
        questions = Connecting(mentors=await mentors_to_ask(connection))
        async with place.all_running((OURS, POSTGRAPHILE, MERCURIUS, YOGA)) as servers:
            await written.agree(servers, place, questions)
            return await _rounds(
                servers, place, plan, scenario="connect", shown="connect", questions=questions, after=written.undo
            )
    finally:
        await connection.close()


async def execution(place: Place, plan: Plan) -> list[Figure]:
    """20 matches with five skills each, from memory: no token, no database."""
    write_memory(place.memory("execution"))
    everybody = (OURS_FROM_MEMORY, MERCURIUS_FROM_MEMORY, STRAWBERRY_FROM_MEMORY, from_memory("execution"))
    async with place.all_running(everybody, "execution") as servers:
        nobody = itertools.repeat(Question(subject="nobody"))
        await agree(servers, place, "execution", nobody)
        return await _rounds(
            servers, place, plan, scenario="execution", shown="execution from memory", questions=nobody
        )


async def mentors_to_ask(connection: asyncpg.Connection) -> list[int]:
    """Who can be found and has no inbox yet."""
    rows = await connection.fetch("SELECT id FROM peer.card WHERE id > $1 ORDER BY id", AFTER_THE_INBOXES)
    return [row["id"] for row in rows]


@asynccontextmanager
async def _agreeing(
    place: Place, contestants: Sequence[Contestant], scenario: str, questions: Callable[[], Iterator[Question]]
) -> AsyncIterator[list[Server]]:
    """All of them running and of one opinion, and beside them those who have nothing to do but to answer."""
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(place.all_running(contestants))
        await agree(servers, place, scenario, questions())
        limits = await stack.enter_async_context(place.all_running((from_memory(scenario), BARE), scenario))
        yield [*servers, *limits]


async def _rounds(
    servers: Sequence[Server],
    place: Place,
    plan: Plan,
    *,
    scenario: str,
    shown: str,
    questions: Iterator[Question],
    after: Callable[[], Awaitable[None]] | None = None,
) -> list[Figure]:
    """A B C A B C, and so on."""
    tokens: dict[str, str] = {}

    async def measured(server: Server, seconds: float) -> tuple[Measured, float]:
        requests = requests_for(server, place, scenario, questions, tokens)
        processor = server.seconds_of_processor()
        found = await load(server.port, requests, connections=_CONNECTIONS, seconds=seconds)
        busy = (server.seconds_of_processor() - processor) / found.seconds
        if after:
            await after()
        return found, busy

    for server in servers:
        await measured(server, min(_SECONDS_TO_WARM_UP, 2 * plan.seconds))
    seen: dict[str, list[tuple[Measured, float]]] = {server.contestant.name: [] for server in servers}
    for number in range(plan.rounds):
        for server in servers:
            found = await measured(server, plan.seconds)
            seen[server.contestant.name].append(found)
            log.info("measured", scenario=shown, round=number + 1, of=server.contestant.name, rate=round(found[0].rate))
    return [_figure(server.contestant, shown, seen[server.contestant.name]) for server in servers]


def requests_for(
    server: Server, place: Place, scenario: str, questions: Iterator[Question], tokens: dict[str, str]
) -> Iterator[bytes]:
    """Questions as this server understands them. Those that come again are put into words once; nobody is asked to be
    a mentor twice.
    """
    asking = server.contestant.asking[scenario]
    ready: dict[Question, bytes] = {}
    for question in questions:
        request = ready.get(question)
        if request is None:
            if question.subject not in tokens:
                tokens[question.subject] = place.token(question.subject)
            request = http_request(asking.body(question), tokens[question.subject])
            if not question.mentor_id:
                ready[question] = request
        yield request


def _figure(contestant: Contestant, scenario: str, seen: Sequence[tuple[Measured, float]]) -> Figure:
    last, _ = seen[-1]
    return Figure(
        scenario=scenario,
        contestant=contestant.name,
        unit="answers/s",
        values=[found.rate for found, _ in seen],
        peer=contestant.peer,
        notes={
            "p50 ms": last.milliseconds(0.5),
            "p99 ms": last.milliseconds(0.99),
            "server's core busy": sum(busy for _, busy in seen) / len(seen),
            "load's core busy": sum(found.busy for found, _ in seen) / len(seen),
        },
    )
