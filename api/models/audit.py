"""Who did what, and when."""

from datetime import datetime
from typing import Any

from tortoise import fields

from api.models.base import OrganisationRow, reference


class AuditEntry(OrganisationRow):
    """One act, written in the transaction of what it records. ``actor`` is None for the service itself."""

    id = fields.BigIntField(primary_key=True)
    actor = reference("Person", null=True)
    actor_id: int | None
    verb = fields.CharField(max_length=40)
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.BigIntField()
    at: datetime = fields.DatetimeField(auto_now_add=True)
    detail: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "audit_entry"
