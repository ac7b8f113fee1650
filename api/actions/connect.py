"""Ask a mentor."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from api.actions.idempotency import SentUnderKey
from api.actions.work import Waker, Work, action
from api.domain.errors import Fault, FaultCode, RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.matching import Offered, cover, percent_when_asked
from api.domain.text import optional_text
from api.domain.viewer import Viewer
from api.models import MentorRequest
from api.models.statements import columns_of, rows_of
from api.search.eligible import AskingRule
from api.search.findable import FINDABLE
from api.search.mentee import Mentee, read_mentee

# One mentee asks one thing at a time: what is counted and looked up after this then stands until the commit.
_LOCK_MENTEE: Final = "SELECT erased_at FROM person WHERE id = $1 FOR NO KEY UPDATE"

_LOCK_MENTOR: Final = "SELECT active_mentees FROM mentor WHERE id = $1 AND organisation_id = $2 FOR NO KEY UPDATE"

# Parameters: $1 the organisation, $2 the attributes that a mentor must hold, $3 the mentee, $4 the mentor, $5 in which
# skills the mentee has gaps.
_STANDING: Final = f"""
WITH {FINDABLE},
held AS (
    SELECT array_agg(skill_id) AS skills, array_agg(level) AS levels
    FROM held_level WHERE person_id = $4 AND skill_id = ANY($5::bigint[])
)
SELECT count(*) AS open_requests, coalesce(bool_or(mentor_id = $4), false) AS asked,
       EXISTS (SELECT FROM mentorship WHERE mentee_id = $3 AND mentor_id = $4 AND ended_at IS NULL) AS mentored,
       EXISTS (SELECT FROM findable WHERE id = $4) AS findable,
       ARRAY(SELECT option_id FROM mentor_option WHERE mentor_id = $4) AS options,
       (SELECT skills FROM held) AS skills, (SELECT levels FROM held) AS levels
FROM mentor_request WHERE mentee_id = $3 AND status = 'PENDING'
"""

# Parameters: the request, then the skill and the three levels of each gap that it asks help with.
_ASK: Final = """
WITH request AS (
    INSERT INTO mentor_request (organisation_id, mentee_id, mentor_id, status, message, percent, created_at, expires_at)
    VALUES ($1, $2, $3, 'PENDING', $4, $5, $6, $7) RETURNING *
), gaps AS (
    INSERT INTO request_gap (organisation_id, request_id, skill_id, current_level, required_level, mentor_level)
    SELECT request.organisation_id, request.id, gap.*
    FROM request, unnest($8::bigint[], $9::smallint[], $10::smallint[], $11::smallint[]) AS gap
)
SELECT {columns} FROM request
"""


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


@action
async def _answered(
    work: Work, *, viewer: Viewer, mentor_id: int, message: str | None, sent: SentUnderKey
) -> MentorRequest | Refused:
    """A refusal is kept with the key, in the transaction that found it: so it returns, and is raised after."""
    (mentee,) = await work.connection.execute_query_dict(_LOCK_MENTEE, [viewer.person_id])
    if mentee["erased_at"] is not None:
        raise Fault(FaultCode.UNAUTHENTICATED, "Whoever asks for this was erased.")
    earlier = await sent.earlier_request_id()
    if earlier is not None:
        return await MentorRequest.get(id=earlier)
    try:
        request = await _ask(work, viewer=viewer, mentor_id=mentor_id, message=message)
    except Refused as refused:
        await sent.remember(refused)
        return refused
    await sent.remember(request.id)
    return request


async def _ask(work: Work, *, viewer: Viewer, mentor_id: int, message: str | None) -> MentorRequest:
    """Raises ``Refused`` before anything is written."""
    mentee = await read_mentee(viewer)
    offered = await _mentor_to_ask(work, viewer, mentor_id, mentee)
    now = datetime.now(UTC)
    gaps = [each for each in cover(mentee.wanted.gaps, offered.levels) if each.covered]
    (request,) = await rows_of(
        MentorRequest,
        _ASK.format(columns=columns_of(MentorRequest, "request")),
        viewer.organisation_id,
        viewer.person_id,
        mentor_id,
        message,
        percent_when_asked(mentee.wanted, offered),
        now,
        now + timedelta(days=mentee.rule.request_expiry_days),
        [each.gap.skill_id for each in gaps],
        [each.gap.current for each in gaps],
        [each.gap.required for each in gaps],
        [each.mentor_level for each in gaps],
    )
    await work.audit_of_known(
        viewer.organisation_id, viewer.person_id, "connect", "mentor_request", request.id, {"mentor": mentor_id}
    )
    work.announce(
        viewer.organisation_id,
        Event(recipient_id=mentor_id, kind=EventKind.REQUEST_RECEIVED, subject_id=request.id),
    )
    return request


async def _mentor_to_ask(work: Work, viewer: Viewer, mentor_id: int, mentee: Mentee) -> Offered:
    """What the mentor brings, who stays as they are until the commit. Raises ``Refused`` where they cannot be asked."""
    if mentor_id == viewer.person_id:
        raise Refused(RefusalCode.CANNOT_MENTOR_SELF, "You cannot mentor yourself.", field="mentorId")
    rule = mentee.rule
    locked = await work.connection.execute_query_dict(_LOCK_MENTOR, [mentor_id, viewer.organisation_id])
    if not locked:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such mentor.", field="mentorId")
    if not rule.enabled:
        raise Refused(RefusalCode.MENTORING_DISABLED, "Your organisation has mentoring switched off.")
    skills = [gap.skill_id for gap in mentee.wanted.gaps]
    (standing,) = await work.connection.execute_query_dict(
        _STANDING, [viewer.organisation_id, rule.attribute_ids, viewer.person_id, mentor_id, skills]
    )
    _check(standing, rule)
    return Offered(
        mentor_id=mentor_id,
        levels=dict(zip(standing["skills"] or (), standing["levels"] or (), strict=True)),
        options=frozenset(standing["options"]),
        active_mentees=locked[0]["active_mentees"],
    )


def _check(standing: Mapping[str, Any], rule: AskingRule) -> None:
    """Raises ``Refused`` where a mentor who stands so to the mentee cannot be asked by them."""
    if standing["asked"]:
        raise Refused(
            RefusalCode.ALREADY_REQUESTED,
            "You have asked this mentor and they have not answered yet.",
            field="mentorId",
        )
    if standing["mentored"]:
        raise Refused(RefusalCode.ALREADY_MENTORED, "This person mentors you already.", field="mentorId")
    if not standing["findable"]:
        raise Refused(
            RefusalCode.MENTOR_UNAVAILABLE,
            "This mentor takes no requests at the moment; find another.",
            field="mentorId",
        )
    if standing["open_requests"] >= rule.open_request_limit:
        raise Refused(
            RefusalCode.TOO_MANY_OPEN_REQUESTS,
            f"You have {standing['open_requests']} open requests, and {rule.open_request_limit} is the most at once; "
            "wait for an answer or withdraw one.",
        )
