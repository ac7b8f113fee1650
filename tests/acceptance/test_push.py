"""Pushes, as a real push service gets them from a real service, and a browser reads them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from api.models import AuditEntry, Device, Person
from tests.acceptance.servers import Server, running
from tests.houses import House
from tests.http2 import Answer, Asked, serving
from tests.integration.test_fcm import account_at
from tests.pushes import REGISTER, Browser, PushService, Received

CONNECT: Final = """mutation ($mentor: ID!, $message: String) {
  connect(input: {mentorId: $mentor, message: $message}) { errors { code } } }"""
SETTINGS: Final = {"MENTORING_PUSH_PRIVATE": "true", "MENTORING_LEASE_SECONDS": "3"}


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    service = PushService()
    await service.open()
    yield service
    await service.close()


@asynccontextmanager
async def pushing(database: str, data: Path, **more: str) -> AsyncIterator[Server]:
    async with running(data, database_url=database, **SETTINGS, **more) as server:
        yield server


@pytest.fixture
async def server(database: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with pushing(database, tmp_path / "data") as server:
        yield server


async def register(server: Server, person: Person, given: Browser | dict[str, Any]) -> str:
    made = await server.ask(person, REGISTER, input=given.input() if isinstance(given, Browser) else given)
    assert made["registerDevice"]["errors"] == []
    device: str = made["registerDevice"]["device"]["id"]
    return device


async def ask(server: Server, mentee: Person, mentor: Person, message: str | None = None) -> None:
    card = (await server.ask(mentor, "{ viewer { mentor { id } } }"))["viewer"]["mentor"]["id"]
    assert (await server.ask(mentee, CONNECT, mentor=card, message=message))["connect"]["errors"] == []


async def pushes_left(server: Server) -> int:
    connection = await asyncpg.connect(server.database_url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'pushes'"))
    finally:
        await connection.close()


async def until_none_is_left(server: Server, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while await pushes_left(server):
            await asyncio.sleep(0.05)


async def test_a_browser_that_sleeps_is_woken_and_told_that_there_is_something(
    server: Server, service: PushService
) -> None:
    house = await House.build("canary-organisation")
    mentor, mentee = await house.mentor("canary-mentor"), await house.person("canary-mentee", job_title="canary-title")
    browser = service.browser("phone")
    key = (await server.ask(mentor, "{ pushKey }"))["pushKey"]
    await register(server, mentor, browser)
    await ask(server, mentee, mentor, "canary-message")
    await service.until(1)
    (received,) = service.received
    facts = received.facts
    assert facts.keys() == {"v", "id", "type", "cursor", "unread"}
    assert (facts["v"], facts["type"], facts["unread"]) == (1, "RequestReceived", 1)
    # Neither what the push service sees nor what the browser reads holds anything of anybody.
    for text in (received.text, received.body, json.dumps(received.headers).encode(), received.path.encode()):
        assert b"canary" not in text
        assert mentor.email.encode() not in text
        assert mentee.email.encode() not in text
    claims = received.signed_by(key)
    assert claims["aud"] == service.url
    assert claims["sub"] == "mailto:mentoring@localhost"
    # The browser wakes and asks for the rest.
    entry = await server.ask(
        mentor,
        "query ($id: ID!) { node(id: $id) { ... on RequestReceived { cursor request { mentee { name } } } } }",
        id=facts["id"],
    )
    assert entry["node"] == {"cursor": facts["cursor"], "request": {"mentee": {"name": "canary-mentee"}}}
    async with asyncio.timeout(10):
        while not (await Device.get(person_id=mentor.id)).last_success_at:
            await asyncio.sleep(0.05)
    assert await pushes_left(server) == 0


async def test_a_browser_that_is_gone_is_forgotten(server: Server, service: PushService) -> None:
    house = await House.build()
    mentor, first, second = await house.mentor(), await house.person(), await house.person()
    for status in (404, 410):
        service.answers["/push/phone"] = [(status, {})]
        await register(server, mentor, service.browser("phone"))
        await ask(server, first if status == 404 else second, mentor)
        async with asyncio.timeout(15):
            while await Device.exists(person_id=mentor.id):
                await asyncio.sleep(0.05)
    assert len(service.received) == 2
    assert await AuditEntry.filter(verb="forget_device").count() == 2
    await until_none_is_left(server)


async def test_one_that_was_registered_anew_while_it_was_said_to_be_gone_stays(
    server: Server, service: PushService
) -> None:
    house = await House.build()
    mentor, mentee, browser = await house.mentor(), await house.person(), service.browser("phone")
    service.answers["/push/phone"] = [(410, {})]

    async def register_anew(_received: Received) -> None:
        service.before_answer = None
        await register(server, mentor, browser)

    service.before_answer = register_anew
    await register(server, mentor, browser)
    await ask(server, mentee, mentor)
    await until_none_is_left(server)
    assert len(service.received) == 1
    assert await Device.exists(person_id=mentor.id)


async def test_one_that_is_busy_is_asked_again_and_no_other_device_hears_of_it_twice(
    server: Server, service: PushService
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    busy, well = service.browser("busy"), service.browser("well")
    service.answers["/push/busy"] = [(503, {"Retry-After": "1"}), (429, {}), (201, {})]
    await register(server, mentor, busy)
    await register(server, mentor, well)
    await ask(server, mentee, mentor)
    await service.until(4, seconds=30)
    await until_none_is_left(server)
    assert (len(service.to(busy)), len(service.to(well))) == (3, 1)
    assert len({received.text for received in service.received}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 413])
async def test_one_that_refuses_for_good_is_not_asked_again(server: Server, service: PushService, status: int) -> None:
    house = await House.build()
    mentor, mentee, browser = await house.mentor(), await house.person(), service.browser("phone")
    service.answers["/push/phone"] = [(status, {})]
    await register(server, mentor, browser)
    await ask(server, mentee, mentor)
    await service.until(1)
    await until_none_is_left(server)
    assert len(service.received) == 1
    assert await Device.exists(person_id=mentor.id)


async def test_a_push_leaves_after_the_server_was_killed_between_the_commit_and_the_push(
    database: str, tmp_path: Path, service: PushService
) -> None:
    house = await House.build()
    mentor, mentee, browser = await house.mentor(), await house.person(), service.browser("phone")
    lock = await asyncpg.connect(database)
    async with pushing(database, tmp_path / "data") as first:
        await register(first, mentor, browser)
        # From here on no worker can take a job, and jobs can be put aside.
        await lock.execute(
            "CREATE FUNCTION not_yet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER not_yet BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION not_yet()"
        )
        await ask(first, mentee, mentor)
        first.process.kill()
    assert await lock.fetchval("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'pushes'") == 1
    assert service.received == []
    await lock.execute("DROP TRIGGER not_yet ON procrastinate_jobs")
    await lock.close()
    async with pushing(database, tmp_path / "data") as second:
        await service.until(1, seconds=30)
        await until_none_is_left(second)
    assert service.received[0].facts["type"] == "RequestReceived"


async def test_a_push_leaves_again_after_the_server_was_killed_before_the_answer(
    database: str, tmp_path: Path, service: PushService
) -> None:
    house = await House.build()
    mentor, mentee, browser = await house.mentor(), await house.person(), service.browser("phone")
    asked = asyncio.Event()

    async def think(_received: Received) -> None:
        asked.set()
        await asyncio.sleep(5)

    service.before_answer = think
    async with pushing(database, tmp_path / "data") as first:
        await register(first, mentor, browser)
        await ask(first, mentee, mentor)
        await asyncio.wait_for(asked.wait(), 15)
        first.process.kill()
        service.before_answer = None
    async with pushing(database, tmp_path / "data") as second:
        await service.until(2, seconds=30)
        await until_none_is_left(second)
    # The same push, under the key that the browser subscribed with.
    assert service.received[0].text == service.received[1].text
    assert len({received.headers["authorization"].rpartition("k=")[2] for received in service.received}) == 1


async def test_a_push_waits_for_a_service_that_is_down(server: Server, service: PushService) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    await register(server, mentor, service.browser("phone"))
    await service.close()
    await ask(server, mentee, mentor)
    await asyncio.sleep(1)
    await service.open()
    await service.until(1, seconds=30)


async def test_no_line_of_the_log_and_no_metric_tells_where_a_push_went(
    database: str, tmp_path: Path, service: PushService
) -> None:
    house = await House.build()
    mentor, first, second = await house.mentor(), await house.person(), await house.person()
    async with pushing(database, tmp_path / "data", MENTORING_LOG_LEVEL="debug") as server:
        await register(server, mentor, service.browser("secret-address"))
        await ask(server, first, mentor)
        await service.until(1)
        await service.close()
        await ask(server, second, mentor)
        async with asyncio.timeout(15):
            while "ClientConnectorError" not in server.log.read_text():
                await asyncio.sleep(0.05)
        await service.open()
        await service.until(2, seconds=30)
        await until_none_is_left(server)
        async with httpx.AsyncClient() as client:
            metrics = (await client.get(f"{server.url}/metrics")).text
        log = server.log.read_text()
    assert 'mentoring_pushes_total{kind="WEB_PUSH",outcome="taken"} 2.0' in metrics
    assert 'mentoring_pushes_total{kind="WEB_PUSH",outcome="later"}' in metrics
    for secret in ("secret-address", f":{service.port}", f"port={service.port}"):
        assert secret not in log
        assert secret not in metrics


async def test_an_inner_address_is_refused_unless_the_settings_allow_it(database: str, tmp_path: Path) -> None:
    person = await (await House.build()).person()
    async with running(tmp_path / "data", database_url=database) as server:
        refused = await server.ask(person, REGISTER, input=Browser("https://127.0.0.1/push").input())
    assert [each["code"] for each in refused["registerDevice"]["errors"]] == ["INVALID"]


async def test_telephones_are_woken_over_fcm_and_apns_where_they_are_switched_on(database: str, tmp_path: Path) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("canary-mentor"), await house.person("canary-mentee")

    def reply(asked: Asked) -> Answer:
        if asked.path == "/token":
            return Answer(body={"access_token": "token", "expires_in": 3_600})
        if asked.path.startswith("/3/device/"):
            gone = {"reason": "Unregistered", "timestamp": int(datetime.now(UTC).timestamp() * 1_000) + 60_000}
            return Answer(status=410, body=gone)
        return Answer(body={})

    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "key.p8").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    async with serving(tmp_path, reply) as carrier:
        (tmp_path / "account.json").write_text(json.dumps(account_at(carrier.url)))
        switched = {
            "SSL_CERT_FILE": str(tmp_path / "ca.pem"),
            "MENTORING_FCM_CREDENTIALS": str(tmp_path / "account.json"),
            "MENTORING_FCM_URL": carrier.url,
            "MENTORING_APNS_KEY": str(tmp_path / "key.p8"),
            "MENTORING_APNS_KEY_ID": "KEY1234567",
            "MENTORING_APNS_TEAM_ID": "TEAM123456",
            "MENTORING_APNS_TOPIC": "com.example.mentoring",
            "MENTORING_APNS_URL": carrier.url,
        }
        async with pushing(database, tmp_path / "data", **switched) as server:
            await register(server, mentor, {"kind": "FCM", "address": "fcm-token"})
            await register(server, mentor, {"kind": "APNS", "address": "ab" * 32})
            await ask(server, mentee, mentor, "canary-message")
            await until_none_is_left(server)
            left = await Device.filter(person_id=mentor.id).values_list("kind", flat=True)
    assert {each.version for each in carrier.asked} == {"2"}
    assert {each.path for each in carrier.asked} == {
        "/token",
        "/v1/projects/mentoring-1/messages:send",
        f"/3/device/{'ab' * 32}",
    }
    assert all(b"canary" not in each.body for each in carrier.asked)
    assert [str(kind) for kind in left] == ["FCM"]
