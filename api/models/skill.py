"""The framework in use: its levels, skills and generic attributes."""

from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations.constraints import CheckConstraint

from api.models.base import OrganisationRow


class SkillKind(StrEnum):
    PROFESSIONAL = "PROFESSIONAL"
    ATTRIBUTE = "ATTRIBUTE"


class FrameworkLevel(OrganisationRow):
    """A level of responsibility and its name, for example 4, "Enable"."""

    id = fields.BigIntField(primary_key=True)
    level = fields.SmallIntField()
    name = fields.CharField(max_length=200)

    class Meta:
        table = "framework_level"
        unique_together = (("organisation", "level"),)
        constraints = (CheckConstraint(check="level BETWEEN 1 AND 7", name="framework_level_level"),)


class Skill(OrganisationRow):
    """A professional skill or a generic attribute; ``levels`` are those at which the framework defines it.

    One that a newer framework no longer has is retired: people keep it, nobody is measured by it.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(SkillKind, max_length=12)
    code = fields.CharField(max_length=20)
    name = fields.CharField(max_length=200)
    category = fields.CharField(max_length=200, null=True)
    subcategory = fields.CharField(max_length=200, null=True)
    levels: list[int] = ArrayField(element_type="smallint")
    retired = fields.BooleanField(default=False)

    class Meta:
        table = "skill"
        unique_together = (("organisation", "kind", "code"),)
        constraints = (
            CheckConstraint(
                check="levels <@ ARRAY[1,2,3,4,5,6,7]::smallint[] AND cardinality(levels) > 0", name="skill_levels"
            ),
        )
