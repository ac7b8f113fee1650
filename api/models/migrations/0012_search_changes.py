"""What the match index has to read anew: written by triggers, so that every writer counts, imports included.

One row a statement and organisation, with the mentors (or people who may become that) whom it changed. ``xid`` is the
transaction: readers ask which transactions committed since they looked last, for numbers of any other kind become
visible out of order. ``seen_at`` is set by the worker that trims: only from then on does a row age.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

# (table, the column that is a mentor's key, what of a row the index holds, the events)
ALL = ("INSERT", "UPDATE", "DELETE")
WATCHED = (
    ("mentor", "id", "capacity, paused, active_mentees", ALL),
    ("mentor_option", "mentor_id", "option_id", ALL),
    ("held_level", "person_id", "skill_id, level", ALL),
    ("person", "id", "deactivated_at IS NULL", ("UPDATE",)),
)
TRANSITIONS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}

TABLE = """
CREATE TABLE search_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    mentor_ids bigint[] NOT NULL,
    seen_at timestamptz
)
"""


def function(table: str, mentor: str, held: str) -> str:
    """An UPDATE that touches nothing of what the index holds notes nothing."""
    old, new = (
        f"SELECT organisation_id, {mentor} AS mentor_id, {held} FROM {rows}" for rows in ("old_rows", "new_rows")
    )
    note = "INSERT INTO search_change (organisation_id, mentor_ids) SELECT organisation_id, array_agg(DISTINCT"
    return f"""
    CREATE FUNCTION {table}_changes_search() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {note} {mentor}) FROM new_rows GROUP BY organisation_id;
        ELSIF TG_OP = 'DELETE' THEN
            {note} {mentor}) FROM old_rows GROUP BY organisation_id;
        ELSE
            {note} mentor_id) FROM (({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old})) AS changed
            GROUP BY organisation_id;
        END IF;
        RETURN NULL;
    END
    $body$
    """


def trigger(table: str, event: str) -> str:
    rows = " ".join(f"{each} TABLE AS {each.lower()}_rows" for each in TRANSITIONS[event])
    return (
        f"CREATE TRIGGER {table}_{event.lower()}_changes_search AFTER {event} ON {table} "
        f"REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {table}_changes_search()"
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0011_device_constraints")]

    initial = False

    operations = [
        ops.RunSQL(
            [TABLE, "CREATE INDEX search_change_since ON search_change (organisation_id, xid)"],
            ["DROP TABLE search_change"],
        ),
        ops.RunSQL(
            [
                statement
                for table, mentor, held, events in WATCHED
                for statement in (function(table, mentor, held), *(trigger(table, event) for event in events))
            ],
            [f"DROP FUNCTION {table}_changes_search() CASCADE" for table, _, _, _ in WATCHED],
        ),
    ]
