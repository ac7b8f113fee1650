"""The Apple Push Notification service, over HTTP/2, with a token of the team's."""

import ssl
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import ECKey

from api.models import Device
from api.notifications.push.pusher import SECONDS_TO_ANSWER, Became, Outcome, Push, refused_or_later

# Apple refuses a token that is older than an hour, and a new one sooner than after twenty minutes.
_SECONDS_OF_TOKEN: Final = 40 * 60.0
_SECONDS_BETWEEN_TOKENS: Final = 20 * 60.0
_GONE: Final = frozenset({"Unregistered", "BadDeviceToken", "ExpiredToken"})
_LONGEST_REASON: Final = 40


class Apns:
    """``key`` is the file of the signing key that Apple gave out under ``key_id`` to the team; ``topic`` is the
    application's bundle id, ``url`` where APNs listens.
    """

    def __init__(self, key: Path, *, key_id: str, team_id: str, topic: str, url: str) -> None:
        self._key = ECKey.import_key(key.read_text())
        self._key_id, self._team_id, self._topic = key_id, team_id, topic
        self._url = f"{url.rstrip('/')}/3/device/"
        self._client = httpx.AsyncClient(http2=True, timeout=SECONDS_TO_ANSWER, verify=ssl.create_default_context())
        self._token, self._made_at = "", float("-inf")

    async def push(self, device: Device, push: Push) -> Outcome:
        answer = await self._client.post(
            self._url + device.address, content=orjson.dumps(_payload(push)), headers=self._headers(device, push)
        )
        if answer.is_success:
            return Outcome(became=Became.TAKEN, reason=str(answer.status_code))
        told = _told(answer)
        reason = f"{answer.status_code} {str(told.get('reason', ''))[:_LONGEST_REASON]}".strip()
        if told.get("reason") in _GONE:
            return Outcome(became=Became.GONE, reason=reason, gone_at=_instant(told.get("timestamp")))
        if told.get("reason") == "ExpiredProviderToken":
            self._renew_token()
            return Outcome(became=Became.LATER, reason=reason)
        return refused_or_later(answer.status_code, reason, answer.headers.get("Retry-After"))

    def _headers(self, device: Device, push: Push) -> dict[str, str]:
        return {
            "authorization": f"bearer {self._provider_token()}",
            "apns-topic": self._topic,
            "apns-push-type": "alert",
            "apns-priority": "10" if push.pressing else "5",
            "apns-expiration": str(int(push.expires_at.timestamp())),
            # The same however often it is sent; and so that a second one takes the place of the first on the screen.
            "apns-id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"mentoring:{push.id}:{device.id}")),
            "apns-collapse-id": push.id,
        }

    def _provider_token(self) -> str:
        now = time.monotonic()
        if now - self._made_at > _SECONDS_OF_TOKEN:
            claims = {"iss": self._team_id, "iat": int(time.time())}
            self._token = jwt.encode({"alg": "ES256", "kid": self._key_id}, claims, self._key)
            self._made_at = now
        return self._token

    def _renew_token(self) -> None:
        if time.monotonic() - self._made_at > _SECONDS_BETWEEN_TOKENS:
            self._made_at = float("-inf")

    async def close(self) -> None:
        await self._client.aclose()


def _payload(push: Push) -> dict[str, Any]:
    """An alert, since nothing else is sure to arrive. Its words are the application's own, under the type's name, until
    the application has fetched what it is about and puts that in their place.
    """
    return {
        "aps": {"alert": {"loc-key": push.type}, "badge": push.unread, "sound": "default", "mutable-content": 1},
        **push.facts(),
    }


def _told(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _instant(milliseconds: object) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC) if isinstance(milliseconds, int) else None
