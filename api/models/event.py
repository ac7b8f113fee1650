"""Each person's log: what they are to hear of, in a gapless sequence of its own (design, section 4)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from api.domain.events import SUBJECTS, EventKind
from api.models.base import OrganisationRow, reference


class EventLog(OrganisationRow):
    """The head of the log of the person with the same ``id``.

    ``seq`` is the last number given out, ``epoch`` what the log's cursors carry: it changes whenever numbers may have
    been given out anew. Entries up to ``trimmed_to`` have been removed.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    epoch: UUID = fields.UUIDField()
    seq = fields.BigIntField(default=0)
    trimmed_to = fields.BigIntField(default=0)

    class Meta:
        table = "event_log"
        constraints = (CheckConstraint(check="seq >= 0 AND trimmed_to BETWEEN 0 AND seq", name="event_log_numbers"),)


class Event(OrganisationRow):
    """One entry; exactly one of the subjects is set, as its kind demands."""

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    seq = fields.BigIntField()
    kind = fields.CharEnumField(EventKind, max_length=24)
    request = reference("MentorRequest", null=True)
    request_id: int | None
    mentorship = reference("Mentorship", null=True)
    mentorship_id: int | None
    action = reference("Action", null=True)
    action_id: int | None
    mentor = reference("Mentor", null=True)
    mentor_id: int | None
    created_at: datetime = fields.DatetimeField(auto_now_add=True)
    read_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "event"
        unique_together = (("person", "seq"),)
        constraints = (
            CheckConstraint(check="seq > 0", name="event_seq"),
            CheckConstraint(
                check="num_nonnulls(request_id, mentorship_id, action_id, mentor_id) = 1 AND CASE "
                + " ".join(f"WHEN kind = '{kind}' THEN {subject}_id IS NOT NULL" for kind, subject in SUBJECTS.items())
                + " ELSE false END",
                name="event_subject",
            ),
        )


class NotificationSetting(OrganisationRow):
    """Whether a person wants emails of one kind of event; without a row they do.

    ``push`` says the same of pushes to their devices.
    """

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    kind = fields.CharEnumField(EventKind, max_length=24)
    email = fields.BooleanField()
    push = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "notification_setting"
        unique_together = (("person", "kind"),)
