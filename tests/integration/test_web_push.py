"""Web Push, as a push service sees it: what is said, what is made of the answer, and where nothing may go."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import ClientConnectorError, web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.models import Device
from api.notifications.push import web as web_push
from api.notifications.push.pusher import Became, Outcome
from api.notifications.push.web import WebPush
from tests.pushes import Browser, PushService, Received, a_push, in_base64url

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = in_base64url(KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    service = PushService()
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def pusher() -> AsyncIterator[WebPush]:
    pusher = WebPush(lambda: KEY, contact="mailto:admin@example.com", private=True)
    yield pusher
    await pusher.close()


def device_of(browser: Browser) -> Device:
    return Device(id=1, **browser.registration())


async def test_a_browser_reads_what_was_sent_and_nothing_else_is_said(pusher: WebPush, service: PushService) -> None:
    browser = service.browser("one")
    assert await pusher.push(device_of(browser), a_push()) == Outcome(became=Became.TAKEN, reason="201")
    (received,) = service.received
    assert received.facts == {"v": 1, "id": "an-id", "type": "RequestReceived", "cursor": "a-cursor", "unread": 3}
    assert received.headers["content-encoding"] == "aes128gcm"
    assert received.headers["urgency"] == "high"
    assert received.headers["topic"] == "log"
    assert 3_590 <= int(received.headers["ttl"]) <= 3_600
    assert b"a-cursor" not in received.body


async def test_what_is_not_pressing_may_wait_for_a_better_moment(pusher: WebPush, service: PushService) -> None:
    await pusher.push(device_of(service.browser("one")), a_push(pressing=False))
    assert service.received[0].headers["urgency"] == "normal"


async def test_each_push_is_signed_for_the_service_that_carries_it(pusher: WebPush, service: PushService) -> None:
    other = PushService()
    await other.open()
    for each in (service, other):
        await pusher.push(device_of(each.browser("one")), a_push())
        claims = each.received[0].signed_by(PUBLIC)
        assert (claims["aud"], claims["sub"]) == (each.url, "mailto:admin@example.com")
        assert time.time() < claims["exp"] <= time.time() + 24 * 3_600
    await other.close()


@pytest.mark.parametrize(
    ("status", "headers", "became", "wait"),
    [
        (200, {}, Became.TAKEN, None),
        (202, {}, Became.TAKEN, None),
        (400, {}, Became.REFUSED, None),
        (401, {}, Became.REFUSED, None),
        (403, {}, Became.REFUSED, None),
        (404, {}, Became.GONE, None),
        (410, {}, Became.GONE, None),
        (413, {}, Became.REFUSED, None),
        (429, {"Retry-After": "7"}, Became.LATER, 7),
        (429, {"Retry-After": "99999999"}, Became.LATER, 3_600),
        (500, {}, Became.LATER, None),
        (503, {"Retry-After": "a while"}, Became.LATER, None),
    ],
)
async def test_each_answer_means_what_the_standard_says(  # noqa: PLR0917 - a table's columns
    pusher: WebPush, service: PushService, status: int, headers: dict[str, str], became: Became, wait: float | None
) -> None:
    browser = service.browser("one")
    service.answers["/push/one"] = [(status, headers)]
    outcome = await pusher.push(device_of(browser), a_push())
    assert (outcome.became, outcome.reason) == (became, str(status))
    assert outcome.wait_seconds == wait


async def test_a_date_to_come_back_at_is_understood(pusher: WebPush, service: PushService) -> None:
    browser, soon = service.browser("one"), datetime.now(UTC) + timedelta(seconds=1_000)
    service.answers["/push/one"] = [(503, {"Retry-After": format_datetime(soon, usegmt=True)})]
    outcome = await pusher.push(device_of(browser), a_push())
    assert outcome.wait_seconds == pytest.approx(1_000, abs=50)


async def test_a_redirect_is_not_followed(pusher: WebPush, service: PushService) -> None:
    browser, elsewhere = service.browser("one"), service.browser("two")
    service.answers["/push/one"] = [(307, {"Location": elsewhere.endpoint})]
    assert (await pusher.push(device_of(browser), a_push())).became is Became.REFUSED
    assert service.to(elsewhere) == []


async def test_an_endless_answer_is_not_read(pusher: WebPush, service: PushService) -> None:
    browser = service.browser("one")

    async def endless(_received: Received) -> web.StreamResponse:
        (request,) = asking
        answer = web.StreamResponse(status=503)
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 65_536)

    asking: list[web.Request] = []
    take = service._take

    async def remembered(request: web.Request) -> web.StreamResponse:
        asking.append(request)
        return await take(request)

    service._take = remembered  # type: ignore[method-assign]
    await service.close()
    await service.open()
    service.before_answer = endless
    async with asyncio.timeout(3):
        assert (await pusher.push(device_of(browser), a_push())).became is Became.LATER


async def test_a_push_service_that_says_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, pusher: WebPush, service: PushService
) -> None:
    monkeypatch.setattr(web_push, "SECONDS_TO_ANSWER", 0.3)

    async def think(_received: Received) -> None:
        await asyncio.sleep(30)

    service.before_answer = think
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await pusher.push(device_of(service.browser("one")), a_push())


async def test_a_name_that_stands_for_a_private_address_is_connected_to_by_nobody(
    monkeypatch: pytest.MonkeyPatch, service: PushService
) -> None:
    def resolve(_host: object, port: int, *_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    browser = Browser(f"http://push.example.com:{service.port}/push/one")
    for private, became in ((False, Became.REFUSED), (True, Became.TAKEN)):
        pusher = WebPush(lambda: KEY, contact="mailto:admin@example.com", private=private)
        outcome = await pusher.push(device_of(browser), a_push())
        assert outcome.became is became
        assert len(service.received) == int(private)
        await pusher.close()


async def test_an_address_in_old_notation_is_connected_to_by_nobody(service: PushService) -> None:
    pusher = WebPush(lambda: KEY, contact="mailto:admin@example.com", private=False)
    for host in ("127.0.0.1", "127.1", "2130706433", "0x7f000001"):
        outcome = await pusher.push(device_of(Browser(f"http://{host}:{service.port}/push/one")), a_push())
        assert outcome.became is Became.REFUSED
    assert service.received == []
    await pusher.close()


async def test_a_service_that_is_away_is_asked_again(pusher: WebPush, service: PushService) -> None:
    browser = service.browser("one")
    await service.close()
    with pytest.raises(ClientConnectorError):
        await pusher.push(device_of(browser), a_push())


async def test_names_that_nobody_answers_for_hold_up_nothing_else(
    monkeypatch: pytest.MonkeyPatch, pusher: WebPush
) -> None:
    monkeypatch.setattr(web_push, "SECONDS_TO_ANSWER", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2))
    devices = [device_of(Browser(f"https://{number}.example.com/push")) for number in range(40)]
    pushes = [asyncio.create_task(pusher.push(device, a_push())) for device in devices]
    await asyncio.sleep(0.2)
    async with asyncio.timeout(1):
        await asyncio.to_thread(lambda: None)
    assert all(isinstance(each, Exception) for each in await asyncio.gather(*pushes, return_exceptions=True))
