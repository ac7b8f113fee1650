"""Reading what the database holds."""

from collections import Counter, defaultdict

from procrastinate.jobs import Status
from tortoise.connection import get_connection

from api.models import AuditEntry, Event, IdempotencyKey, MentorRequest, Mentorship
from api.notifications.outbox import SEND_MAIL
from soak.checker import Stored, StoredEvent

# Each can happen once to its subject.
_ONCE = ("connect", "withdraw", "accepted", "declined", "start_mentorship", "end_mentorship")


async def read_rows() -> Stored:
    """Everything that the checker compares with. Tortoise must be connected."""
    logs: dict[int, list[StoredEvent]] = defaultdict(list)
    for key, person, seq, at in await Event.all().order_by("seq").values_list("id", "person_id", "seq", "created_at"):
        logs[person].append(StoredEvent(key=key, seq=seq, created_at=at.timestamp()))
    audited = await AuditEntry.filter(verb__in=_ONCE).values_list("verb", "subject_type", "subject_id")
    unsent = await get_connection("default").execute_query_dict(
        "SELECT count(*) AS unsent FROM procrastinate_jobs WHERE task_name = $1 AND status <> $2",
        [SEND_MAIL, Status.SUCCEEDED.value],
    )
    return Stored(
        requests={
            key: (str(status), comment)
            for key, status, comment in await MentorRequest.all().values_list("id", "status", "comment")
        },
        keys=dict(await IdempotencyKey.all().values_list("key", "request_id")),
        mentorships=dict(await Mentorship.all().values_list("id", "end_reason")),
        audited=Counter((f"{verb} {subject}", key) for verb, subject, key in audited),
        logs=dict(logs),
        unsent_mails=int(unsent[0]["unsent"]),
    )
