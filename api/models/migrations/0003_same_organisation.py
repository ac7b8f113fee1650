"""Every reference stays within one organisation: keys over organisation and row, which Tortoise cannot express."""

from tortoise import migrations
from tortoise.migrations import operations as ops

ROWS = (
    "action",
    "action_type",
    "mentor",
    "mentor_request",
    "mentorship",
    "person",
    "preference_option",
    "role_profile",
    "skill",
)

# (table, column, table that the column points to)
REFERENCES = (
    ("action", "created_by_id", "person"),
    ("action", "mentorship_id", "mentorship"),
    ("action", "owner_id", "person"),
    ("action", "skill_id", "skill"),
    ("action", "type_id", "action_type"),
    ("action", "updated_by_id", "person"),
    ("audit_entry", "actor_id", "person"),
    ("event", "action_id", "action"),
    ("event", "mentorship_id", "mentorship"),
    ("event", "person_id", "person"),
    ("event", "request_id", "mentor_request"),
    ("event_log", "id", "person"),
    ("held_level", "person_id", "person"),
    ("held_level", "skill_id", "skill"),
    ("idempotency_key", "person_id", "person"),
    ("idempotency_key", "request_id", "mentor_request"),
    ("mentee_preference", "option_id", "preference_option"),
    ("mentee_preference", "person_id", "person"),
    ("mentor", "id", "person"),
    ("mentor_option", "mentor_id", "mentor"),
    ("mentor_option", "option_id", "preference_option"),
    ("mentor_request", "mentee_id", "person"),
    ("mentor_request", "mentor_id", "mentor"),
    ("mentorship", "ended_by_id", "person"),
    ("mentorship", "mentee_id", "person"),
    ("mentorship", "mentor_id", "mentor"),
    ("mentorship", "request_id", "mentor_request"),
    ("person", "line_manager_id", "person"),
    ("person", "role_profile_id", "role_profile"),
    ("role_requirement", "role_profile_id", "role_profile"),
    ("role_requirement", "skill_id", "skill"),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0002_constraints")]

    initial = False

    operations = [
        ops.RunSQL(
            [
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_of_organisation" UNIQUE (organisation_id, id)'
                for table in ROWS
            ],
            [f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_of_organisation"' for table in reversed(ROWS)],
        ),
        # Tortoise's migrations write keys of one column even where the model says db_constraint=False.
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
