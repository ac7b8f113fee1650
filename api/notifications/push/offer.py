"""The ways to devices that a deployment has switched on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.domain.devices import DeviceKind
from api.notifications.push.addresses import unpadded
from api.notifications.push.apns import Apns
from api.notifications.push.fcm import Fcm
from api.notifications.push.pusher import Pusher
from api.notifications.push.web import WebPush
from api.settings import Settings

MakeKey = Callable[[], ec.EllipticCurvePrivateKey]


@dataclass(frozen=True, kw_only=True)
class PushOffer:
    """What can be registered here. The key is made when it is first asked for."""

    kinds: frozenset[DeviceKind]
    private: bool
    make_key: MakeKey

    @cached_property
    def public_key(self) -> str:
        """What browsers subscribe with, as `PushManager` takes it."""
        return unpadded(self.make_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def offer_of(settings: Settings, make_key: MakeKey) -> PushOffer:
    switched = {
        DeviceKind.WEB_PUSH: True,
        DeviceKind.FCM: settings.fcm_account is not None,
        DeviceKind.APNS: settings.apns_key is not None,
    }
    return PushOffer(
        kinds=frozenset(kind for kind, on in switched.items() if on),
        private=settings.push_private,
        make_key=make_key,
    )


def pushers_of(settings: Settings, make_key: MakeKey) -> dict[DeviceKind, Pusher]:
    """One for each kind that is switched on."""
    pushers: dict[DeviceKind, Pusher] = {
        DeviceKind.WEB_PUSH: WebPush(make_key, contact=settings.push_subject, private=settings.push_private)
    }
    if settings.fcm_account is not None:
        pushers[DeviceKind.FCM] = Fcm(settings.fcm_account, url=settings.fcm_url)
    if settings.apns_key and settings.apns_key_id and settings.apns_team_id and settings.apns_topic:
        pushers[DeviceKind.APNS] = Apns(
            settings.apns_key,
            key_id=settings.apns_key_id,
            team_id=settings.apns_team_id,
            topic=settings.apns_topic,
            url=settings.apns_url,
        )
    return pushers
