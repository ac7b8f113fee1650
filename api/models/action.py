"""Action plans: a person's list of actions. The plan has no row of its own; its key is its owner's."""

from datetime import date, datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from api.domain.lifecycle import ActionStatus, ChangeKind
from api.models.base import OrganisationRow, reference


class Action(OrganisationRow):
    """One entry of a plan. A removed one stays as a row, so that events about it can still be read."""

    id = fields.BigIntField(primary_key=True)
    owner = reference("Person")
    owner_id: int
    title = fields.CharField(max_length=200)
    details: str | None = fields.TextField(null=True)
    type = reference("ActionType")
    type_id: int
    skill = reference("Skill", null=True)
    skill_id: int | None
    mentorship = reference("Mentorship", null=True)
    mentorship_id: int | None
    status = fields.CharEnumField(ActionStatus, max_length=11, default=ActionStatus.PLANNED)
    due_on: date | None = fields.DateField(null=True)
    created_by = reference("Person")
    created_by_id: int
    updated_by = reference("Person")
    updated_by_id: int
    created_at: datetime = fields.DatetimeField(auto_now_add=True)
    updated_at: datetime = fields.DatetimeField(auto_now_add=True)
    version = fields.IntField(default=1)
    removed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "action"
        indexes = (Index(fields=("owner_id", "id"), name="action_by_owner"),)
        constraints = (
            CheckConstraint(check="status IN ('PLANNED', 'IN_PROGRESS', 'DONE', 'CANCELLED')", name="action_status"),
            CheckConstraint(check="title ~ '[^[:space:]]'", name="action_title"),
            CheckConstraint(check="version > 0", name="action_version"),
        )


class ActionChange(OrganisationRow):
    """Who made which version of an action, and when. ``changes`` maps columns to their values before and after."""

    id = fields.BigIntField(primary_key=True)
    action = reference("Action")
    action_id: int
    version = fields.IntField()
    kind = fields.CharEnumField(ChangeKind, max_length=7)
    changed_by = reference("Person")
    changed_by_id: int
    changed_at: datetime = fields.DatetimeField(auto_now_add=True)
    changes: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "action_change"
        unique_together = (("action", "version"),)
        constraints = (CheckConstraint(check="kind IN ('ADDED', 'CHANGED', 'REMOVED')", name="action_change_kind"),)
