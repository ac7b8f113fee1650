"""Who hears that a mentor can be found again, or cannot for now (design, section 2, "Findable")."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from tortoise.connection import get_connection

from api.actions.relations import known_mentors
from api.actions.work import Work, action
from api.domain.errors import RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.viewer import Viewer
from api.models import AvailabilityWatch, Mentor, Person
from api.search.eligible import mentoring_rule
from api.search.findable import FINDABLE, findable_among

MOST_WATCHES: Final = 50
_BATCH: Final = 100

_TELL_OF_DELAY: Final = """
UPDATE mentor_request SET delay_told_at = $2
WHERE mentor_id = ANY($1::bigint[]) AND status = 'PENDING' AND delay_told_at IS NULL
RETURNING id, mentee_id
"""

_END_WATCHES: Final = """
DELETE FROM availability_watch WHERE mentor_id = ANY($1::bigint[]) RETURNING person_id, mentor_id
"""


_OUT_OF_STEP: Final = f"""
WITH {FINDABLE}
SELECT mentor.id FROM mentor LEFT JOIN findable USING (id)
WHERE mentor.organisation_id = $1::bigint AND mentor.announced_available <> (findable.id IS NOT NULL)
ORDER BY mentor.id LIMIT {_BATCH}
"""


async def announce_availability(work: Work, organisation_id: int, mentor_ids: Collection[int]) -> None:
    """Compare whether these mentors can be found with what was announced last, and tell whoever waits.

    Those who asked one that can no longer be found hear, once a request, that an answer may take longer. Those who
    asked to be told hear that a mentor can be found again, and have then been told.
    """
    work.changes_search()
    # Held until the commit: of two transactions that change one mentor, the second sees what the first did.
    mentors = await Mentor.filter(id__in=mentor_ids).order_by("id").select_for_update(no_key=True)
    findable = await findable_among(await mentoring_rule(organisation_id), [mentor.id for mentor in mentors])
    appeared = [mentor.id for mentor in mentors if mentor.id in findable and not mentor.announced_available]
    vanished = [mentor.id for mentor in mentors if mentor.id not in findable and mentor.announced_available]
    if appeared:
        await Mentor.filter(id__in=appeared).update(announced_available=True)
        await _tell_watchers(work, organisation_id, appeared)
    if vanished:
        await Mentor.filter(id__in=vanished).update(announced_available=False)
        await _tell_of_delay(work, organisation_id, vanished)


async def _tell_watchers(work: Work, organisation_id: int, mentor_ids: Sequence[int]) -> None:
    watches = await get_connection("default").execute_query_dict(_END_WATCHES, [list(mentor_ids)])
    work.announce(
        organisation_id,
        *(
            Event(recipient_id=each["person_id"], kind=EventKind.MENTOR_AVAILABLE, subject_id=each["mentor_id"])
            for each in watches
        ),
    )


async def _tell_of_delay(work: Work, organisation_id: int, mentor_ids: Sequence[int]) -> None:
    pending = await get_connection("default").execute_query_dict(_TELL_OF_DELAY, [list(mentor_ids), datetime.now(UTC)])
    work.announce(
        organisation_id,
        *(
            Event(recipient_id=each["mentee_id"], kind=EventKind.REQUEST_DELAYED, subject_id=each["id"])
            for each in pending
        ),
    )


@action
async def reconcile_availability(work: Work, *, organisation_id: int) -> int:
    """Tell whoever waits for mentors whom something other than their own profile made findable or not: levels that
    were imported, a setting of the organisation. Returns how many mentors it was; at most 100 at a time.
    """
    rule = await mentoring_rule(organisation_id)
    rows = await get_connection("default").execute_query_dict(_OUT_OF_STEP, [organisation_id, rule.attribute_ids])
    if rows:
        await announce_availability(work, organisation_id, [row["id"] for row in rows])
    return len(rows)


@action
async def notify_when_available(work: Work, *, viewer: Viewer, mentor_id: int) -> Mentor:
    """Tell the viewer once, live and by mail, when this mentor can be found again. Asking twice is asking once.

    Raises ``Refused``: NOT_FOUND, CANNOT_MENTOR_SELF, INVALID (they can be found now, or the viewer waits for as many
    as one can).
    """
    if mentor_id == viewer.person_id:
        raise Refused(RefusalCode.CANNOT_MENTOR_SELF, "You cannot mentor yourself.", field="mentorId")
    # What one waits for is shown, so that only a card that one may see anyway can be waited for.
    mentor = await known_mentors(viewer).get_or_none(id=mentor_id)
    if mentor is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such mentor.", field="mentorId")
    await announce_availability(work, viewer.organisation_id, [mentor.id])
    await mentor.refresh_from_db()
    # Looked up while they are held, so that an erasure has come to its end, or comes after.
    if await Person.exists(id=mentor.id, erased_at__isnull=False):
        raise Refused(RefusalCode.NOT_FOUND, "There is no such mentor.", field="mentorId")
    if mentor.announced_available:
        raise Refused(RefusalCode.INVALID, "This mentor can be asked today; connect with them.", field="mentorId")
    watched = set(await AvailabilityWatch.filter(person_id=viewer.person_id).values_list("mentor_id", flat=True))
    if mentor.id not in watched and len(watched) >= MOST_WATCHES:
        raise Refused(
            RefusalCode.INVALID,
            f"You wait for {MOST_WATCHES} mentors, the most at once; give one up.",
            field="mentorId",
        )
    await AvailabilityWatch.get_or_create(
        person_id=viewer.person_id, mentor_id=mentor.id, defaults={"organisation_id": viewer.organisation_id}
    )
    _audit(work, viewer, "notify_when_available", mentor_id)
    return mentor


@action
async def stop_waiting(work: Work, *, viewer: Viewer, mentor_id: int) -> None:
    """Take that back. Raises ``Refused`` (NOT_FOUND) where the viewer does not wait for this mentor."""
    if not await AvailabilityWatch.filter(person_id=viewer.person_id, mentor_id=mentor_id).delete():
        raise Refused(RefusalCode.NOT_FOUND, "You are not waiting for this mentor.", field="mentorId")
    _audit(work, viewer, "stop_waiting", mentor_id)


def _audit(work: Work, viewer: Viewer, verb: str, mentor_id: int) -> None:
    work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb=verb,
        subject="mentor",
        subject_id=mentor_id,
    )
