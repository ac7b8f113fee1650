"""Pushes over FCM, against a server that speaks its documented form."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from api.models import Device
from api.notifications.push.fcm import Fcm
from api.notifications.push.pusher import Became, Outcome
from tests.http2 import Answer, Asked, Http2Server, serving
from tests.pushes import a_push

PEM: Final = (
    rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
SEND: Final = "/v1/projects/mentoring-1/messages:send"


def account_at(url: str) -> dict[str, str]:
    return {
        "type": "service_account",
        "project_id": "mentoring-1",
        "private_key_id": "key-1",
        "private_key": PEM,
        "client_email": "push@mentoring-1.iam.gserviceaccount.com",
        "token_uri": f"{url}/token",
    }


def failed(status: int, name: str, code: str | None = None) -> Answer:
    """An error as Google's APIs give it, with FCM's own code where there is one."""
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    error = {"code": status, "message": "…", "status": name, "details": [detail] if code else []}
    return Answer(status=status, body={"error": error})


@dataclass
class Firebase:
    """What FCM says to messages, and how many tokens it gave out."""

    answer: Answer
    tokens: int = 0
    expires_in: int = 3_600
    refuses_tokens: Answer | None = None

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            if self.refuses_tokens:
                return self.refuses_tokens
            self.tokens += 1
            return Answer(
                body={
                    "access_token": f"token-{self.tokens}",
                    "expires_in": self.expires_in,
                    "token_type": "Bearer",
                }
            )
        return self.answer


TAKEN: Final = Answer(body={"name": "projects/mentoring-1/messages/1"})


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Http2Server]:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with serving(tmp_path, Firebase(TAKEN)) as server:
        yield server


@pytest.fixture
async def fcm(server: Http2Server) -> AsyncIterator[Fcm]:
    fcm = Fcm(account_at(server.url), url=server.url)
    yield fcm
    await fcm.close()


def firebase_of(server: Http2Server) -> Firebase:
    assert isinstance(server.answer, Firebase)
    return server.answer


def messages(server: Http2Server) -> list[Asked]:
    return [each for each in server.asked if each.path == SEND]


DEVICE: Final = {"id": 1, "kind": "FCM", "address": "device-token"}


async def test_a_message_has_the_documented_form(fcm: Fcm, server: Http2Server) -> None:
    assert await fcm.push(Device(**DEVICE), a_push()) == Outcome(became=Became.TAKEN, reason="200")
    token, sent = server.asked
    assert (sent.version, sent.method, sent.path) == ("2", "POST", SEND)
    assert sent.headers["authorization"] == "Bearer token-1"
    message = sent.json["message"]
    ttl = message["android"].pop("ttl")
    assert 3_590 <= int(ttl.removesuffix("s")) <= 3_600
    assert message == {
        "token": "device-token",
        "data": {"v": "1", "id": "an-id", "type": "RequestReceived", "cursor": "a-cursor", "unread": "3"},
        "android": {"priority": "HIGH", "collapse_key": "log"},
    }
    assert token.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assertion = jwt.decode(token.form["assertion"], RSAKey.import_key(PEM))
    assert (assertion.header["alg"], assertion.header["kid"]) == ("RS256", "key-1")
    assert assertion.claims["iss"] == "push@mentoring-1.iam.gserviceaccount.com"
    assert assertion.claims["aud"] == f"{server.url}/token"
    assert assertion.claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
    assert 0 < assertion.claims["exp"] - time.time() <= 3_600


async def test_what_is_not_pressing_may_wait(fcm: Fcm, server: Http2Server) -> None:
    await fcm.push(Device(**DEVICE), a_push(pressing=False))
    assert messages(server)[0].json["message"]["android"]["priority"] == "NORMAL"


async def test_a_token_is_asked_for_once_and_again_before_it_ends(fcm: Fcm, server: Http2Server) -> None:
    for _ in range(3):
        await fcm.push(Device(**DEVICE), a_push())
    assert firebase_of(server).tokens == 1
    fcm._token_ends = time.monotonic()
    await fcm.push(Device(**DEVICE), a_push())
    assert [each.headers["authorization"] for each in messages(server)] == ["Bearer token-1"] * 3 + ["Bearer token-2"]


async def test_a_token_that_is_refused_is_not_used_again(fcm: Fcm, server: Http2Server) -> None:
    firebase_of(server).answer = failed(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")
    assert (await fcm.push(Device(**DEVICE), a_push())).became is Became.LATER
    firebase_of(server).answer = TAKEN
    assert (await fcm.push(Device(**DEVICE), a_push())).became is Became.TAKEN
    assert firebase_of(server).tokens == 2


async def test_no_token_means_later(fcm: Fcm, server: Http2Server) -> None:
    firebase_of(server).refuses_tokens = Answer(status=503, headers={"Retry-After": "30"})
    outcome = await fcm.push(Device(**DEVICE), a_push())
    assert (outcome.became, outcome.wait_seconds) == (Became.LATER, 30)
    assert messages(server) == []


@pytest.mark.parametrize(
    ("answer", "became"),
    [
        (failed(404, "NOT_FOUND", "UNREGISTERED"), Became.GONE),
        # A project of that name is not there: no device is to blame.
        (failed(404, "NOT_FOUND"), Became.REFUSED),
        (failed(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), Became.REFUSED),
        (failed(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), Became.REFUSED),
        (failed(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), Became.LATER),
        (failed(500, "INTERNAL", "INTERNAL"), Became.LATER),
        (failed(503, "UNAVAILABLE", "UNAVAILABLE"), Became.LATER),
        (Answer(status=502), Became.LATER),
    ],
)
async def test_each_answer_means_what_is_documented(
    fcm: Fcm, server: Http2Server, answer: Answer, became: Became
) -> None:
    firebase_of(server).answer = answer
    assert (await fcm.push(Device(**DEVICE), a_push())).became is became


async def test_a_service_that_asks_to_wait_is_left_alone_for_as_long(fcm: Fcm, server: Http2Server) -> None:
    body = failed(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED").body
    firebase_of(server).answer = Answer(status=429, body=body, headers={"Retry-After": "60"})
    outcome = await fcm.push(Device(**DEVICE), a_push())
    assert (outcome.reason, outcome.wait_seconds) == ("429 QUOTA_EXCEEDED", 60)
