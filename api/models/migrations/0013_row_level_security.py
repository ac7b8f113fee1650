"""Row-level security: no statement sees or changes the rows of another organisation, whatever it forgot to ask
(`docs/decisions/0009-row-level-security.md`). A table that comes later guards itself in its own migration.

The functions are the ways past it in the midst of other work: each tells what its caller must know, and no more.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from api.models.row_security import ALL, SETTING, guarded, unguarded

TABLES = (
    "action",
    "action_change",
    "action_type",
    "audit_entry",
    "availability_watch",
    "device",
    "event",
    "event_log",
    "event_stream",
    "event_stream_operation",
    "framework_level",
    "held_level",
    "idempotency_key",
    "mentee_preference",
    "mentor",
    "mentor_option",
    "mentor_request",
    "mentorship",
    "notification_setting",
    "person",
    "preference_option",
    "request_gap",
    "role_profile",
    "role_requirement",
    "search_change",
    "skill",
)

# By hand, since a definition may say which setting a function runs under only where a superuser makes it.
LOOKING = f"""
CREATE FUNCTION {{signature}} LANGUAGE plpgsql AS $body$
DECLARE
    before text := coalesce(current_setting('{SETTING}', true), '');
BEGIN
    PERFORM set_config('{SETTING}', '{ALL}', true);
    {{looks}}
    PERFORM set_config('{SETTING}', before, true);
END
$body$
"""

# Who asks is known before their organisation is.
ASKER = LOOKING.format(
    signature="""asker_of_subject(given text)
RETURNS TABLE (id bigint, organisation_id bigint, deactivated_at timestamptz, signed_out_at timestamptz) ROWS 1""",
    looks="""RETURN QUERY SELECT person.id, person.organisation_id, person.deactivated_at, person.signed_out_at
    FROM person WHERE person.subject = given;""",
)

# A subject signs in as one person, over all organisations: an import has to say whose is taken.
SUBJECTS = LOOKING.format(
    signature="""subjects_of_others(organisation bigint, subjects text[], emails text[])
RETURNS TABLE (subject text)""",
    looks="""RETURN QUERY SELECT person.subject::text FROM person
    JOIN unnest(subjects, emails) AS given (subject, email) ON person.subject = given.subject
    WHERE (person.organisation_id, person.email) <> (organisation, given.email)
    ORDER BY person.subject LIMIT 1;""",
)

# A device is one person's. Whoever signs in on it next may be of another organisation.
WHOSE_DEVICE = LOOKING.format(
    signature="organisation_of_device(given_kind text, given_address text, OUT organisation bigint)",
    looks="organisation := (SELECT organisation_id FROM device WHERE kind = given_kind AND address = given_address);",
)
GIVE_UP_DEVICE = f"""
CREATE FUNCTION give_up_device_elsewhere(organisation bigint, given_kind text, given_address text) RETURNS void
LANGUAGE plpgsql AS $body$
DECLARE
    other bigint := organisation_of_device(given_kind, given_address);
BEGIN
    IF other <> organisation THEN
        PERFORM set_config('{SETTING}', other::text, true);
        DELETE FROM device WHERE kind = given_kind AND address = given_address;
        PERFORM set_config('{SETTING}', organisation::text, true);
    END IF;
END
$body$
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0012_search_changes")]

    initial = False

    operations = [
        ops.RunSQL(
            [*guarded("organisation", "id"), *(each for table in TABLES for each in guarded(table))],
            [each for table in (*reversed(TABLES), "organisation") for each in unguarded(table)],
        ),
        ops.RunSQL(
            [ASKER, SUBJECTS, WHOSE_DEVICE, GIVE_UP_DEVICE],
            [
                "DROP FUNCTION give_up_device_elsewhere",
                "DROP FUNCTION organisation_of_device",
                "DROP FUNCTION subjects_of_others",
                "DROP FUNCTION asker_of_subject",
            ],
        ),
    ]
