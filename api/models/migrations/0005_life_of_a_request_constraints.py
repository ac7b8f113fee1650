"""What Tortoise leaves out of the tables that 0004 makes: see 0002 and 0003."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

# (table, column, table that the column points to)
REFERENCES = (
    ("action_change", "action_id", "action"),
    ("action_change", "changed_by_id", "person"),
    ("availability_watch", "mentor_id", "mentor"),
    ("availability_watch", "person_id", "person"),
    ("event", "mentor_id", "mentor"),
    ("notification_setting", "person_id", "person"),
    ("request_gap", "request_id", "mentor_request"),
    ("request_gap", "skill_id", "skill"),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0004_life_of_a_request")]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name="ActionChange",
            constraint=CheckConstraint(check="kind IN ('ADDED', 'CHANGED', 'REMOVED')", name="action_change_kind"),
        ),
        ops.AddConstraint(
            model_name="RequestGap",
            constraint=CheckConstraint(
                check="current_level BETWEEN 0 AND 6 AND required_level BETWEEN 1 AND 7 "
                "AND mentor_level BETWEEN 1 AND 7 AND current_level < least(required_level, mentor_level)",
                name="request_gap_levels",
            ),
        ),
        ops.RunSQL(
            [
                f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_{column}_fkey"'
                for table, column, _ in REFERENCES
            ],
            ops.RunSQL.noop,
        ),
        ops.RunSQL(
            [
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_of_organisation" '
                f'FOREIGN KEY (organisation_id, "{column}") REFERENCES "{target}" (organisation_id, id)'
                for table, column, target in REFERENCES
            ],
            [
                f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{column}_of_organisation"'
                for table, column, _ in reversed(REFERENCES)
            ],
        ),
    ]
