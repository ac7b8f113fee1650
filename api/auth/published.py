"""The keys that an issuer publishes to check its tokens with (a JWK Set, RFC 7517)."""

import asyncio
import time
from typing import Any, Final

import httpx
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from api.domain.errors import Fault, FaultCode

log = structlog.get_logger(__name__)

_FETCH_SECONDS: Final = 5.0
# An unknown key id makes us look again, but not more often than this, whatever tokens come in.
_SECONDS_BETWEEN_FETCHES: Final = 10.0
# What was published is looked at again after so long even if no token asks for it: a key may have been withdrawn.
_SECONDS_KEPT: Final = 300.0
# And for so long it counts while the issuer cannot be reached. Nobody knows then whether a key was withdrawn.
_SECONDS_WITHOUT_ISSUER: Final = 6 * 3_600.0
_MOST_BYTES: Final = 262_144
# Keys that only check, and never make, a signature. A secret that is shared is not among them.
_KINDS: Final = frozenset({"EC", "RSA", "OKP"})
_NOT_FETCHED: Final = (
    "Tokens cannot be checked at the moment: their issuer's keys cannot be fetched. Try again in a moment."
)


class PublishedKeys:
    """The keys at a JWKS URL, fetched when first needed and again when a token names one that is not among them, or
    after five minutes. One fetch goes on at a time, of no more than 256 KiB, and it follows no redirect. While the
    issuer cannot be reached, those that are known count for six hours.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        # Reading what is trusted takes long enough to be done before anybody waits.
        self._trusted = httpx.create_ssl_context()
        self._keys = KeySet([])
        self._ids: frozenset[str | None] = frozenset()
        self._tried_at = self._fetched_at = float("-inf")
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def having(self, key_id: str | None) -> KeySet:
        """The keys, looked up anew where none has this id. Who names a known one waits for no other's sake. Raises
        ``Fault`` (UNAVAILABLE) where nobody can tell what the issuer signs with.
        """
        age = time.monotonic() - self._fetched_at
        unknown = age >= _SECONDS_WITHOUT_ISSUER or not self._holds(key_id)
        if unknown or age >= _SECONDS_KEPT:
            self._look_again()
            if self._fetching and (unknown or not self._failed):
                await asyncio.shield(self._fetching)
        gone = time.monotonic() - self._fetched_at >= _SECONDS_WITHOUT_ISSUER
        if gone or (self._failed and not self._holds(key_id)):
            raise Fault(FaultCode.UNAVAILABLE, _NOT_FETCHED)
        return self._keys

    def _holds(self, key_id: str | None) -> bool:
        return bool(self._ids) if key_id is None else key_id in self._ids

    def _look_again(self) -> None:
        now = time.monotonic()
        if self._fetching is None and now - self._tried_at >= _SECONDS_BETWEEN_FETCHES:
            self._tried_at = now
            self._fetching = asyncio.create_task(self._renew(), name="published keys")

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                keys = read_keys(await self._fetch())
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            self._failed = True
            log.warning("keys_not_fetched", url=self._url, error=repr(error))
        else:
            self._keys, self._ids = keys, frozenset(key.kid for key in keys.keys)
            self._fetched_at, self._failed = time.monotonic(), False
        finally:
            self._fetching = None

    async def _fetch(self) -> bytes:
        # Nothing that is packed: a little of it could unfold to more than there is room for.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        found = bytearray()
        async with (
            httpx.AsyncClient(verify=self._trusted, timeout=_FETCH_SECONDS, follow_redirects=False) as client,
            client.stream("GET", self._url, headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"the issuer answers {answer.status_code}")
            async for chunk in answer.aiter_raw():
                found += chunk
                if len(found) > _MOST_BYTES:
                    raise ValueError(f"the issuer answers more than {_MOST_BYTES} bytes")
        return bytes(found)


def read_keys(text: bytes) -> KeySet:
    """Those of a JWK Set that check signatures and that we understand; others are passed over (RFC 7517, 5). Raises
    ``ValueError`` where there is none.
    """
    found = orjson.loads(text)
    listed = found.get("keys") if isinstance(found, dict) else None
    keys = [key for each in (listed if isinstance(listed, list) else ()) if (key := _read_key(each)) is not None]
    if not keys:
        raise ValueError("the issuer publishes no key that checks signatures")
    return KeySet(keys)


def _read_key(found: Any) -> Key | None:
    if not isinstance(found, dict) or found.get("kty") not in _KINDS or found.get("use", "sig") != "sig":
        return None
    try:
        return import_key(found)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("key_not_understood", kid=str(found.get("kid"))[:100], error=repr(error))
        return None
