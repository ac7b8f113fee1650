"""What mentors offer and mentees want."""

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from api.models.base import OrganisationRow, reference


class Mentor(OrganisationRow):
    """A person who has offered to mentor; ``id`` is the person's own.

    ``active_mentees`` counts the active mentorships, kept in step by the transactions that start and end them:
    it is the guard of ``capacity`` (None: no limit) and breaks ties in the search. ``announced_available`` is what
    those who wait for this mentor were told last; whether they can be found is asked of the search, never of this.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    capacity: int | None = fields.IntField(null=True)
    paused = fields.BooleanField(default=False)
    active_mentees = fields.IntField(default=0)
    announced_available = fields.BooleanField(default=False, db_default=False)
    created_at: datetime = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "mentor"
        constraints = (
            CheckConstraint(check="capacity > 0", name="mentor_capacity_positive"),
            CheckConstraint(check="active_mentees >= 0", name="mentor_active_mentees"),
        )


class MentorOption(OrganisationRow):
    """A preference option that a mentor offers."""

    id = fields.BigIntField(primary_key=True)
    mentor = reference("Mentor")
    mentor_id: int
    option = reference("PreferenceOption")
    option_id: int

    class Meta:
        table = "mentor_option"
        unique_together = (("mentor", "option"),)


class AvailabilityWatch(OrganisationRow):
    """A person who asked to be told once when a mentor can be found again."""

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    mentor = reference("Mentor")
    mentor_id: int
    created_at: datetime = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "availability_watch"
        unique_together = (("person", "mentor"),)
        indexes = (Index(fields=("mentor_id",), name="availability_watch_by_mentor"),)


class MenteePreference(OrganisationRow):
    """A preference option that a person wants in a mentor."""

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    option = reference("PreferenceOption")
    option_id: int

    class Meta:
        table = "mentee_preference"
        unique_together = (("person", "option"),)
