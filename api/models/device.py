"""What people are reached on while no application of theirs is open."""

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from api.domain.devices import DeviceKind
from api.models.base import OrganisationRow, reference


class Device(OrganisationRow):
    """A browser or a telephone of one person. ``address`` is the endpoint of a Web Push subscription, whose keys stand
    beside it, or else the token that FCM or APNs know the device by: whoever knows it can reach the device.

    ``registered_at`` is when its application said last that it is there, ``last_success_at`` when a push was last taken
    over for it.
    """

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    kind = fields.CharEnumField(DeviceKind, max_length=8)
    address = fields.CharField(max_length=2_000)
    p256dh = fields.CharField(max_length=87, null=True)
    auth = fields.CharField(max_length=22, null=True)
    created_at: datetime = fields.DatetimeField(auto_now_add=True)
    registered_at: datetime = fields.DatetimeField(auto_now_add=True)
    last_success_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "device"
        unique_together = (("kind", "address"),)
        indexes = (Index(fields=("person_id",), name="device_by_person"),)
        constraints = (
            CheckConstraint(check="kind IN ('WEB_PUSH', 'FCM', 'APNS')", name="device_kind"),
            CheckConstraint(
                check="num_nonnulls(p256dh, auth) = CASE kind WHEN 'WEB_PUSH' THEN 2 ELSE 0 END", name="device_keys"
            ),
        )
