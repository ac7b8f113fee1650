"""The tenant and what it chooses."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from api.models.base import OrganisationRow


class Organisation(Model):
    """Everything belongs to exactly one of these."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200, unique=True)
    mentoring_enabled = fields.BooleanField(default=True)
    mentor_level = fields.SmallIntField(default=4)
    request_expiry_days = fields.SmallIntField(default=14)
    open_request_limit = fields.SmallIntField(default=5)

    class Meta:
        table = "organisation"
        constraints = (
            CheckConstraint(check="mentor_level BETWEEN 1 AND 7", name="organisation_mentor_level"),
            CheckConstraint(
                check="request_expiry_days > 0 AND open_request_limit > 0", name="organisation_limits_positive"
            ),
        )


class PreferenceOption(OrganisationRow):
    """An entry of the organisation's list of what mentors offer and mentees want.

    One that is retired stays with whoever has chosen it, and nobody else can choose it.
    """

    id = fields.BigIntField(primary_key=True)
    label = fields.CharField(max_length=200)
    position = fields.SmallIntField()
    # The database's own default is for entries that were there before the column.
    retired = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "preference_option"
        unique_together = (("organisation", "label"),)


class ActionType(OrganisationRow):
    """A kind of action of the organisation's list; those marked belong to mentoring.

    One that is retired stays with the actions that have it, and no other can be given it.
    """

    id = fields.BigIntField(primary_key=True)
    label = fields.CharField(max_length=200)
    mentorship = fields.BooleanField(default=False)
    position = fields.SmallIntField()
    retired = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "action_type"
        unique_together = (("organisation", "label"),)
