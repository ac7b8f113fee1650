"""A real push service, and the browsers that it carries pushes to: they open them by hand, after RFC 8188 and 8291."""

import asyncio
import base64
import json
import os
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from api.domain.devices import DeviceKind
from api.notifications.push.pusher import Push
from tests.ports import free_port

REGISTER: Final = """mutation ($input: RegisterDeviceInput!) {
  registerDevice(input: $input) { device { id kind } errors { code message field } } }"""
_KEY_BYTES: Final = 65


def in_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """A browser's push subscription: its endpoint, and the keys that never leave it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.auth = os.urandom(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def registration(self) -> dict[str, Any]:
        """As the action takes it."""
        return {
            "kind": DeviceKind.WEB_PUSH,
            "address": self.endpoint,
            "p256dh": in_base64url(self.public),
            "auth": in_base64url(self.auth),
        }

    def input(self) -> dict[str, Any]:
        """As the mutation takes it."""
        return {**self.registration(), "kind": "WEB_PUSH"}

    def opened(self, body: bytes) -> bytes:
        salt, (_, length) = body[:16], struct.unpack(">IB", body[16:21])
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert length == _KEY_BYTES
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._key.exchange(ec.ECDH(), point)
        seed = _derived(self.auth, shared, b"WebPush: info\0" + self.public + theirs, 32)
        key = _derived(salt, seed, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, seed, b"Content-Encoding: nonce\0", 12)
        text, end, padding = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\2")
        assert end
        assert not padding.strip(b"\0")
        return text


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came for a browser: the request as it was, and what the browser reads in it."""

    path: str
    headers: dict[str, str]
    body: bytes
    text: bytes

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    def signed_by(self, key: str) -> dict[str, Any]:
        """The claims of the token that came with it, which must be signed by this key (VAPID, RFC 8292)."""
        scheme, _, rest = self.headers["authorization"].partition(" ")
        given = dict(each.strip().split("=", 1) for each in rest.split(","))
        assert (scheme, given["k"]) == ("vapid", key)
        raw = from_base64url(key)
        x, y = in_base64url(raw[1:33]), in_base64url(raw[33:])
        claims: dict[str, Any] = jwt.decode(
            given["t"], ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
        ).claims
        return claims


def a_push(**more: Any) -> Push:
    """One on its way, good for an hour."""
    given: dict[str, Any] = {
        "id": "an-id",
        "type": "RequestReceived",
        "cursor": "a-cursor",
        "unread": 3,
        "pressing": True,
        "expires_at": datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1),
    }
    return Push(**(given | more))


Hook = Callable[[Received], Awaitable[web.StreamResponse | None]]


@dataclass
class PushService:
    """On one port whenever it is open. ``answers`` is what is said for a path in turn, the last one from then on: a
    status, with headers; 201 where nothing is given. ``before_answer`` may wait, or answer otherwise.
    """

    port: int = field(default_factory=free_port)
    received: list[Received] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    before_answer: Hook | None = None
    _browsers: dict[str, Browser] = field(default_factory=dict)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def browser(self, name: str) -> Browser:
        self._browsers[f"/push/{name}"] = browser = Browser(f"{self.url}/push/{name}")
        return browser

    def to(self, browser: Browser) -> list[Received]:
        return [each for each in self.received if browser.endpoint.endswith(each.path)]

    async def open(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        browser = self._browsers.get(request.path)
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(
            path=request.path, headers=headers, body=body, text=browser.opened(body) if browser else b""
        )
        self.received.append(received)
        if self.before_answer and (answer := await self.before_answer(received)):
            return answer
        said = self.answers.get(request.path, [(201, {})])
        status, more = said.pop(0) if len(said) > 1 else said[0]
        return web.Response(status=status, headers=more)

    async def until(self, count: int, *, seconds: float = 15) -> None:
        """Wait until so many pushes have come."""
        async with asyncio.timeout(seconds):
            while len(self.received) < count:
                await asyncio.sleep(0.02)
