"""Bearer tokens: JSON Web Tokens whose `sub` names a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey
from tortoise.connection import get_connection

from api.auth.keys import Keys
from api.auth.verification import LONGEST_TOKEN, Verified, Verifier, not_valid
from api.auth.verified import VerifiedTokens
from api.domain.access import ADMINISTRATOR
from api.domain.errors import Fault, FaultCode
from api.domain.viewer import Viewer
from api.models.row_security import SETTING, introduced, within
from api.settings import Settings


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
        self._verifier = Verifier(settings, keys)
        self._known = VerifiedTokens()

    async def identify(self, authorization: str | None) -> Identity:
        """Who sent this `Authorization` value. Raises ``Fault``, which says what is wrong."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        if not authorization:
            raise _refuse("Sign in: send `Authorization: Bearer <token>`.")
        if scheme.casefold() != "bearer" or not token.strip() or len(token) > LONGEST_TOKEN:
            raise _refuse("The `Authorization` value must be `Bearer <token>`.")
        verified = await self._verified(token.strip())
        person = _asker(await introduced(_BY_SUBJECT, verified.subject))
        if person is None:
            raise _refuse("Nobody here goes by this token's `sub`.")
        if not _is_welcome(person, verified.issued_at):
            raise not_valid()
        return Identity(
            viewer=Viewer(
                person_id=person.id,
                organisation_id=person.organisation_id,
                administrator=ADMINISTRATOR in verified.roles,
                token_issued_at=verified.issued_at,
            ),
            issued_at=verified.issued_at,
            expires_at=verified.expires_at,
        )

    async def still_welcome(self, identity: Identity) -> bool:
        """Whether the person may still be here: neither deactivated nor erased, nor signed out since the token."""
        with within(identity.viewer.organisation_id):
            person = _asker(await get_connection("default").execute_query_dict(_BY_ID, [identity.viewer.person_id]))
        return person is not None and _is_welcome(person, identity.issued_at)

    async def _verified(self, token: str) -> Verified:
        """What it says. A signature that was checked a moment ago is not checked again."""
        known = self._known.get(token)
        if known is None:
            known = await self._verifier.verify(token)
            self._known.put(token, known)
        return known


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
