"""The devices that people are reached on: registered, removed, and forgotten once they are gone."""

from datetime import UTC, datetime
from typing import Final

from api.actions.work import Work, action
from api.domain.devices import MOST_DEVICES, DeviceKind
from api.domain.errors import Fault, FaultCode, RefusalCode, Refused
from api.domain.viewer import Viewer
from api.models import Device, Person
from api.notifications.push.addresses import checked_address
from api.notifications.push.offer import PushOffer

_NOT_YOURS: Final = "You have no such device."

# The row of another organisation cannot become one of this.
_GIVE_UP_ELSEWHERE: Final = "SELECT give_up_device_elsewhere($1, $2, $3)"

# A device is one person's: whoever registers it now is whoever uses it now. What was there before them is not told.
_REGISTER: Final = """
INSERT INTO device (organisation_id, person_id, kind, address, p256dh, auth, created_at, registered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (kind, address) DO UPDATE SET
    organisation_id = EXCLUDED.organisation_id,
    person_id = EXCLUDED.person_id,
    p256dh = EXCLUDED.p256dh,
    auth = EXCLUDED.auth,
    registered_at = EXCLUDED.registered_at,
    created_at = CASE WHEN device.person_id = EXCLUDED.person_id THEN device.created_at ELSE EXCLUDED.created_at END,
    last_success_at = CASE WHEN device.person_id = EXCLUDED.person_id THEN device.last_success_at END
RETURNING id, created_at = registered_at AS new
"""

_FORGET_OLDEST: Final = f"""
DELETE FROM device WHERE id IN (
    SELECT id FROM device WHERE person_id = $1 ORDER BY registered_at DESC, id DESC OFFSET {MOST_DEVICES}
)
"""


@action
async def register_device(
    work: Work,
    *,
    viewer: Viewer,
    offer: PushOffer,
    kind: DeviceKind,
    address: str,
    p256dh: str | None = None,
    auth: str | None = None,
) -> Device:
    """Push to this device from now on. Registering again says that it is still there; beyond as many as a person can
    have, those that said so longest ago are forgotten.

    Raises ``Refused`` (INVALID) where the kind is not switched on, or the address leads nowhere.
    """
    if kind not in offer.kinds:
        raise Refused(RefusalCode.INVALID, f"{kind} is not switched on here; use another kind.", field="kind")
    given = checked_address(kind, address, p256dh, auth, private=offer.private)
    # Of two that one person registers at once, the second counts the first.
    person = await Person.select_for_update(no_key=True).get(id=viewer.person_id)
    if person.erased_at is not None:
        raise Fault(FaultCode.UNAUTHENTICATED, "Whoever asks for this was erased.")
    # A socket is open for a while after that, and what is registered on it would be there for good.
    if person.signed_out_at and not (viewer.token_issued_at and viewer.token_issued_at > person.signed_out_at):
        raise Fault(FaultCode.UNAUTHENTICATED, "This token is not valid any more; sign in again.")
    await work.connection.execute_query(_GIVE_UP_ELSEWHERE, [viewer.organisation_id, kind.value, given.text])
    (row,) = await work.connection.execute_query_dict(
        _REGISTER,
        [
            viewer.organisation_id,
            viewer.person_id,
            kind.value,
            given.text,
            given.p256dh,
            given.auth,
            datetime.now(UTC),
        ],
    )
    await work.connection.execute_query(_FORGET_OLDEST, [viewer.person_id])
    # Applications say at each start that they are there: the audit is told once.
    if row["new"]:
        _audit(work, viewer, "register_device", row["id"], kind)
    return await Device.get(id=row["id"])


@action
async def remove_device(work: Work, *, viewer: Viewer, device_id: int) -> None:
    """Push to it no more. Raises ``Refused`` (NOT_FOUND) where the viewer has no such device."""
    device = await Device.get_or_none(id=device_id, person_id=viewer.person_id)
    if device is None:
        raise Refused(RefusalCode.NOT_FOUND, _NOT_YOURS, field="deviceId")
    # Whoever signed in on it meanwhile keeps it: theirs it is from then on.
    if not await Device.filter(id=device_id, person_id=viewer.person_id).delete():
        raise Refused(RefusalCode.NOT_FOUND, _NOT_YOURS, field="deviceId")
    _audit(work, viewer, "remove_device", device_id, device.kind)


@action
async def note_push(_work: Work, *, device: Device) -> None:
    """A push was taken over for this device, and for whoever it belonged to then."""
    await Device.filter(id=device.id, person_id=device.person_id).update(last_success_at=datetime.now(UTC))


@action
async def forget_device(work: Work, *, device: Device, gone_at: datetime | None) -> None:
    """It is gone, as whoever carries pushes to it says, since a time where they know it. One that was registered anew
    meanwhile stays.
    """
    if gone_at is not None and device.registered_at > gone_at:
        return
    if await Device.filter(id=device.id, registered_at=device.registered_at).delete():
        work.audit(
            organisation_id=device.organisation_id,
            actor_id=None,
            verb="forget_device",
            subject="device",
            subject_id=device.id,
            kind=device.kind.value,
        )


def _audit(work: Work, viewer: Viewer, verb: str, device_id: int, kind: DeviceKind) -> None:
    work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb=verb,
        subject="device",
        subject_id=device_id,
        kind=kind.value,
    )
