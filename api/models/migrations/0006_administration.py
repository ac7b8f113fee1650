from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("models", "0005_life_of_a_request_constraints")]

    initial = False

    operations = [
        ops.AddField(
            model_name="ActionType",
            name="retired",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="PreferenceOption",
            name="retired",
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
