"""Who is asking: only what the issuer signed, for us, and still good."""

import asyncio
import base64
import contextlib
import gzip
import json
import stat
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.auth.keys import LocalKeys, PublishedKeys, local_key
from api.auth.tokens import Authenticator, issue_token
from api.auth.verified import VerifiedTokens
from api.domain.errors import Fault, FaultCode
from api.models import Person
from api.settings import Settings
from tests.acceptance.servers import free_port
from tests.houses import House


@dataclass
class Door:
    settings: Settings
    key: ECKey
    person: Person
    authenticator: Authenticator

    def claims(self, **changes: Any) -> dict[str, Any]:
        claims = {
            "iss": self.settings.token_issuer,
            "aud": self.settings.token_audience,
            "sub": self.person.subject,
            "exp": int(time.time()) + 60,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    async def opens_to(self, token: str) -> bool:
        try:
            identity = await self.authenticator.identify(f"Bearer {token}")
        except Fault as fault:
            return fault.code is not FaultCode.UNAUTHENTICATED
        assert identity.viewer.person_id == self.person.id
        return True


@pytest.fixture
async def door(database: str, tmp_path: Path) -> Door:
    settings = Settings(data=tmp_path)
    person = await (await House.build()).person()
    key = local_key(settings.signing_key_file)
    return Door(settings, key, person, Authenticator(settings, LocalKeys(settings.signing_key_file)))


async def test_a_token_that_we_issued_opens(door: Door) -> None:
    token = issue_token(door.settings, door.key, door.person.subject)
    assert await door.opens_to(token)
    assert await door.opens_to(f"  {token}  ")


async def test_a_signature_is_checked_once_and_time_goes_on_all_the_same(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = jwt.encode({"alg": "ES256", "kid": door.key.kid}, door.claims(exp=int(time.time()) + 2), door.key)
    assert await door.opens_to(token)
    checked: list[str] = []
    monkeypatch.setattr(jwt, "decode", lambda token, *_, **__: checked.append(token))
    assert await door.opens_to(token)
    assert checked == []
    await door.person.update_from_dict({"deactivated_at": datetime.now(UTC)}).save()
    assert not await door.opens_to(token)
    await door.person.update_from_dict({"deactivated_at": None}).save()
    assert await door.opens_to(token)
    await asyncio.sleep(2.1)
    assert not await door.opens_to(token)


def test_tokens_are_known_for_five_minutes_and_never_too_many_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    known = VerifiedTokens()
    for number in range(10_001):
        known.put(str(number), {"sub": str(number)})
        if number == 5_000:
            assert known.get("0") is not None
    assert known.get("0") is not None, "used since"
    assert known.get("1") is None, "used longest ago"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 301)
    assert known.get("10000") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody else"},
        {"iss": None},
        {"aud": "another service"},
        {"aud": None},
        {"aud": []},
        {"sub": None},
        {"sub": "nobody"},
        {"sub": ""},
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": int(time.time()) + 3_600},
    ],
    ids=lambda changes: next(iter(changes)),  # the same in every process, whatever the time
)
async def test_a_token_with_other_claims_does_not(door: Door, changes: dict[str, Any]) -> None:
    token = jwt.encode({"alg": "ES256", "kid": door.key.kid}, door.claims(**changes), door.key)
    assert not await door.opens_to(token)


@pytest.mark.parametrize(
    ("roles", "administrator"),
    [
        (["mentoring:admin"], True),
        (["somebody:else", "mentoring:admin"], True),
        (None, False),
        ([], False),
        (["admin"], False),
        (["mentoring:admin:not"], False),
        ("mentoring:admin", False),
        ({"mentoring:admin": True}, False),
        (["mentoring:admin", 1], False),
        ([["mentoring:admin"]], False),
        (True, False),
    ],
    ids=str,
)
async def test_the_role_is_one_of_a_list_of_strings_and_whatever_else_is_none(
    door: Door, roles: object, administrator: bool
) -> None:
    token = jwt.encode({"alg": "ES256", "kid": door.key.kid}, door.claims(roles=roles), door.key)
    identity = await door.authenticator.identify(f"Bearer {token}")
    assert (identity.viewer.person_id, identity.viewer.administrator) == (door.person.id, administrator)


async def test_a_token_that_we_issued_gives_the_roles_that_we_said(door: Door) -> None:
    for roles, administrator in (((), False), (("mentoring:admin",), True)):
        token = issue_token(door.settings, door.key, door.person.subject, roles=roles)
        assert (await door.authenticator.identify(f"Bearer {token}")).viewer.administrator is administrator


def unsigned(claims: dict[str, Any]) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


async def test_a_token_signed_otherwise_does_not(door: Door) -> None:
    claims = door.claims()
    stranger = ECKey.generate_key("P-256", parameters={"kid": str(door.key.kid)})
    public = OctKey.import_key(json.dumps(door.key.as_dict(private=False)))
    good = jwt.encode({"alg": "ES256", "kid": door.key.kid}, claims, door.key)
    head, body, signature = good.split(".")
    forged = {
        "not signed": unsigned(claims),
        "another key under our key's name": jwt.encode({"alg": "ES256", "kid": door.key.kid}, claims, stranger),
        "our public key as a shared secret": jwt.encode({"alg": "HS256", "kid": door.key.kid}, claims, public),
        "another algorithm": jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048)),
        "no signature": f"{head}.{body}.",
        "another body": f"{head}.{body[:-2]}.{signature}",
        "no token": "no.token.at.all",
        "not ASCII": "é.é.é",
        "too long": "a" * 100_000,
        "a path for a key": jwt.encode({"alg": "ES256", "kid": "../../etc/passwd"}, claims, stranger),
    }
    for what, token in forged.items():
        assert not await door.opens_to(token), what
    assert await door.opens_to(good)


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", "Basic abc", "token", "Bearer a b c"])
async def test_an_authorization_that_is_no_bearer_token_is_told_what_to_send(door: Door, value: str | None) -> None:
    with pytest.raises(Fault) as fault:
        await door.authenticator.identify(value)
    assert fault.value.code is FaultCode.UNAUTHENTICATED


async def test_somebody_of_two_organisations_is_whoever_the_subject_names(door: Door) -> None:
    other = await (await House.build()).person()
    await Person.filter(id=other.id).update(email=door.person.email)
    assert await door.opens_to(issue_token(door.settings, door.key, door.person.subject))


def make_key(file: Path) -> str:
    return str(local_key(file).kid)


def test_processes_that_start_at_once_make_one_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "signing-key.json"
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        ids = set(pool.map(make_key, [file] * 3))
    assert len(ids) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == [file.name]


class Issuer:
    """A server that publishes keys, as an identity provider does."""

    def __init__(self) -> None:
        self.keys: list[ECKey] = []
        self.fetches = 0

    async def publish(self, _request: Request) -> JSONResponse:
        self.fetches += 1
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    def rotate(self) -> ECKey:
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        return self.keys[0]


@pytest.fixture
async def issuer() -> AsyncIterator[tuple[Issuer, str]]:
    issuer, port = Issuer(), free_port()
    app = Starlette(routes=[Route("/keys", issuer.publish)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield issuer, f"http://127.0.0.1:{port}/keys"
    server.should_exit = True
    await serving


async def test_published_keys_are_fetched_once_and_again_for_one_that_is_new(
    door: Door, issuer: tuple[Issuer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, url = issuer
    now = time.monotonic()
    monkeypatch.setattr("api.auth.keys.time", SimpleNamespace(monotonic=lambda: now))
    door.authenticator = Authenticator(door.settings, PublishedKeys(url))
    signed: Callable[[ECKey], str] = lambda key: jwt.encode({"alg": "ES256", "kid": key.kid}, door.claims(), key)  # noqa: E731

    first = publisher.rotate()
    assert all(await asyncio.gather(*(door.opens_to(signed(first)) for _ in range(20))))
    assert publisher.fetches == 1
    second = publisher.rotate()
    assert not await door.opens_to(signed(second)), "not so soon: any token could make us fetch"
    assert publisher.fetches == 1
    now += 11
    assert await door.opens_to(signed(second))
    assert not await door.opens_to(signed(first)), "the issuer took it back"
    assert publisher.fetches == 2


async def test_a_key_that_its_issuer_withdrew_counts_no_longer_though_nothing_new_is_signed(
    door: Door, issuer: tuple[Issuer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, url = issuer
    now = time.monotonic()
    monkeypatch.setattr("api.auth.keys.time", SimpleNamespace(monotonic=lambda: now))
    old, new = publisher.rotate(), ECKey.generate_key("P-256", auto_kid=True)
    publisher.keys = [old, new]  # as issuers do: the next one is published before anything is signed with it
    keys = PublishedKeys(url)
    assert {key.kid for key in (await keys.having(old.kid)).keys} == {old.kid, new.kid}
    publisher.keys = [new]
    now += 301
    assert {key.kid for key in (await keys.having(new.kid)).keys} == {new.kid}


async def test_keys_that_are_known_stay_while_their_issuer_is_away(
    door: Door, issuer: tuple[Issuer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, url = issuer
    now = time.monotonic()
    monkeypatch.setattr("api.auth.keys.time", SimpleNamespace(monotonic=lambda: now))
    keys, key = PublishedKeys(url), publisher.rotate()
    await keys.having(key.kid)
    monkeypatch.setattr(keys, "_url", f"{url}/gone")
    now += 301
    assert [each.kid for each in (await keys.having(key.kid)).keys] == [key.kid]


@pytest.mark.parametrize("answer", ["endless", "slow", "packed"])
async def test_an_issuer_that_gives_no_end_of_keys_is_left(
    door: Door, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """However it does so: a known key goes on opening, and nobody waits for longer than a fetch may take."""
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        packed = b"Content-Encoding: gzip\r\n" if answer == "packed" else b""
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + packed + b"\r\n")
        part = gzip.compress(b" " * 2**24) if answer == "packed" else b" " * (1 if answer == "slow" else 2**16)
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(part)
                await writer.drain()
                sent += len(part)
                await asyncio.sleep(0.01 if answer == "slow" else 0)
        writer.close()

    if answer == "slow":
        monkeypatch.setattr("api.auth.keys._FETCH_SECONDS", 0.5)
    server = await asyncio.start_server(serve, "127.0.0.1")
    async with server:
        keys = PublishedKeys(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys")
        with pytest.raises(httpx.ReadTimeout if answer == "slow" else ValueError):
            await keys.having("any")
        known = KeySet([door.key])
        monkeypatch.setattr(keys, "_keys", known)
        monkeypatch.setattr(keys, "_tried_at", float("-inf"))
        assert await keys.having(door.key.kid) is known
    assert sent < 2**24
