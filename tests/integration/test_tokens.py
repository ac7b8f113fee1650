"""Who is asking: only what the issuer signed, for us, and still good."""

import asyncio
import stat
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from api.auth.keys import LocalKeys, local_key
from api.auth.tokens import Authenticator, issue_token
from api.domain.errors import Fault, FaultCode
from api.models import Person
from api.settings import Settings
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
    monkeypatch.undo()
    await asyncio.sleep(2.1)
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


@pytest.mark.parametrize(
    "value",
    [None, "", "Bearer", "Bearer ", "Basic abc", "token", "Bearer a b c", "Bearer " + "a" * 100_000],
    ids=lambda value: str(value)[:20],
)
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
