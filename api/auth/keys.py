"""The key that tokens are signed with where no issuer publishes keys, and the one that push services know this service
by. Both are made at first start.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, KeySet

from api.settings import Settings

_CURVE: Final = "P-256"


class Keys(Protocol):
    """Where the keys to check a token with come from."""

    async def having(self, key_id: str | None) -> KeySet:
        """The keys, looked up anew where none has this id. Raises ``Fault`` (UNAVAILABLE) where nobody can."""


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
