"""What Tortoise leaves out of the table that 0010 makes: see 0002 and 0003."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0010_devices")]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name="Device",
            constraint=CheckConstraint(check="kind IN ('WEB_PUSH', 'FCM', 'APNS')", name="device_kind"),
        ),
        ops.AddConstraint(
            model_name="Device",
            constraint=CheckConstraint(
                check="num_nonnulls(p256dh, auth) = CASE kind WHEN 'WEB_PUSH' THEN 2 ELSE 0 END", name="device_keys"
            ),
        ),
        ops.RunSQL(
            [
                'ALTER TABLE "device" DROP CONSTRAINT IF EXISTS "device_person_id_fkey"',
                'ALTER TABLE "device" ADD CONSTRAINT "device_person_id_of_organisation" '
                'FOREIGN KEY (organisation_id, "person_id") REFERENCES "person" (organisation_id, id)',
            ],
            ['ALTER TABLE "device" DROP CONSTRAINT "device_person_id_of_organisation"'],
        ),
    ]
