"""The keys that an issuer publishes: when they are fetched, how long they count, and what is not taken from there."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import uvicorn
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.auth.published import PublishedKeys, read_keys
from api.domain.errors import Fault, FaultCode
from tests.ports import free_port


class Issuer:
    """A server that publishes keys, as an identity provider does; ``answer`` is what it gives in place of them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: list[ECKey] = []
        self.fetches = 0
        self.answer: Response | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def publish(self, _request: Request) -> Response:
        self.fetches += 1
        await self.open.wait()
        found = json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]})
        return self.answer or Response(found, media_type="application/json")

    def rotate(self) -> ECKey:
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        return self.keys[0]


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    port = free_port()
    issuer = Issuer(f"http://127.0.0.1:{port}/keys")
    app = Starlette(routes=[Route("/keys", issuer.publish), Route("/others", issuer.publish)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield issuer
    issuer.open.set()
    server.should_exit = True
    await serving


class Clock:
    """The time that the keys go by."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("api.auth.published.time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


async def ids(keys: PublishedKeys, key_id: str | None) -> set[str | None]:
    return {key.kid for key in (await keys.having(key_id)).keys}


async def unavailable(keys: PublishedKeys, key_id: str | None) -> bool:
    with pytest.raises(Fault) as fault:
        await keys.having(key_id)
    return fault.value.code is FaultCode.UNAVAILABLE


async def test_they_are_fetched_once_for_all_who_wait_and_again_for_one_that_is_new(
    issuer: Issuer, clock: Clock
) -> None:
    keys, first = PublishedKeys(issuer.url), issuer.rotate()
    assert await asyncio.gather(*(ids(keys, first.kid) for _ in range(20))) == [{first.kid}] * 20
    assert issuer.fetches == 1
    second = issuer.rotate()
    for number in range(20):
        assert await ids(keys, str(number)) == {first.kid}, "not so soon: any token could make us fetch"
    assert issuer.fetches == 1
    clock.now += 11
    assert await ids(keys, second.kid) == {second.kid}, "and the issuer took the first one back"
    assert issuer.fetches == 2


async def test_one_that_was_withdrawn_counts_no_longer_though_nothing_new_is_signed(
    issuer: Issuer, clock: Clock
) -> None:
    old, new = issuer.rotate(), ECKey.generate_key("P-256", auto_kid=True)
    issuer.keys = [old, new]  # as issuers do: the next one is published before anything is signed with it
    keys = PublishedKeys(issuer.url)
    assert await ids(keys, old.kid) == {old.kid, new.kid}
    issuer.keys = [new]
    clock.now += 301
    assert await ids(keys, new.kid) == {new.kid}


async def test_those_that_are_known_count_for_hours_while_their_issuer_is_away_and_then_no_more(
    issuer: Issuer, clock: Clock
) -> None:
    keys, key = PublishedKeys(issuer.url), issuer.rotate()
    await keys.having(key.kid)
    issuer.answer = Response("away", 500)
    clock.now += 301
    assert await ids(keys, key.kid) == {key.kid}
    assert issuer.fetches == 2
    assert await unavailable(keys, "another"), "it may be a new one of theirs"
    clock.now += 6 * 3_600
    assert await unavailable(keys, key.kid)
    issuer.answer = None
    clock.now += 11
    assert await ids(keys, key.kid) == {key.kid}


async def test_who_brings_a_known_key_does_not_wait_for_an_issuer_that_does_not_answer(
    issuer: Issuer, clock: Clock
) -> None:
    keys, key = PublishedKeys(issuer.url), issuer.rotate()
    await keys.having(key.kid)
    issuer.open.clear()
    clock.now += 11
    stranger = asyncio.create_task(keys.having("made up"))
    while issuer.fetches < 2:
        await asyncio.sleep(0.01)
    assert await ids(keys, key.kid) == {key.kid}
    assert not stranger.done()
    issuer.open.set()
    await stranger


async def test_where_there_never_were_any_nobody_is_told_to_sign_in(issuer: Issuer, clock: Clock) -> None:
    keys = PublishedKeys(issuer.url)
    issuer.answer = Response("away", 503)
    assert await unavailable(keys, "any")
    assert await unavailable(keys, None)
    assert issuer.fetches == 1
    key, issuer.answer = issuer.rotate(), None
    clock.now += 11
    assert await ids(keys, key.kid) == {key.kid}


@pytest.mark.parametrize("what", ["too much", "elsewhere", "no JSON", "no keys", "a secret", "packed"])
async def test_what_is_no_small_set_of_keys_is_not_taken(issuer: Issuer, what: str) -> None:
    key = issuer.rotate()
    good = json.dumps({"keys": [key.as_dict(private=False)]})
    secret = OctKey.generate_key(256).as_dict(private=True)
    issuer.answer = {
        "too much": Response(good + " " * 262_144),
        "elsewhere": RedirectResponse("/others"),
        "no JSON": Response("<html>"),
        "no keys": Response('{"keys": []}'),
        "a secret": Response(json.dumps({"keys": [secret]})),
        "packed": Response(good.encode(), headers={"Content-Encoding": "gzip"}),
    }[what]
    keys = PublishedKeys(issuer.url)
    if what == "packed":
        # What it says of it is passed over: nothing is unpacked.
        assert await ids(keys, key.kid) == {key.kid}
    else:
        assert await unavailable(keys, key.kid)


def test_keys_of_other_kinds_and_for_other_uses_are_passed_over() -> None:
    good = ECKey.generate_key("P-256", parameters={"kid": "good"})
    for_secrets = RSAKey.generate_key(2048, parameters={"kid": "secrets", "use": "enc"})
    broken = {**good.as_dict(private=False), "kid": "broken", "x": "!"}
    of_tomorrow = {"kty": "AKP", "kid": "tomorrow", "alg": "ML-DSA-44", "pub": "AAAA"}
    found = [good.as_dict(private=False), for_secrets.as_dict(private=False), broken, of_tomorrow, "none", None]
    assert [key.kid for key in read_keys(json.dumps({"keys": found}).encode()).keys] == ["good"]
