"""Streams of events that several operations share, known to every process: GraphQL over SSE, single connection mode.

The process that holds the connection takes its operations from here; any process may put them here.
"""

from datetime import datetime

from tortoise import fields

from api.models.base import OrganisationRow, reference


class EventStream(OrganisationRow):
    """A stream that was reserved, and opened once. ``digest`` is the SHA-256 of its token, and the rest is who reserved
    it, for whoever opens it has the token alone. Whoever holds it says so in ``seen_at`` every few seconds.
    """

    id = fields.BigIntField(primary_key=True)
    person = reference("Person")
    person_id: int
    digest = fields.CharField(max_length=64, unique=True)
    administrator = fields.BooleanField()
    token_issued_at: datetime | None = fields.DatetimeField(null=True)
    token_expires_at: datetime = fields.DatetimeField()
    opened_at: datetime | None = fields.DatetimeField(null=True)
    seen_at: datetime = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "event_stream"


class EventStreamOperation(OrganisationRow):
    """An operation whose answers go to a stream, for as long as it runs. Taking the row away stops it."""

    id = fields.BigIntField(primary_key=True)
    stream = reference("EventStream")
    stream_id: int
    name = fields.CharField(max_length=200)
    parameters = fields.TextField()

    class Meta:
        table = "event_stream_operation"
        unique_together = (("stream", "name"),)
