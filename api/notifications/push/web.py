"""Web Push (RFC 8030, 8291, 8292), for browsers and UnifiedPush.

Faults of pywebpush 2.5.0 that this module works around, with tests in `tests/integration/test_web_push.py`:

- It follows redirects, wherever they lead, and reads all that it is answered, however much that is: what it posts
  through does neither (`test_a_redirect_is_not_followed`, `test_an_endless_answer_is_not_read`).
- It gives an answer as long as it takes, unless told otherwise (`test_a_push_service_that_says_nothing_is_left`).
- It writes the audience of one push into the claims that it was given, and would keep it for the next: each push has
  claims of its own (`test_each_push_is_signed_for_the_service_that_carries_it`).
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any, Final

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid
from pywebpush import WebPushException, webpush_async

from api.models import Device
from api.notifications.push.addresses import is_public
from api.notifications.push.pusher import SECONDS_TO_ANSWER, TOPIC, Became, Outcome, Push, refused_or_later

_TAKEN: Final = range(200, 300)
_GONE: Final = (404, 410)
_LOOKUPS_AT_ONCE: Final = 16


class PrivateAddress(OSError):  # noqa: N818 - a refusal
    """A push would go where not everybody can reach."""


class _Answer:
    """What a push service said, as pywebpush asks for it."""

    def __init__(self, status: int, reason: str | None, headers: Mapping[str, str]) -> None:
        self.status, self.reason, self.headers = status, reason, headers

    async def text(self) -> str:
        return ""


class _Names(AbstractResolver):
    """Looks names up in threads of its own. Whoever chose a name chose how long that takes, and those of the loop are
    for mails and files.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="names-of-push-services")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        look_up = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Session:
    """What pywebpush posts through."""

    def __init__(self, *, private: bool) -> None:
        self._names = _Names()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=self._names, socket_factory=None if private else _public_socket),
            timeout=aiohttp.ClientTimeout(total=SECONDS_TO_ANSWER),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def post(self, url: str, *, data: bytes, headers: Mapping[str, str], timeout: object = None) -> _Answer:  # noqa: ARG002, ASYNC109 - the session's own holds
        async with self._session.post(url, data=data, headers=headers, allow_redirects=False) as answer:
            return _Answer(answer.status, answer.reason, answer.headers)

    async def close(self) -> None:
        await self._session.close()
        await self._names.close()


def _public_socket(address: Any) -> socket.socket:
    """The last look: what is connected to is this very address, whatever the name stood for before."""
    family, kind, protocol, _, (host, *_) = address
    if not is_public(host):
        raise PrivateAddress("not a public address")
    return socket.socket(family, kind, protocol)


class WebPush:
    """``make_key`` gives the key that push services know this one by, ``contact`` is a `mailto:` or `https:` where they
    find whoever runs it. ``private`` allows addresses that only this network knows.
    """

    def __init__(self, make_key: Callable[[], ec.EllipticCurvePrivateKey], *, contact: str, private: bool) -> None:
        self._make_key = make_key
        self._contact = contact
        self._private = private
        self._session: _Session | None = None

    @cached_property
    def _key(self) -> Vapid:
        # The settings have looked at the contact, and know more addresses than it does.
        return Vapid(self._make_key(), {"no-strict": True})

    async def push(self, device: Device, push: Push) -> Outcome:
        # Made here, where the loop runs, and only where somebody has such a device.
        self._session = self._session or _Session(private=self._private)
        try:
            answer = await webpush_async(
                {"endpoint": device.address, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
                data=orjson.dumps(push.facts()).decode(),
                vapid_private_key=self._key,
                vapid_claims={"sub": self._contact},
                ttl=push.seconds_left,
                headers={"Urgency": "high" if push.pressing else "normal", "Topic": TOPIC},
                aiohttp_session=self._session,
            )
        except WebPushException as refused:
            if refused.response is None:
                return Outcome(became=Became.REFUSED, reason="not encrypted")
            answer = refused.response
        except aiohttp.InvalidURL:
            return Outcome(became=Became.REFUSED, reason="not an address")
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PrivateAddress):
                return Outcome(became=Became.REFUSED, reason="private address")
            raise
        return _outcome(answer.status, answer.headers.get("Retry-After"))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _outcome(status: int, retry_after: str | None) -> Outcome:
    if status in _TAKEN:
        return Outcome(became=Became.TAKEN, reason=str(status))
    if status in _GONE:
        return Outcome(became=Became.GONE, reason=str(status))
    return refused_or_later(status, str(status), retry_after)
