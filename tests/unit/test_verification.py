"""Tokens that are not what they say: each way to make one, after RFC 8725, and what it comes to."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, RSAKey

from api.auth.keys import LocalKeys, local_key
from api.auth.tokens import issue_token
from api.auth.verification import SECONDS_AHEAD, Verified, Verifier
from api.auth.verified import VerifiedTokens
from api.domain.errors import Fault, FaultCode
from api.settings import Settings

STRANGER = ECKey.generate_key("P-256", auto_kid=True)


@dataclass
class Issuer:
    """Ours, with the key that we trust."""

    settings: Settings
    key: ECKey
    verifier: Verifier

    def claims(self, **changes: Any) -> dict[str, Any]:
        claims = {
            "iss": self.settings.token_issuer,
            "aud": self.settings.token_audience,
            "sub": "ada",
            "exp": int(time.time()) + 600,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def sign(self, claims: dict[str, Any] | None = None, key: ECKey | None = None, **header: Any) -> str:
        told = {"alg": "ES256", "kid": self.key.kid, **header}
        named = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(named, claims or self.claims(), key or self.key)

    def sign_text(self, payload: str, header: str | None = None) -> str:
        """As somebody signs who writes JSON by hand."""
        parts = [header or json.dumps({"alg": "ES256", "kid": self.key.kid}), payload]
        signed = b".".join(encoded(part.encode()) for part in parts)
        assert self.key.private_key
        numbers = decode_dss_signature(self.key.private_key.sign(signed, ECDSA(SHA256())))
        signature = b"".join(number.to_bytes(32) for number in numbers)
        return b".".join((signed, encoded(signature))).decode()

    async def opens_to(self, token: str) -> bool:
        try:
            return (await self.verifier.verify(token)).subject == "ada"
        except Fault as fault:
            # Whatever is wrong with a token is told so: it is never a fault of ours.
            return fault.code is not FaultCode.UNAUTHENTICATED


def encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    settings = Settings(data=tmp_path)
    key = local_key(settings.signing_key_file)
    return Issuer(settings, key, Verifier(settings, LocalKeys(settings.signing_key_file)))


async def test_a_token_of_our_issuer_opens(issuer: Issuer) -> None:
    assert await issuer.opens_to(issue_token(issuer.settings, issuer.key, "ada"))
    assert await issuer.opens_to(issuer.sign())
    assert await issuer.opens_to(issuer.sign_text(json.dumps(issuer.claims())))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "at+jwt"},
        {"typ": "application/at+JWT"},
        {"cat": "a name that nobody knows"},
        {"jku": "https://evil.example/keys", "x5u": "https://evil.example/chain"},
        {"jwk": STRANGER.as_dict(private=False)},
    ],
    ids="-".join,
)
async def test_what_a_good_token_says_beyond_is_passed_over(issuer: Issuer, header: dict[str, Any]) -> None:
    text = json.dumps({"alg": "ES256", "kid": issuer.key.kid, **header})
    assert await issuer.opens_to(issuer.sign_text(json.dumps(issuer.claims()), text))


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({"iss": "somebody else"}, False),
        ({"iss": None}, False),
        ({"iss": ["mentoring-api"]}, False),
        ({"aud": "another service"}, False),
        ({"aud": None}, False),
        ({"aud": []}, False),
        ({"aud": ["another service"]}, False),
        ({"aud": ["another service", "mentoring-api"]}, True),
        ({"aud": {"mentoring-api": True}}, False),
        ({"sub": None}, False),
        ({"sub": ""}, False),
        ({"sub": 7}, False),
        ({"sub": ["ada"]}, False),
        ({"sub": "ada\0"}, False),
        ({"sub": "a" * 256}, False),
        ({"exp": None}, False),
        ({"exp": "tomorrow"}, False),
        ({"exp": True}, False),
        ({"exp": -1}, False),
        ({"exp": 10**300}, False),
        ({"exp": 1e18}, False),
    ],
    ids=str,
)
async def test_claims_have_to_be_ours_and_of_their_kinds(issuer: Issuer, changes: dict[str, Any], opens: bool) -> None:
    assert await issuer.opens_to(issuer.sign(issuer.claims(**changes))) is opens


@pytest.mark.parametrize(
    ("claim", "seconds", "opens"),
    [
        ("exp", -1, False),
        ("exp", 30, True),
        ("nbf", SECONDS_AHEAD + 5, False),
        ("nbf", SECONDS_AHEAD - 5, True),
        ("iat", SECONDS_AHEAD + 5, False),
        ("iat", SECONDS_AHEAD - 5, True),
    ],
)
async def test_an_issuers_clock_may_be_ahead_by_so_much_and_no_token_outlives_its_end(
    issuer: Issuer, claim: str, seconds: int, opens: bool
) -> None:
    assert await issuer.opens_to(issuer.sign(issuer.claims(**{claim: int(time.time()) + seconds}))) is opens


def another_part(token: str, place: int, change: Callable[[str], str]) -> str:
    parts = token.split(".")
    parts[place] = change(parts[place])
    return ".".join(parts)


def unsigned(issuer: Issuer, algorithm: str) -> str:
    header = encoded(json.dumps({"alg": algorithm}).encode()).decode()
    return ".".join((header, issuer.sign().split(".")[1], ""))


def with_our_public_key_as_a_secret(issuer: Issuer, secret: bytes) -> str:
    """What whoever reads the algorithm from the token would take for a signature of ours."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": issuer.key.kid}, issuer.claims())]
    signed = b".".join(encoded(part) for part in parts)
    return b".".join((signed, encoded(hmac.digest(secret, signed, "sha256")))).decode()


def encrypted(issuer: Issuer) -> str:
    """Whoever knows the public key can encrypt: that proves nothing."""
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": issuer.key.kid}
    return jwt.encode(header, issuer.claims(), issuer.key, registry=jwe.JWERegistry())


def twice(issuer: Issuer, name: str, first: str) -> str:
    """The last one says the truth, which is what most readers take."""
    return issuer.sign_text('{"' + name + '": ' + first + ", " + json.dumps(issuer.claims())[1:])


def a_header(issuer: Issuer, text: str) -> str:
    return issuer.sign_text(json.dumps(issuer.claims()), text)


FORGED: dict[str, Callable[[Issuer], str]] = {
    "alg none": lambda issuer: unsigned(issuer, "none"),
    "alg None": lambda issuer: unsigned(issuer, "NoNe"),
    "no signature": lambda issuer: another_part(issuer.sign(), 2, lambda _: ""),
    "HS256 with our public key as JWK": lambda issuer: with_our_public_key_as_a_secret(
        issuer, json.dumps(issuer.key.as_dict(private=False)).encode()
    ),
    "HS256 with our public key as PEM": lambda issuer: with_our_public_key_as_a_secret(
        issuer, issuer.key.as_pem(private=False)
    ),
    "another key under our key's name": lambda issuer: issuer.sign(key=STRANGER),
    "another key under its own name": lambda issuer: issuer.sign(key=STRANGER, kid=STRANGER.kid),
    "another kind of key": lambda issuer: jwt.encode(
        {"alg": "RS256", "kid": issuer.key.kid}, issuer.claims(), RSAKey.generate_key(2048)
    ),
    "jwk brings its own key": lambda issuer: issuer.sign(
        key=STRANGER, kid=STRANGER.kid, jwk=STRANGER.as_dict(private=False)
    ),
    "jku names its own keys": lambda issuer: issuer.sign(key=STRANGER, kid=STRANGER.kid, jku="http://127.0.0.1:9/keys"),
    "x5u names its own chain": lambda issuer: issuer.sign(key=STRANGER, kid=STRANGER.kid, x5u="http://127.0.0.1:9/c"),
    "kid is a path": lambda issuer: issuer.sign(key=STRANGER, kid="../../../../dev/null"),
    "kid is SQL": lambda issuer: issuer.sign(key=STRANGER, kid="x' UNION SELECT 'key"),
    "kid is an address": lambda issuer: issuer.sign(key=STRANGER, kid="http://127.0.0.1:9/key"),
    "kid is no string": lambda issuer: a_header(issuer, '{"alg": "ES256", "kid": {"a": 1}}'),
    "crit": lambda issuer: a_header(issuer, json.dumps({"alg": "ES256", "crit": ["exp"], "exp": 1})),
    "crit is known to the library": lambda issuer: a_header(issuer, '{"alg": "ES256", "b64": true, "crit": ["b64"]}'),
    "b64": lambda issuer: a_header(issuer, '{"alg": "ES256", "b64": false}'),
    "typ of another kind": lambda issuer: issuer.sign(typ="logout+jwt"),
    "a header twice": lambda issuer: a_header(issuer, '{"alg": "none", "alg": "ES256"}'),
    "a header that is a list": lambda issuer: a_header(issuer, '["alg"]'),
    "a header nested deep": lambda issuer: a_header(issuer, "[" * 3_000 + "]" * 3_000),
    "a claim twice": lambda issuer: twice(issuer, "sub", '"grace"'),
    "an exp twice": lambda issuer: twice(issuer, "exp", "1"),
    "NaN as exp": lambda issuer: issuer.sign_text(json.dumps(issuer.claims(exp=float("nan")))),
    "claims nested deep": lambda issuer: issuer.sign_text("[" * 3_000 + "]" * 3_000),
    "claims that are a list": lambda issuer: issuer.sign_text("[]"),
    "claims that are no JSON": lambda issuer: issuer.sign_text("sub=ada"),
    "another body": lambda issuer: another_part(
        issuer.sign(), 1, lambda _: encoded(json.dumps(issuer.claims(sub="grace")).encode()).decode()
    ),
    "JWE": encrypted,
    "not three parts": lambda issuer: issuer.sign() + ".",
    "no token": lambda _: "no.token.at.all",
    "no ASCII": lambda _: "é.é.é",
    "nothing": lambda _: "..",
}


@pytest.mark.parametrize("how", FORGED)
async def test_a_token_that_is_not_what_it_says_does_not_open(issuer: Issuer, how: str) -> None:
    assert not await issuer.opens_to(FORGED[how](issuer))


def told(seconds: float) -> Verified:
    expires_at = datetime.fromtimestamp(time.time() + seconds, UTC)
    return Verified(subject="ada", roles=(), issued_at=None, expires_at=expires_at)


def test_tokens_are_known_for_five_minutes_and_never_too_many_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    known = VerifiedTokens()
    for number in range(10_001):
        known.put(str(number), told(3_600))
        if number == 5_000:
            assert known.get("0") is not None
    assert known.get("0") is not None, "used since"
    assert known.get("1") is None, "used longest ago"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 301)
    assert known.get("10000") is None


def test_a_token_is_known_until_it_expires_and_not_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    known, now = VerifiedTokens(), time.time()
    known.put("short", told(60))
    monkeypatch.setattr(time, "time", lambda: now + 59)
    assert known.get("short") is not None
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert known.get("short") is None
