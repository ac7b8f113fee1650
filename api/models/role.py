"""Roles and what they require."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from api.models.base import OrganisationRow, reference


class RoleProfile(OrganisationRow):
    """A role, against whose required levels a person's gaps are measured."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200)

    class Meta:
        table = "role_profile"
        unique_together = (("organisation", "name"),)


class RoleRequirement(OrganisationRow):
    """One skill at the level that a role requires."""

    id = fields.BigIntField(primary_key=True)
    role_profile = reference("RoleProfile")
    role_profile_id: int
    skill = reference("Skill")
    skill_id: int
    level = fields.SmallIntField()

    class Meta:
        table = "role_requirement"
        unique_together = (("role_profile", "skill"),)
        constraints = (CheckConstraint(check="level BETWEEN 1 AND 7", name="role_requirement_level"),)
