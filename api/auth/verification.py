"""What makes a JSON Web Token one of ours, after RFC 7519 and the best practices of RFC 8725.

Only the keys of the issuer count. What a token itself says of keys (`jwk`, `jku`, `x5u`, `x5c`) is passed over, and its
`kid` is compared with the ids of known keys and nothing else.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from api.auth.keys import Keys
from api.domain.errors import Fault, FaultCode
from api.settings import Settings

# Asymmetric signatures only: whoever can check a token cannot make one.
ALGORITHMS: Final = ("ES256", "RS256", "PS256", "Ed25519", "EdDSA")
LONGEST_TOKEN: Final = 8_192
LONGEST_SUBJECT: Final = 255
# By how much an issuer's clock may be ahead of ours: for `nbf` and `iat`. After `exp` there is no such time.
SECONDS_AHEAD: Final = 30
# Tokens of other kinds, such as those that tell of a sign-out, are signed by the same keys (RFC 8725, 3.11).
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
_PARTS: Final = 3
_NOT_VALID: Final = "This token is not valid, or not any more; sign in again."
# What any of the checks raises: the last three are of impossible times, and of what is nested too deeply.
_WRONG: Final = (JoseError, ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a token says, once it is known who signed it."""

    subject: str
    roles: tuple[str, ...]
    issued_at: datetime | None
    expires_at: datetime


def not_valid() -> Fault:
    return Fault(FaultCode.UNAUTHENTICATED, _NOT_VALID)


class Verifier:
    """Checks a token's signature and claims."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._keys = keys
        # Names in the header that nobody knows change nothing (RFC 7515, 4).
        self._registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=SECONDS_AHEAD,
            iss={"essential": True, "value": settings.token_issuer},
            aud={"essential": True, "value": settings.token_audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def verify(self, token: str) -> Verified:
        """Raises ``Fault``: UNAUTHENTICATED, or UNAVAILABLE where there are no keys to check it with."""
        try:
            key_id = _key_id(token)
        except _WRONG as error:
            raise not_valid() from error
        keys = await self._keys.having(key_id)
        try:
            claims = jwt.decode(token, keys, registry=self._registry, decoder_cls=_Strict).claims
            self._claims.validate(claims)
            found = _read(claims)
        except _WRONG as error:
            raise not_valid() from error
        if found.expires_at.timestamp() <= time.time():
            raise not_valid()
        return found


def _key_id(token: str) -> str | None:
    """The `kid`, of a token that is a signed one and asks for nothing beyond that. Raises what is in `_WRONG`."""
    parts = token.encode("ascii").split(b".")
    if len(parts) != _PARTS:
        raise ValueError("not three parts: encrypted, or no token")
    header = json.loads(urlsafe_b64decode(parts[0]), cls=_Strict)
    if not isinstance(header, dict) or "alg" not in header:
        raise TypeError("no header")
    if "crit" in header or "b64" in header:
        raise ValueError("extensions that a reader has to understand: none is")
    if str(header.get("typ", "JWT")).lower() not in _TYPES:
        raise ValueError("a token of another kind")
    key_id = header.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        raise TypeError("kid")
    return key_id


def _read(claims: Mapping[str, Any]) -> Verified:
    subject, issued_at, roles = claims["sub"], claims.get("iat"), claims.get("roles")
    if len(subject) > LONGEST_SUBJECT or "\0" in subject:
        raise ValueError("sub")
    subject.encode()
    listed = isinstance(roles, list) and all(isinstance(role, str) for role in roles)
    return Verified(
        subject=subject,
        # A claim that is no list of strings gives none.
        roles=tuple(roles) if listed and roles else (),
        issued_at=None if issued_at is None else datetime.fromtimestamp(float(issued_at), UTC),
        expires_at=datetime.fromtimestamp(float(claims["exp"]), UTC),
    )


class _Strict(json.JSONDecoder):
    """JSON without what readers understand in different ways: a name that comes twice, and numbers that are none."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_unique, parse_constant=_refuse)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
