"""Bearer tokens: JSON Web Tokens whose `sub` names a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import extract_compact
from tortoise.connection import get_connection

from api.auth.keys import Keys
from api.auth.verified import VerifiedTokens
from api.domain.access import ADMINISTRATOR
from api.domain.errors import Fault, FaultCode
from api.domain.viewer import Viewer
from api.models.row_security import SETTING, introduced, within
from api.settings import Settings

# Asymmetric signatures only: whoever can check a token cannot make one.
ALGORITHMS: Final = ("ES256", "RS256", "PS256", "Ed25519", "EdDSA")
LONGEST_TOKEN: Final = 8_192
_NOT_VALID: Final = "This token is not valid, or not any more; sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is asking, and from when until when their token lets them."""

    viewer: Viewer
    issued_at: datetime | None
    expires_at: datetime


def _refuse(message: str) -> Fault:
    return Fault(FaultCode.UNAUTHENTICATED, message)


class Authenticator:
    """Checks tokens, and finds the person behind one."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._keys = keys
        self._known = VerifiedTokens()
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": settings.token_issuer},
            aud={"essential": True, "value": settings.token_audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def identify(self, authorization: str | None) -> Identity:
        """Who sent this `Authorization` value. Raises ``Fault`` (UNAUTHENTICATED), which says what is wrong."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        if not authorization:
            raise _refuse("Sign in: send `Authorization: Bearer <token>`.")
        if scheme.casefold() != "bearer" or not token.strip() or len(token) > LONGEST_TOKEN:
            raise _refuse("The `Authorization` value must be `Bearer <token>`.")
        claims = await self._claims_of(token.strip())
        person = _asker(await introduced(_BY_SUBJECT, str(claims["sub"])))
        if person is None:
            raise _refuse("Nobody here goes by this token's `sub`.")
        issued_at = datetime.fromtimestamp(float(claims["iat"]), UTC) if "iat" in claims else None
        if not _is_welcome(person, issued_at):
            raise _refuse("This token is not valid any more; sign in again.")
        return Identity(
            viewer=Viewer(
                person_id=person.id,
                organisation_id=person.organisation_id,
                administrator=ADMINISTRATOR in _roles(claims),
                token_issued_at=issued_at,
            ),
            issued_at=issued_at,
            expires_at=datetime.fromtimestamp(float(claims["exp"]), UTC),
        )

    async def still_welcome(self, identity: Identity) -> bool:
        """Whether the person may still be here: neither deactivated nor erased, nor signed out since the token."""
        with within(identity.viewer.organisation_id):
            person = _asker(await get_connection("default").execute_query_dict(_BY_ID, [identity.viewer.person_id]))
        return person is not None and _is_welcome(person, identity.issued_at)

    async def _claims_of(self, token: str) -> Mapping[str, Any]:
        """What it says. A signature that was checked a moment ago is not checked again; time goes on all the same."""
        known = self._known.get(token)
        if known is None:
            known = await self._verified(token)
            self._known.put(token, known)
        self._check(known)
        return known

    async def _verified(self, token: str) -> dict[str, Any]:
        try:
            header = extract_compact(token.encode("ascii")).headers()
            key_id = header.get("kid")
            keys = await self._keys.having(key_id if isinstance(key_id, str) else None)
            if not keys.keys:
                raise _refuse("There is no key to check this token with.")
            return dict(jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refuse(_NOT_VALID) from error

    def _check(self, claims: Mapping[str, Any]) -> None:
        try:
            self._claims.validate(dict(claims))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refuse(_NOT_VALID) from error


@dataclass(frozen=True, slots=True)
class _Asker:
    """What every question has to know of whoever asks it."""

    id: int
    organisation_id: int
    deactivated_at: datetime | None
    signed_out_at: datetime | None


_ASKER: Final = ("id", "organisation_id", "deactivated_at", "signed_out_at")
_BY_SUBJECT: Final = f"""
SELECT {", ".join(_ASKER)}, set_config('{SETTING}', organisation_id::text, false) FROM asker_of_subject($1)
"""
_BY_ID: Final = f"SELECT {', '.join(_ASKER)} FROM person WHERE id = $1"


def _asker(rows: Sequence[Mapping[str, Any]]) -> _Asker | None:
    return _Asker(**{name: rows[0][name] for name in _ASKER}) if rows else None


def _is_welcome(person: _Asker, issued_at: datetime | None) -> bool:
    if person.deactivated_at is not None:
        return False
    return person.signed_out_at is None or (issued_at is not None and issued_at > person.signed_out_at)


def _roles(claims: Mapping[str, Any]) -> list[str]:
    """The roles that a token gives; a claim that is no list of strings gives none."""
    roles = claims.get("roles")
    return roles if isinstance(roles, list) and all(isinstance(role, str) for role in roles) else []


def issue_token(
    settings: Settings,
    key: ECKey,
    subject: str,
    *,
    lifetime: timedelta = timedelta(hours=12),
    roles: Collection[str] = (),
) -> str:
    """A token for a person, signed with the local key."""
    now = datetime.now(UTC)
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": subject,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "roles": list(roles),
    }
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, default_type="JWT")
