"""Ask a mentor."""

from datetime import UTC, datetime, timedelta
from typing import Final

from api.actions.idempotency import SentUnderKey
from api.actions.pair import Pair, read_pair
from api.actions.transaction import Held
from api.actions.work import Waker, Work, action_that_begins
from api.domain.errors import Fault, FaultCode, RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.lifecycle import RequestStatus
from api.domain.matching import gaps_when_asked, percent_when_asked
from api.domain.text import optional_text
from api.domain.viewer import Viewer
from api.models import Mentor, MentorRequest, Person
from api.models.statements import row_of

_WRITE_REQUEST: Final = """
INSERT INTO mentor_request
    (id, organisation_id, mentee_id, mentor_id, status, message, percent, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
# What the mentor is asked to help with, as it stands now.
_WRITE_GAPS: Final = """
INSERT INTO request_gap (organisation_id, request_id, skill_id, current_level, required_level, mentor_level)
SELECT $1::bigint, $2::bigint, * FROM unnest($3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[])
"""
# What nobody has done to a new request.
_NOT_YET: Final = dict.fromkeys(("comment", "decided_at", "reminded_at", "delay_told_at"))


async def connect(
    waker: Waker, /, *, viewer: Viewer, mentor_id: int, message: str | None = None, idempotency_key: str | None = None
) -> MentorRequest:
    """Ask this mentor. The same input under the same key gives the answer of the first time, a refusal included.

    Raises ``Refused``: NOT_FOUND, CANNOT_MENTOR_SELF, MENTORING_DISABLED, ALREADY_REQUESTED, ALREADY_MENTORED,
    MENTOR_UNAVAILABLE, TOO_MANY_OPEN_REQUESTS, IDEMPOTENCY_KEY_REUSED, INVALID.
    """
    message = optional_text(message, "message")
    sent = SentUnderKey.of(viewer, idempotency_key, mentor=mentor_id, message=message)
    answer = await _answered(waker, viewer=viewer, mentor_id=mentor_id, message=message, sent=sent)
    if isinstance(answer, Refused):
        raise answer
    return answer


@action_that_begins
async def _answered(
    work: Work, *, viewer: Viewer, mentor_id: int, message: str | None, sent: SentUnderKey
) -> MentorRequest | Refused:
    """A refusal is kept with the key, in the transaction that found it: so it returns, and is raised after."""
    # One mentee asks one thing at a time, and the mentor stays as they are: what is read then stands until the commit.
    await work.begin(
        Held(Person, viewer.person_id, viewer.organisation_id), Held(Mentor, mentor_id, viewer.organisation_id)
    )
    pair = await read_pair(viewer, mentor_id=mentor_id, key=sent.key)
    if pair.found["erased"]:
        raise Fault(FaultCode.UNAUTHENTICATED, "Whoever asks for this was erased.")
    earlier = sent.earlier_request_id(pair.found)
    if earlier is not None:
        return await MentorRequest.get(id=earlier)
    try:
        _check(pair, viewer, mentor_id)
    except Refused as refused:
        sent.remember(work, refused)
        return refused
    request = _ask(work, pair, viewer=viewer, mentor_id=mentor_id, message=message)
    sent.remember(work, request.id)
    return request


def _check(pair: Pair, viewer: Viewer, mentor_id: int) -> None:
    """Raises ``Refused`` where a mentor who stands so to the mentee cannot be asked by them."""
    found, rule = pair.found, pair.mentee.rule
    if mentor_id == viewer.person_id:
        raise Refused(RefusalCode.CANNOT_MENTOR_SELF, "You cannot mentor yourself.", field="mentorId")
    if not found["known"]:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such mentor.", field="mentorId")
    if not rule.enabled:
        raise Refused(RefusalCode.MENTORING_DISABLED, "Your organisation has mentoring switched off.")
    if found["asked"]:
        raise Refused(
            RefusalCode.ALREADY_REQUESTED,
            "You have asked this mentor and they have not answered yet.",
            field="mentorId",
        )
    if found["mentored"]:
        raise Refused(RefusalCode.ALREADY_MENTORED, "This person mentors you already.", field="mentorId")
    if not pair.findable:
        raise Refused(
            RefusalCode.MENTOR_UNAVAILABLE,
            "This mentor takes no requests at the moment; find another.",
            field="mentorId",
        )
    if found["open_requests"] >= rule.open_request_limit:
        raise Refused(
            RefusalCode.TOO_MANY_OPEN_REQUESTS,
            f"You have {found['open_requests']} open requests, and {rule.open_request_limit} is the most at once; "
            "wait for an answer or withdraw one.",
        )


def _ask(work: Work, pair: Pair, *, viewer: Viewer, mentor_id: int, message: str | None) -> MentorRequest:
    request_id, organisation_id = pair.found["request_id"], viewer.organisation_id
    now = datetime.now(UTC)
    # In the order of the statement.
    written = {
        "id": request_id,
        "organisation_id": organisation_id,
        "mentee_id": viewer.person_id,
        "mentor_id": mentor_id,
        "status": RequestStatus.PENDING.value,
        "message": message,
        "percent": percent_when_asked(pair.mentee.wanted, pair.offered),
        "created_at": now,
        "expires_at": now + timedelta(days=pair.mentee.rule.request_expiry_days),
    }
    work.write(_WRITE_REQUEST, *written.values())
    if gaps := gaps_when_asked(pair.mentee.wanted, pair.offered):
        work.write(_WRITE_GAPS, organisation_id, request_id, *(list(column) for column in zip(*gaps, strict=True)))
    work.audit(
        organisation_id=organisation_id,
        actor_id=viewer.person_id,
        verb="connect",
        subject="mentor_request",
        subject_id=request_id,
        mentor=mentor_id,
    )
    work.announce(
        organisation_id,
        Event(recipient_id=mentor_id, kind=EventKind.REQUEST_RECEIVED, subject_id=request_id),
    )
    return row_of(MentorRequest, {**_NOT_YET, **written})
