"""Remove what is held of one person; what others did with them stays, with "A former colleague" in their place."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from tortoise.expressions import F, Q
from tortoise.models import Model

from api.actions.availability import announce_availability
from api.actions.work import Work, action
from api.domain.events import Event as Announced
from api.domain.events import EventKind
from api.domain.lifecycle import RequestStatus
from api.models import (
    Action,
    ActionChange,
    AvailabilityWatch,
    Device,
    Event,
    EventLog,
    EventStream,
    EventStreamOperation,
    HeldLevel,
    IdempotencyKey,
    MenteePreference,
    Mentor,
    MentorOption,
    MentorRequest,
    Mentorship,
    NotificationSetting,
    Person,
    RequestGap,
)
from api.notifications.outbox import discard_messages_to

NAME: Final = "A former colleague"
_REMOVED: Final = "(removed)"
_LEFT: Final = "This person's data was erased."

# Rows that are the person's alone, by the column that says so; each goes.
_GOES: Final[tuple[tuple[type[Model], str], ...]] = (
    (HeldLevel, "person_id"),
    (MenteePreference, "person_id"),
    (MentorOption, "mentor_id"),
    (AvailabilityWatch, "person_id"),
    (AvailabilityWatch, "mentor_id"),
    (NotificationSetting, "person_id"),
    (Device, "person_id"),
    (IdempotencyKey, "person_id"),
    (RequestGap, "request__mentee_id"),
    (Event, "person_id"),
    (EventStreamOperation, "stream__person_id"),
    (EventStream, "person_id"),
    (EventLog, "id"),
)


@action
async def erase_person(work: Work, *, person: Person) -> None:
    """What is under way ends first, and the other side hears of it as ever. The row itself stays, empty: counts and
    other people's history lead to it. Erasing twice is erasing once.
    """
    person = await Person.select_for_update(no_key=True).get(id=person.id)
    if person.erased_at is not None:
        return
    await _hold_what_is_under_way(person)
    # From here on nothing new comes to point to the person.
    person = await Person.select_for_update().get(id=person.id)
    work.audit(
        organisation_id=person.organisation_id,
        actor_id=None,
        verb="erase_person",
        subject="person",
        subject_id=person.id,
    )
    work.changes_search()
    await _end_what_is_under_way(work, person)
    await _remove_words(person)
    await discard_messages_to(work.connection, person.id)
    for model, column in _GOES:
        await _delete(model, {column: person.id})
    await Mentor.filter(id=person.id).update(paused=True, capacity=None, announced_available=False)
    await Person.filter(line_manager_id=person.id).update(line_manager_id=None)
    await Person.filter(id=person.id).update(
        subject=f"erased-{uuid4()}",
        email=f"erased-{person.id}@erased.invalid",
        name=NAME,
        job_title=None,
        location=None,
        time_zone=None,
        line_manager_id=None,
        role_profile_id=None,
        deactivated_at=datetime.now(UTC),
        erased_at=datetime.now(UTC),
    )


async def _delete(model: type[Model], where: Mapping[str, Any]) -> None:
    # Through their keys: Tortoise deletes nothing by a column of another table.
    keys = await model.filter(**where).values_list("id", flat=True)
    await model.filter(id__in=keys).delete()


async def _hold_what_is_under_way(person: Person) -> None:
    """In the order in which others take them, so that nobody who asks, answers or ends meanwhile waits for us while we
    wait for them: mentors, requests, mentorships.
    """
    either_side = Q(mentee_id=person.id) | Q(mentor_id=person.id)
    pending = MentorRequest.filter(either_side, status=RequestStatus.PENDING)
    active = Mentorship.filter(either_side, ended_at=None)
    asked, mentoring = {row.mentor_id for row in await pending}, {row.mentor_id for row in await active}
    mentors = {person.id} | asked | mentoring
    await Mentor.filter(id__in=mentors).order_by("id").select_for_update(no_key=True)
    await pending.order_by("id").select_for_update(no_key=True)
    await active.order_by("id").select_for_update(no_key=True)


async def _end_what_is_under_way(work: Work, person: Person) -> None:
    now = datetime.now(UTC)
    active = Mentorship.filter(Q(mentee_id=person.id) | Q(mentor_id=person.id), ended_at=None)
    for side, status, kind, other_side in (
        ("mentee_id", RequestStatus.WITHDRAWN, EventKind.REQUEST_WITHDRAWN, "mentor_id"),
        ("mentor_id", RequestStatus.EXPIRED, EventKind.REQUEST_EXPIRED, "mentee_id"),
    ):
        pending = MentorRequest.filter(**{side: person.id}, status=RequestStatus.PENDING)
        for request in await pending.order_by("id").select_for_update(no_key=True):
            await MentorRequest.filter(id=request.id).update(status=status, decided_at=now)
            work.announce(
                person.organisation_id,
                Announced(recipient_id=getattr(request, other_side), kind=kind, subject_id=request.id),
            )
    for mentorship in await active.order_by("id").select_for_update(no_key=True):
        await Mentorship.filter(id=mentorship.id).update(ended_at=now, end_reason=_LEFT, ended_by_id=person.id)
        await Mentor.filter(id=mentorship.mentor_id).update(active_mentees=F("active_mentees") - 1)
        other = mentorship.mentee_id if mentorship.mentor_id == person.id else mentorship.mentor_id
        work.announce(
            person.organisation_id,
            Announced(recipient_id=other, kind=EventKind.MENTORSHIP_ENDED, subject_id=mentorship.id),
        )
        if mentorship.mentor_id != person.id:
            await announce_availability(work, person.organisation_id, [mentorship.mentor_id])


async def _remove_words(person: Person) -> None:
    """What the person wrote to others, and all of their own plan; what they wrote into the plans of others is theirs
    who own these.
    """
    await MentorRequest.filter(mentee_id=person.id).update(message=None)
    await MentorRequest.filter(mentor_id=person.id, comment__isnull=False).update(comment=_REMOVED)
    await Mentorship.filter(ended_by_id=person.id).exclude(end_reason=_LEFT).update(end_reason=_REMOVED)
    own = await Action.filter(owner_id=person.id).values_list("id", flat=True)
    await ActionChange.filter(action_id__in=own).update(changes={})
    await Action.filter(id__in=own).update(
        title=_REMOVED, details=None, skill_id=None, due_on=None, removed_at=datetime.now(UTC)
    )
