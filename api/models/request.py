"""Requests: a mentee asking a mentor."""

from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from api.domain.lifecycle import RequestStatus
from api.models.base import OrganisationRow, reference


class MentorRequest(OrganisationRow):
    """One asking. ``percent`` is the match at the time of asking; ``comment`` is the mentor's.

    ``reminded_at`` and ``delay_told_at`` say that the mentor was reminded and the mentee told of a delay: once each.
    """

    id = fields.BigIntField(primary_key=True)
    mentee = reference("Person")
    mentee_id: int
    mentor = reference("Mentor")
    mentor_id: int
    status = fields.CharEnumField(RequestStatus, max_length=9, default=RequestStatus.PENDING)
    message: str | None = fields.TextField(null=True)
    comment: str | None = fields.TextField(null=True)
    percent: float | None = fields.FloatField(null=True)
    created_at: datetime = fields.DatetimeField(auto_now_add=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    expires_at: datetime | None = fields.DatetimeField(null=True)
    reminded_at: datetime | None = fields.DatetimeField(null=True)
    delay_told_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "mentor_request"
        indexes = (
            Index(fields=("mentor_id", "id"), name="mentor_request_received"),
            Index(fields=("mentee_id", "id"), name="mentor_request_sent"),
            Index(fields=("status", "expires_at"), name="mentor_request_due"),
        )
        constraints = (
            UniqueConstraint(
                fields=("mentee_id", "mentor_id"),
                condition="status = 'PENDING'",
                name="mentor_request_one_pending_a_pair",
            ),
            CheckConstraint(check="mentee_id <> mentor_id", name="mentor_request_not_oneself"),
            CheckConstraint(
                check="status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'WITHDRAWN', 'EXPIRED')",
                name="mentor_request_status",
            ),
            CheckConstraint(
                check="status NOT IN ('ACCEPTED', 'DECLINED') OR (comment IS NOT NULL AND comment ~ '[^[:space:]]')",
                name="mentor_request_decided_with_comment",
            ),
            CheckConstraint(check="(status = 'PENDING') = (decided_at IS NULL)", name="mentor_request_decided_at"),
            CheckConstraint(check="percent BETWEEN 0 AND 100", name="mentor_request_percent"),
        )


class RequestGap(OrganisationRow):
    """A gap of the mentee that the mentor covered, at least in part, when asked: what the mentee wants help with."""

    id = fields.BigIntField(primary_key=True)
    request = reference("MentorRequest")
    request_id: int
    skill = reference("Skill")
    skill_id: int
    current_level = fields.SmallIntField()
    required_level = fields.SmallIntField()
    mentor_level = fields.SmallIntField()

    class Meta:
        table = "request_gap"
        unique_together = (("request", "skill"),)
        constraints = (
            CheckConstraint(
                check="current_level BETWEEN 0 AND 6 AND required_level BETWEEN 1 AND 7 "
                "AND mentor_level BETWEEN 1 AND 7 AND current_level < least(required_level, mentor_level)",
                name="request_gap_levels",
            ),
        )


class IdempotencyKey(OrganisationRow):
    """A client's own name for one `connect`, and what it was answered: a request, or a refusal (``code``, ``message``,
    ``field``). Sending it again makes nothing new.
    """

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    key = fields.CharField(max_length=200)
    digest = fields.BinaryField()
    request = reference("MentorRequest", null=True)
    request_id: int | None
    refusal: dict[str, str] | None = fields.JSONField(null=True)
    created_at: datetime = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "idempotency_key"
        unique_together = (("person", "key"),)
        constraints = (
            CheckConstraint(check="num_nonnulls(request_id, refusal) = 1", name="idempotency_key_answered_once"),
        )
