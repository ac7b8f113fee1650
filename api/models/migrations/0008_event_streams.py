from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields


# (table, column, table that the column points to)
REFERENCES = (
    ("event_stream", "person_id", "person"),
    ("event_stream_operation", "stream_id", "event_stream"),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0007_who_may_be_here")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EventStream",
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
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("administrator", fields.BooleanField()),
                ("token_issued_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("token_expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "event_stream",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A stream that was reserved, and opened once. ``digest`` is the SHA-256 of its token, and the rest is who reserved",
            },
            bases=["OrganisationRow"],
        ),
        ops.CreateModel(
            name="EventStreamOperation",
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
                    "stream",
                    fields.ForeignKeyField(
                        "models.EventStream",
                        source_field="stream_id",
                        db_constraint=False,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("parameters", fields.TextField(unique=False)),
            ],
            options={
                "table": "event_stream_operation",
                "app": "models",
                "unique_together": (("stream", "name"),),
                "pk_attr": "id",
                "table_description": "An operation whose answers go to a stream, for as long as it runs. Taking the row away stops it.",
            },
            bases=["OrganisationRow"],
        ),
        ops.RunSQL(
            ['ALTER TABLE "event_stream" ADD CONSTRAINT "event_stream_of_organisation" UNIQUE (organisation_id, id)'],
            ['ALTER TABLE "event_stream" DROP CONSTRAINT "event_stream_of_organisation"'],
        ),
        ops.RunSQL(
            [
                statement
                for table, column, target in REFERENCES
                for statement in (
                    f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_{column}_fkey"',
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_of_organisation" '
                    f'FOREIGN KEY (organisation_id, "{column}") REFERENCES "{target}" (organisation_id, id)',
                )
            ],
            [
                f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{column}_of_organisation"'
                for table, column, _ in reversed(REFERENCES)
            ],
        ),
    ]
