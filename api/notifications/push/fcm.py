"""Firebase Cloud Messaging: its HTTP API, version 1, over HTTP/2."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from api.models import Device
from api.notifications.push.pusher import (
    SECONDS_TO_ANSWER,
    TOPIC,
    Became,
    Outcome,
    Push,
    refused_or_later,
    seconds_asked_for,
)

_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SECONDS_OF_ASSERTION: Final = 3_600
# A token is left behind before it ends: it must last until the answer.
_SECONDS_TO_SPARE: Final = 300.0
_UNAUTHENTICATED: Final = 401


class Fcm:
    """``account`` is what the file of a service account holds; ``url`` is where FCM listens."""

    def __init__(self, account: Mapping[str, str], *, url: str) -> None:
        self._account = account
        self._key = RSAKey.import_key(account["private_key"])
        self._url = f"{url.rstrip('/')}/v1/projects/{account['project_id']}/messages:send"
        self._client = httpx.AsyncClient(http2=True, timeout=SECONDS_TO_ANSWER, verify=ssl.create_default_context())
        self._token, self._token_ends = "", 0.0
        self._asking = asyncio.Lock()

    async def push(self, device: Device, push: Push) -> Outcome:
        token = await self._access_token()
        if isinstance(token, Outcome):
            return token
        answer = await self._client.post(
            self._url, json={"message": _message(device, push)}, headers={"Authorization": f"Bearer {token}"}
        )
        if answer.is_success:
            return Outcome(became=Became.TAKEN, reason=str(answer.status_code))
        code = _error_code(answer)
        reason = f"{answer.status_code} {code}".strip()
        # The code and not the status: a project that is not there is no reason to forget everybody's devices.
        if code == "UNREGISTERED":
            return Outcome(became=Became.GONE, reason=reason)
        if answer.status_code == _UNAUTHENTICATED:
            self._token_ends = 0.0
            return Outcome(became=Became.LATER, reason=reason)
        return refused_or_later(answer.status_code, reason, answer.headers.get("Retry-After"))

    async def _access_token(self) -> str | Outcome:
        """One that is good for a while yet, or why there is none."""
        async with self._asking:
            if time.monotonic() < self._token_ends:
                return self._token
            form = {"grant_type": _GRANT, "assertion": self._assertion()}
            answer = await self._client.post(self._account["token_uri"], data=form)
            if not answer.is_success:
                return Outcome(
                    became=Became.LATER,
                    reason=f"no access token: {answer.status_code}",
                    wait_seconds=seconds_asked_for(answer.headers.get("Retry-After")),
                )
            given = answer.json()
            self._token = given["access_token"]
            self._token_ends = time.monotonic() + given["expires_in"] - _SECONDS_TO_SPARE
            return self._token

    def _assertion(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self._account["client_email"],
            "scope": _SCOPE,
            "aud": self._account["token_uri"],
            "iat": now,
            "exp": now + _SECONDS_OF_ASSERTION,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self._account["private_key_id"]}
        return jwt.encode(header, claims, self._key)

    async def close(self) -> None:
        await self._client.aclose()


def _message(device: Device, push: Push) -> dict[str, Any]:
    return {
        "token": device.address,
        # FCM carries texts alone.
        "data": {name: str(value) for name, value in push.facts().items()},
        "android": {
            "priority": "HIGH" if push.pressing else "NORMAL",
            "ttl": f"{push.seconds_left}s",
            "collapse_key": TOPIC,
        },
    }


def _error_code(answer: httpx.Response) -> str:
    """FCM's own word for what is wrong, or else that of Google's APIs."""
    try:
        error = answer.json()["error"]
        codes = [each["errorCode"] for each in error.get("details", ()) if "errorCode" in each]
        return str(codes[0] if codes else error.get("status", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
