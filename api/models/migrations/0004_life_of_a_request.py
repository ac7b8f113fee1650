from tortoise import migrations
from tortoise.migrations import operations as ops
from api.domain.events import EventKind
from api.domain.lifecycle import ChangeKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0003_same_organisation")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ActionChange",
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
                    "action",
                    fields.ForeignKeyField(
                        "models.Action",
                        source_field="action_id",
                        db_constraint=False,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                ("version", fields.IntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ADDED: ADDED\nCHANGED: CHANGED\nREMOVED: REMOVED",
                        enum_type=ChangeKind,
                        max_length=7,
                    ),
                ),
                (
                    "changed_by",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="changed_by_id",
                        db_constraint=False,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("changes", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "action_change",
                "app": "models",
                "unique_together": (("action", "version"),),
                "constraints": [
                    CheckConstraint(check="kind IN ('ADDED', 'CHANGED', 'REMOVED')", name="action_change_kind")
                ],
                "pk_attr": "id",
                "table_description": "Who made which version of an action, and when. ``changes`` maps columns to their values before and after.",
            },
            bases=["OrganisationRow"],
        ),
        ops.CreateModel(
            name="AvailabilityWatch",
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
                    "mentor",
                    fields.ForeignKeyField(
                        "models.Mentor",
                        source_field="mentor_id",
                        db_constraint=False,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "availability_watch",
                "app": "models",
                "unique_together": (("person", "mentor"),),
                "indexes": [Index(fields=["mentor_id"], name="availability_watch_by_mentor")],
                "pk_attr": "id",
                "table_description": "A person who asked to be told once when a mentor can be found again.",
            },
            bases=["OrganisationRow"],
        ),
        ops.CreateModel(
            name="NotificationSetting",
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
                        description="REQUEST_RECEIVED: REQUEST_RECEIVED\nREQUEST_REMINDER: REQUEST_REMINDER\nREQUEST_DELAYED: REQUEST_DELAYED\nREQUEST_DECIDED: REQUEST_DECIDED\nREQUEST_WITHDRAWN: REQUEST_WITHDRAWN\nREQUEST_EXPIRED: REQUEST_EXPIRED\nMENTORSHIP_ENDED: MENTORSHIP_ENDED\nMENTOR_AVAILABLE: MENTOR_AVAILABLE\nACTION_PLAN_CHANGED: ACTION_PLAN_CHANGED",
                        enum_type=EventKind,
                        max_length=24,
                    ),
                ),
                ("email", fields.BooleanField()),
            ],
            options={
                "table": "notification_setting",
                "app": "models",
                "unique_together": (("person", "kind"),),
                "pk_attr": "id",
                "table_description": "Whether a person wants emails of one kind of event; without a row they do.",
            },
            bases=["OrganisationRow"],
        ),
        ops.CreateModel(
            name="RequestGap",
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
                    "request",
                    fields.ForeignKeyField(
                        "models.MentorRequest",
                        source_field="request_id",
                        db_constraint=False,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                (
                    "skill",
                    fields.ForeignKeyField(
                        "models.Skill",
                        source_field="skill_id",
                        db_constraint=False,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                ("current_level", fields.SmallIntField()),
                ("required_level", fields.SmallIntField()),
                ("mentor_level", fields.SmallIntField()),
            ],
            options={
                "table": "request_gap",
                "app": "models",
                "unique_together": (("request", "skill"),),
                "constraints": [
                    CheckConstraint(
                        check="current_level BETWEEN 0 AND 6 AND required_level BETWEEN 1 AND 7 AND mentor_level BETWEEN 1 AND 7 AND current_level < least(required_level, mentor_level)",
                        name="request_gap_levels",
                    )
                ],
                "pk_attr": "id",
                "table_description": "A gap of the mentee that the mentor covered, at least in part, when asked: what the mentee wants help with.",
            },
            bases=["OrganisationRow"],
        ),
        ops.RemoveConstraint(
            model_name="Event",
            name="event_subject",
            fields=None,
        ),
        ops.AlterModelOptions(
            name="Event",
            options={
                "table": "event",
                "app": "models",
                "unique_together": (("person", "seq"),),
                "constraints": [
                    CheckConstraint(check="seq > 0", name="event_seq"),
                    CheckConstraint(
                        check="num_nonnulls(request_id, mentorship_id, action_id, mentor_id) = 1 AND CASE WHEN kind = 'REQUEST_RECEIVED' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_REMINDER' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_DELAYED' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_DECIDED' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_WITHDRAWN' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_EXPIRED' THEN request_id IS NOT NULL WHEN kind = 'MENTORSHIP_ENDED' THEN mentorship_id IS NOT NULL WHEN kind = 'MENTOR_AVAILABLE' THEN mentor_id IS NOT NULL WHEN kind = 'ACTION_PLAN_CHANGED' THEN action_id IS NOT NULL ELSE false END",
                        name="event_subject",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "One entry; exactly one of the subjects is set, as its kind demands.",
            },
        ),
        ops.AlterField(
            model_name="Event",
            name="kind",
            field=fields.CharEnumField(
                description="REQUEST_RECEIVED: REQUEST_RECEIVED\nREQUEST_REMINDER: REQUEST_REMINDER\nREQUEST_DELAYED: REQUEST_DELAYED\nREQUEST_DECIDED: REQUEST_DECIDED\nREQUEST_WITHDRAWN: REQUEST_WITHDRAWN\nREQUEST_EXPIRED: REQUEST_EXPIRED\nMENTORSHIP_ENDED: MENTORSHIP_ENDED\nMENTOR_AVAILABLE: MENTOR_AVAILABLE\nACTION_PLAN_CHANGED: ACTION_PLAN_CHANGED",
                enum_type=EventKind,
                max_length=24,
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="mentor",
            field=fields.ForeignKeyField(
                "models.Mentor",
                source_field="mentor_id",
                null=True,
                db_constraint=False,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.NO_ACTION,
            ),
        ),
        ops.AddConstraint(
            model_name="Event",
            constraint=CheckConstraint(
                check="num_nonnulls(request_id, mentorship_id, action_id, mentor_id) = 1 AND CASE WHEN kind = 'REQUEST_RECEIVED' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_REMINDER' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_DELAYED' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_DECIDED' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_WITHDRAWN' THEN request_id IS NOT NULL WHEN kind = 'REQUEST_EXPIRED' THEN request_id IS NOT NULL WHEN kind = 'MENTORSHIP_ENDED' THEN mentorship_id IS NOT NULL WHEN kind = 'MENTOR_AVAILABLE' THEN mentor_id IS NOT NULL WHEN kind = 'ACTION_PLAN_CHANGED' THEN action_id IS NOT NULL ELSE false END",
                name="event_subject",
            ),
        ),
        ops.AddField(
            model_name="Mentor",
            name="announced_available",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="MentorRequest",
            name="delay_told_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="MentorRequest",
            name="reminded_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="MentorRequest",
            index=Index(fields=["status", "expires_at"], name="mentor_request_due"),
        ),
        ops.AddField(
            model_name="Person",
            name="erased_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
