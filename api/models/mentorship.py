"""Mentorships: what an accepted request starts."""

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from api.models.base import OrganisationRow, reference, unique_reference


class Mentorship(OrganisationRow):
    """Active until either side ends it."""

    id = fields.BigIntField(primary_key=True)
    request = unique_reference("MentorRequest")
    request_id: int
    mentor = reference("Mentor")
    mentor_id: int
    mentee = reference("Person")
    mentee_id: int
    started_at: datetime = fields.DatetimeField(auto_now_add=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    end_reason: str | None = fields.TextField(null=True)
    ended_by = reference("Person", null=True)
    ended_by_id: int | None

    class Meta:
        table = "mentorship"
        indexes = (
            Index(fields=("mentor_id", "id"), name="mentorship_by_mentor"),
            Index(fields=("mentee_id", "id"), name="mentorship_by_mentee"),
        )
        constraints = (
            UniqueConstraint(
                fields=("mentee_id", "mentor_id"), condition="ended_at IS NULL", name="mentorship_one_active_a_pair"
            ),
            CheckConstraint(check="mentee_id <> mentor_id", name="mentorship_not_oneself"),
            CheckConstraint(
                check="CASE WHEN ended_at IS NULL THEN end_reason IS NULL AND ended_by_id IS NULL "
                "ELSE end_reason IS NOT NULL AND end_reason ~ '[^[:space:]]' END",
                name="mentorship_ended_with_reason",
            ),
        )
