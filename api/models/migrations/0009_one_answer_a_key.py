from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0008_event_streams")]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name="IdempotencyKey",
            options={
                "table": "idempotency_key",
                "app": "models",
                "unique_together": (("person", "key"),),
                "constraints": [
                    CheckConstraint(check="num_nonnulls(request_id, refusal) = 1", name="idempotency_key_answered_once")
                ],
                "pk_attr": "id",
                "table_description": "A client's own name for one `connect`, and what it was answered: a request, or a refusal (``code``, ``message``,",
            },
        ),
        ops.AlterField(
            model_name="IdempotencyKey",
            name="request",
            field=fields.ForeignKeyField(
                "models.MentorRequest",
                source_field="request_id",
                null=True,
                db_constraint=False,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.NO_ACTION,
            ),
        ),
        ops.AddField(
            model_name="IdempotencyKey",
            name="refusal",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddConstraint(
            model_name="IdempotencyKey",
            constraint=CheckConstraint(
                check="num_nonnulls(request_id, refusal) = 1", name="idempotency_key_answered_once"
            ),
        ),
    ]
