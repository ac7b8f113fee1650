"""What all tables share: they belong to an organisation, and they point only within it."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


def reference(model: str, *, null: bool = False) -> Any:
    """A foreign key to a row of the same organisation.

    The constraint itself, over organisation and row, stands in the migrations: Tortoise knows none of two columns.
    """
    if null:
        return fields.ForeignKeyField(
            f"models.{model}", related_name=False, on_delete=fields.NO_ACTION, null=True, db_constraint=False
        )
    return fields.ForeignKeyField(
        f"models.{model}", related_name=False, on_delete=fields.NO_ACTION, db_constraint=False
    )


def unique_reference(model: str) -> Any:
    """Like ``reference``, for a row that at most one row points to."""
    return fields.OneToOneField(f"models.{model}", related_name=False, on_delete=fields.NO_ACTION, db_constraint=False)


class OrganisationRow(Model):
    """A row of exactly one organisation."""

    organisation: Any = fields.ForeignKeyField("models.Organisation", related_name=False, on_delete=fields.RESTRICT)
    organisation_id: int

    class Meta:
        abstract = True
