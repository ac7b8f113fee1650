"""Pushes over APNs, against a server that speaks its documented form."""

import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from api.models import Device
from api.notifications.push.apns import Apns
from api.notifications.push.pusher import Became, Outcome
from tests.http2 import Answer, Http2Server, serving
from tests.pushes import a_push

KEY: Final = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
TOKEN: Final = "ab" * 32
NOW: Final = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Http2Server]:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with serving(tmp_path, lambda _asked: Answer()) as server:
        yield server


@pytest.fixture
async def apns(server: Http2Server, tmp_path: Path) -> AsyncIterator[Apns]:
    key = tmp_path / "key.p8"
    key.write_bytes(KEY)
    apns = Apns(key, key_id="KEY1234567", team_id="TEAM123456", topic="com.example.mentoring", url=server.url)
    yield apns
    await apns.close()


DEVICE: Final = {"id": 1, "kind": "APNS", "address": TOKEN}


def tokens(server: Http2Server) -> list[str]:
    return [each.headers["authorization"].removeprefix("bearer ") for each in server.asked]


async def test_a_notification_has_the_documented_form(apns: Apns, server: Http2Server) -> None:
    push = a_push()
    assert await apns.push(Device(**DEVICE), push) == Outcome(became=Became.TAKEN, reason="200")
    (sent,) = server.asked
    assert (sent.version, sent.method, sent.path) == ("2", "POST", f"/3/device/{TOKEN}")
    assert sent.headers["apns-topic"] == "com.example.mentoring"
    assert sent.headers["apns-push-type"] == "alert"
    assert sent.headers["apns-priority"] == "10"
    assert sent.headers["apns-expiration"] == str(int(push.expires_at.timestamp()))
    assert sent.headers["apns-collapse-id"] == "an-id"
    assert str(uuid.UUID(sent.headers["apns-id"])) == sent.headers["apns-id"]
    assert sent.json == {
        "aps": {"alert": {"loc-key": "RequestReceived"}, "badge": 3, "sound": "default", "mutable-content": 1},
        "v": 1,
        "id": "an-id",
        "type": "RequestReceived",
        "cursor": "a-cursor",
        "unread": 3,
    }
    token = jwt.decode(tokens(server)[0], ECKey.import_key(KEY))
    assert (token.header["alg"], token.header["kid"]) == ("ES256", "KEY1234567")
    assert token.claims["iss"] == "TEAM123456"
    assert abs(token.claims["iat"] - time.time()) < 10


async def test_one_push_has_the_same_id_however_often_it_is_sent(apns: Apns, server: Http2Server) -> None:
    for device, push in ((1, "one"), (1, "one"), (1, "two"), (2, "one")):
        await apns.push(Device(**{**DEVICE, "id": device}), a_push(id=push, pressing=False))
    first, again, other, elsewhere = (each.headers["apns-id"] for each in server.asked)
    assert first == again
    assert len({first, other, elsewhere}) == 3
    assert server.asked[0].headers["apns-priority"] == "5"


async def test_a_token_is_used_for_forty_minutes(
    apns: Apns, server: Http2Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = time.monotonic()
    for minutes in (0, 39, 41, 80):
        monkeypatch.setattr("api.notifications.push.apns.time.monotonic", lambda at=started + minutes * 60: at)
        await apns.push(Device(**DEVICE), a_push())
    monkeypatch.undo()
    first, second, third, fourth = tokens(server)
    assert first == second != third == fourth


async def test_a_token_that_has_expired_is_made_anew_but_not_within_twenty_minutes(
    apns: Apns, server: Http2Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = lambda _asked: Answer(status=403, body={"reason": "ExpiredProviderToken"})
    started = time.monotonic()
    for minutes in (0, 10, 21, 22):
        monkeypatch.setattr("api.notifications.push.apns.time.monotonic", lambda at=started + minutes * 60: at)
        assert (await apns.push(Device(**DEVICE), a_push())).became is Became.LATER
    monkeypatch.undo()
    first, second, third, fourth = tokens(server)
    assert first == second == third != fourth


@pytest.mark.parametrize(
    ("status", "body", "became"),
    [
        (410, {"reason": "Unregistered", "timestamp": int(NOW.timestamp() * 1_000)}, Became.GONE),
        (410, {"reason": "ExpiredToken"}, Became.GONE),
        (400, {"reason": "BadDeviceToken"}, Became.GONE),
        # Ours to mend, and no device's fault.
        (400, {"reason": "DeviceTokenNotForTopic"}, Became.REFUSED),
        (400, {"reason": "BadTopic"}, Became.REFUSED),
        (403, {"reason": "InvalidProviderToken"}, Became.REFUSED),
        (404, {"reason": "BadPath"}, Became.REFUSED),
        (413, {"reason": "PayloadTooLarge"}, Became.REFUSED),
        (429, {"reason": "TooManyRequests"}, Became.LATER),
        (429, {"reason": "TooManyProviderTokenUpdates"}, Became.LATER),
        (500, {"reason": "InternalServerError"}, Became.LATER),
        (503, {"reason": "ServiceUnavailable"}, Became.LATER),
        (503, None, Became.LATER),
    ],
)
async def test_each_answer_means_what_is_documented(
    apns: Apns, server: Http2Server, status: int, body: dict[str, Any] | None, became: Became
) -> None:
    server.answer = lambda _asked: Answer(status=status, body=body)
    outcome = await apns.push(Device(**DEVICE), a_push())
    assert outcome.became is became
    assert outcome.reason == f"{status} {(body or {}).get('reason', '')}".strip()
    assert outcome.gone_at == (NOW if body and "timestamp" in body else None)
