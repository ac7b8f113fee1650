"""Ask a mentor."""

from datetime import UTC, datetime, timedelta
from typing import Final

from tortoise.connection import get_connection

from api.actions.idempotency import SentUnderKey
from api.actions.work import Waker, Work, action
from api.domain.errors import Fault, FaultCode, RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.matching import Offered, Wanted, cover, percent_when_asked
from api.domain.text import optional_text
from api.domain.viewer import Viewer
from api.models import Mentor, MentorRequest, Person, RequestGap
from api.search.eligible import AskingRule, mentoring_rule
from api.search.findable import findable_among
from api.search.profiles import offered_by, wanted_by

# Parameters: $1 the mentee, $2 the mentor.
_STANDING: Final = """
SELECT count(*) AS open_requests,
       coalesce(bool_or(mentor_id = $2), false) AS asked,
       EXISTS (SELECT FROM mentorship WHERE mentee_id = $1 AND mentor_id = $2 AND ended_at IS NULL) AS mentored
FROM mentor_request WHERE mentee_id = $1 AND status = 'PENDING'
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
    # One mentee asks one thing at a time: what is counted and looked up below then stands until the commit.
    mentee = await Person.select_for_update(no_key=True).get(id=viewer.person_id)
    if mentee.erased_at is not None:
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
    rule = await mentoring_rule(viewer.organisation_id)
    mentor = await _mentor_to_ask(viewer, mentor_id, rule)
    wanted = await wanted_by(viewer.person_id)
    offered = (await offered_by([mentor]))[mentor.id]
    now = datetime.now(UTC)
    request = await MentorRequest.create(
        organisation_id=viewer.organisation_id,
        mentee_id=viewer.person_id,
        mentor_id=mentor.id,
        message=message,
        percent=percent_when_asked(wanted, offered),
        created_at=now,
        expires_at=now + timedelta(days=rule.request_expiry_days),
    )
    await _remember_gaps(request, wanted, offered)
    await work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb="connect",
        subject="mentor_request",
        subject_id=request.id,
        mentor=mentor.id,
    )
    work.announce(
        viewer.organisation_id,
        Event(recipient_id=mentor.id, kind=EventKind.REQUEST_RECEIVED, subject_id=request.id),
    )
    return request


async def _remember_gaps(request: MentorRequest, wanted: Wanted, offered: Offered) -> None:
    """Keep what the mentor is asked to help with, as it stands now."""
    await RequestGap.bulk_create(
        RequestGap(
            organisation_id=request.organisation_id,
            request_id=request.id,
            skill_id=each.gap.skill_id,
            current_level=each.gap.current,
            required_level=each.gap.required,
            mentor_level=each.mentor_level,
        )
        for each in cover(wanted.gaps, offered.levels)
        if each.covered
    )


async def _mentor_to_ask(viewer: Viewer, mentor_id: int, rule: AskingRule) -> Mentor:
    """The mentor, kept as they are until the commit. Raises ``Refused`` where they cannot be asked."""
    if mentor_id == viewer.person_id:
        raise Refused(RefusalCode.CANNOT_MENTOR_SELF, "You cannot mentor yourself.", field="mentorId")
    mentor = await Mentor.select_for_update(no_key=True).get_or_none(
        id=mentor_id, organisation_id=viewer.organisation_id
    )
    if mentor is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such mentor.", field="mentorId")
    if not rule.enabled:
        raise Refused(RefusalCode.MENTORING_DISABLED, "Your organisation has mentoring switched off.")
    (standing,) = await get_connection("default").execute_query_dict(_STANDING, [viewer.person_id, mentor.id])
    if standing["asked"]:
        raise Refused(
            RefusalCode.ALREADY_REQUESTED,
            "You have asked this mentor and they have not answered yet.",
            field="mentorId",
        )
    if standing["mentored"]:
        raise Refused(RefusalCode.ALREADY_MENTORED, "This person mentors you already.", field="mentorId")
    if mentor.id not in await findable_among(rule, [mentor.id]):
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
    return mentor
