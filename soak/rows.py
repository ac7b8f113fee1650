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
    announced: Counter[tuple[str, int]] = Counter()
    for event in await Event.all().order_by("seq"):
        logs[event.person_id].append(StoredEvent(key=event.id, seq=event.seq, created_at=event.created_at.timestamp()))
        announced[event.kind, event.request_id or event.mentorship_id or 0] += 1
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
        keys=dict(await IdempotencyKey.filter(request_id__isnull=False).values_list("key", "request_id")),
        started=frozenset(row.request_id for row in await Mentorship.all()),
        mentorships=dict(await Mentorship.all().values_list("id", "end_reason")),
        audited=Counter((f"{verb} {subject}", key) for verb, subject, key in audited),
        announced=announced,
        logs=dict(logs),
        unsent_mails=int(unsent[0]["unsent"]),
    )
