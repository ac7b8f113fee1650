"""People and the skill levels that they hold."""

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from api.models.base import OrganisationRow, reference


class Person(OrganisationRow):
    """Somebody of an organisation. ``subject`` is the `sub` that their tokens carry; emails are kept in lower case.

    Tokens made before ``signed_out_at`` are not valid any more. One who is deactivated signs in no more, is not found
    as a mentor, and hears of nothing. One who was erased stays as a row without anything personal, so that what others
    did with them still reads.
    """

    id = fields.BigIntField(primary_key=True)
    subject = fields.CharField(max_length=320, unique=True)
    email = fields.CharField(max_length=320)
    name = fields.CharField(max_length=200)
    job_title = fields.CharField(max_length=200, null=True)
    location = fields.CharField(max_length=200, null=True)
    time_zone = fields.CharField(max_length=64, null=True)
    line_manager = reference("Person", null=True)
    line_manager_id: int | None
    role_profile = reference("RoleProfile", null=True)
    role_profile_id: int | None
    deactivated_at: datetime | None = fields.DatetimeField(null=True)
    signed_out_at: datetime | None = fields.DatetimeField(null=True)
    erased_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "person"
        unique_together = (("organisation", "email"),)
        indexes = (Index(fields=("line_manager_id",), name="person_line_manager"),)
        constraints = (
            CheckConstraint(check="email = lower(email) AND email LIKE '%_@_%'", name="person_email"),
            CheckConstraint(check="line_manager_id <> id", name="person_not_own_manager"),
        )


class HeldLevel(OrganisationRow):
    """A skill that a person holds and at which level; endorsed, or else self-assessed."""

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    skill = reference("Skill")
    skill_id: int
    level = fields.SmallIntField()
    endorsed = fields.BooleanField(default=False)

    class Meta:
        table = "held_level"
        unique_together = (("person", "skill"),)
        indexes = (Index(fields=("skill_id", "level", "person_id"), name="held_level_by_skill"),)
        constraints = (CheckConstraint(check="level BETWEEN 1 AND 7", name="held_level_level"),)
