"""The keys that tokens are signed with, a local one made at first start or those that an issuer publishes; and the one
that push services know this service by.
"""

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Final, Protocol

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from api.settings import Settings

log = structlog.get_logger(__name__)

_CURVE: Final = "P-256"
# For all of it, however slowly it comes: whoever asks meanwhile waits, too.
_FETCH_SECONDS: Final = 5.0
_LARGEST_KEY_SET: Final = 256 * 1024
# An unknown key id makes us look again, but not more often than this, whatever tokens come in.
_SECONDS_BETWEEN_FETCHES: Final = 10.0
# What was published is looked at again after so long even if no token asks for it: a key may have been withdrawn.
_SECONDS_KEPT: Final = 300.0


class Keys(Protocol):
    """Where the keys to check a token with come from."""

    async def having(self, key_id: str | None) -> KeySet:
        """The keys, looked up anew where none has this id."""


class LocalKeys:
    """One key in a file that only its owner can read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._keys: KeySet | None = None

    async def having(self, key_id: str | None) -> KeySet:  # noqa: ARG002 - there is only one
        if self._keys is None:
            self._keys = KeySet([local_key(self._file)])
        return self._keys


def local_key(file: Path) -> ECKey:
    """The key in this file, made now if there is none. Of several processes that start at once, one makes it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        key = ECKey.generate_key(_CURVE, private=True, auto_kid=True)
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        try:
            with os.fdopen(handle, "w") as out:
                json.dump(key.as_dict(private=True), out)
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return ECKey.import_key(json.loads(file.read_text()))


def push_key(settings: Settings) -> ec.EllipticCurvePrivateKey:
    """The one that the settings give, or else one in the data folder, made now if there is none."""
    if settings.push_key_number is not None:
        return ec.derive_private_key(settings.push_key_number, ec.SECP256R1())
    key = local_key(settings.push_key_file).private_key
    if key is None:
        raise LookupError(f"{settings.push_key_file} holds no private key")
    return key


class PublishedKeys:
    """The keys at a JWKS URL, fetched when first needed and again when a token names one that is not among them, or
    after five minutes. While the issuer cannot be reached, those that are known stay.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys = KeySet([])
        self._tried_at = self._fetched_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def having(self, key_id: str | None) -> KeySet:
        async with self._fetching:
            known = {key.kid for key in self._keys.keys}
            unknown = not known or (key_id is not None and key_id not in known)
            now = time.monotonic()
            old = now - self._fetched_at >= _SECONDS_KEPT
            if (unknown or old) and now - self._tried_at >= _SECONDS_BETWEEN_FETCHES:
                self._tried_at = now
                try:
                    self._keys, self._fetched_at = await self._fetch(), now
                except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                    if unknown:
                        raise
                    log.warning("keys_not_fetched", error=repr(error))
        return self._keys

    async def _fetch(self) -> KeySet:
        try:
            async with asyncio.timeout(_FETCH_SECONDS), httpx.AsyncClient(timeout=_FETCH_SECONDS) as client:
                return KeySet.import_key_set(json.loads(await _read(client, self._url)))
        except TimeoutError as error:
            raise httpx.ReadTimeout("the keys did not come in time") from error


async def _read(client: httpx.AsyncClient, url: str) -> bytes:
    # As it is: what is packed could unpack to any size.
    async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
        answer.raise_for_status()
        content = bytearray()
        async for part in answer.aiter_raw():
            content += part
            if len(content) > _LARGEST_KEY_SET:
                raise ValueError(f"{url} answers with more than keys")
        return bytes(content)
