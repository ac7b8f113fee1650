from tortoise import migrations
from tortoise.migrations import operations as ops
from api.domain.devices import DeviceKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0009_one_answer_a_key")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Device",
            fields=[
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        db_constraint=False,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="WEB_PUSH: WEB_PUSH\nFCM: FCM\nAPNS: APNS", enum_type=DeviceKind, max_length=8
                    ),
                ),
                ("address", fields.CharField(max_length=2000)),
                ("p256dh", fields.CharField(null=True, max_length=87)),
                ("auth", fields.CharField(null=True, max_length=22)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("registered_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("last_success_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "device",
                "app": "models",
                "unique_together": (("kind", "address"),),
                "indexes": [Index(fields=["person_id"], name="device_by_person")],
                "constraints": [
                    CheckConstraint(check="kind IN ('WEB_PUSH', 'FCM', 'APNS')", name="device_kind"),
                    CheckConstraint(
                        check="num_nonnulls(p256dh, auth) = CASE kind WHEN 'WEB_PUSH' THEN 2 ELSE 0 END",
                        name="device_keys",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "A browser or a telephone of one person. ``address`` is the endpoint of a Web Push subscription, whose keys stand",
            },
            bases=["OrganisationRow"],
        ),
        ops.AddField(
            model_name="NotificationSetting",
            name="push",
            field=fields.BooleanField(default=True, db_default=True),
        ),
    ]
