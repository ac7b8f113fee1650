"""Each person's log: what they are to hear of, in a gapless sequence of its own (design, section 4)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from api.domain.events import EventKind
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
    """One entry; exactly one of the three subjects is set, as its kind demands."""

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
    created_at: datetime = fields.DatetimeField(auto_now_add=True)
    read_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "event"
        unique_together = (("person", "seq"),)
        constraints = (
            CheckConstraint(check="seq > 0", name="event_seq"),
            CheckConstraint(
                check="CASE kind "
                "WHEN 'MENTORSHIP_ENDED' THEN mentorship_id IS NOT NULL AND num_nonnulls(request_id, action_id) = 0 "
                "WHEN 'ACTION_PLAN_CHANGED' THEN action_id IS NOT NULL "
                "AND num_nonnulls(request_id, mentorship_id) = 0 "
                "WHEN 'REQUEST_RECEIVED' THEN request_id IS NOT NULL AND num_nonnulls(mentorship_id, action_id) = 0 "
                "WHEN 'REQUEST_DECIDED' THEN request_id IS NOT NULL AND num_nonnulls(mentorship_id, action_id) = 0 "
                "WHEN 'REQUEST_WITHDRAWN' THEN request_id IS NOT NULL AND num_nonnulls(mentorship_id, action_id) = 0 "
                "ELSE false END",
                name="event_subject",
            ),
        )
