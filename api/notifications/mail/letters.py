"""What a mail tells, read from the rows as they are when it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.domain.events import EventKind
from api.domain.ids import encode_id
from api.domain.levels import levels_in, span, thermometer
from api.domain.lifecycle import RequestStatus
from api.models import (
    Event,
    MentorRequest,
    Mentorship,
    NotificationSetting,
    Organisation,
    Person,
    RequestGap,
    Skill,
)
from api.models.row_security import within
from api.notifications.outbox import organisation_of_event


class LetterName(StrEnum):
    """The letters that there are; each has a text and an HTML template of its name."""

    REQUEST_RECEIVED = "request_received"
    REQUEST_REMINDER = "request_reminder"
    REQUEST_ACCEPTED = "request_accepted"
    REQUEST_DECLINED = "request_declined"
    REQUEST_EXPIRED = "request_expired"
    MENTORSHIP_ENDED = "mentorship_ended"
    MENTOR_AVAILABLE = "mentor_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """A gap that the mentor covers, as it stood when they were asked; levels run from 1 to 7, 0 is not held."""

    code: str
    name: str
    current: int
    required: int
    mentor_level: int

    @property
    def levels(self) -> tuple[int, ...]:
        """The missing levels that the mentor has reached."""
        return levels_in(span(self.current, self.required) & thermometer(self.mentor_level))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail, before it is put into words. ``contact`` is the other side where the recipient may see how to reach
    them; ``path`` is what the link leads to.
    """

    name: LetterName
    event: Event
    recipient: Person
    organisation: Organisation
    mentor: Person
    mentee: Person | None = None
    request: MentorRequest | None = None
    mentorship: Mentorship | None = None
    ended_by: Person | None = None
    gaps: tuple[Help, ...] = ()
    contact: Person | None = None
    path: str

    @property
    def to_mentor(self) -> bool:
        return bool(self.recipient.id == self.mentor.id)

    @property
    def other(self) -> Person:
        """Whoever is on the other side."""
        return self.mentee if self.mentee is not None and self.to_mentor else self.mentor


async def letter_about(event_id: int) -> Letter | None:
    """The letter about an event; None where there is nobody to write to, or they want no mails of its kind."""
    organisation_id = await organisation_of_event(event_id)
    if organisation_id is None:
        return None
    with within(organisation_id):
        return await _about(event_id)


async def _about(event_id: int) -> Letter | None:
    event = await Event.get_or_none(id=event_id)
    if event is None:
        return None
    recipient = await Person.get(id=event.person_id)
    unwanted = await NotificationSetting.exists(person_id=recipient.id, kind=event.kind, email=False)
    if recipient.deactivated_at is not None or unwanted:
        return None
    organisation = await Organisation.get(id=event.organisation_id)
    if event.request_id is not None:
        return await _about_request(event, event.request_id, recipient, organisation)
    if event.mentorship_id is not None:
        return await _about_mentorship(event, event.mentorship_id, recipient, organisation)
    if event.kind is EventKind.MENTOR_AVAILABLE and event.mentor_id is not None:
        return await _about_mentor(event, event.mentor_id, recipient, organisation)
    return None


async def _about_mentor(event: Event, mentor_id: int, recipient: Person, organisation: Organisation) -> Letter | None:
    mentor = await Person.get(id=mentor_id)
    # Nobody need be told of somebody who has gone since.
    if mentor.erased_at is not None:
        return None
    return Letter(
        name=LetterName.MENTOR_AVAILABLE,
        event=event,
        recipient=recipient,
        organisation=organisation,
        mentor=mentor,
        path=f"mentors/{encode_id('Mentor', mentor_id)}",
    )


_ABOUT_REQUESTS: Final = {
    EventKind.REQUEST_RECEIVED: LetterName.REQUEST_RECEIVED,
    EventKind.REQUEST_REMINDER: LetterName.REQUEST_REMINDER,
    EventKind.REQUEST_EXPIRED: LetterName.REQUEST_EXPIRED,
}


async def _about_request(event: Event, request_id: int, recipient: Person, organisation: Organisation) -> Letter | None:
    request = await MentorRequest.get(id=request_id)
    name = _ABOUT_REQUESTS.get(event.kind)
    if event.kind is EventKind.REQUEST_DECIDED:
        accepted = request.status is RequestStatus.ACCEPTED
        name = LetterName.REQUEST_ACCEPTED if accepted else LetterName.REQUEST_DECLINED
    # Nobody need be reminded of what is no longer asked.
    if name is None or (name is LetterName.REQUEST_REMINDER and request.status is not RequestStatus.PENDING):
        return None
    mentor = await Person.get(id=request.mentor_id)
    goes_on = await Mentorship.exists(request_id=request.id, ended_at=None)
    return Letter(
        name=name,
        event=event,
        recipient=recipient,
        organisation=organisation,
        mentor=mentor,
        mentee=await Person.get(id=request.mentee_id),
        request=request,
        gaps=await _gaps_of(request),
        contact=mentor if name is LetterName.REQUEST_ACCEPTED and goes_on else None,
        path=f"requests/{encode_id('MentorRequest', request.id)}",
    )


async def _about_mentorship(event: Event, mentorship_id: int, recipient: Person, organisation: Organisation) -> Letter:
    mentorship = await Mentorship.get(id=mentorship_id)
    return Letter(
        name=LetterName.MENTORSHIP_ENDED,
        event=event,
        recipient=recipient,
        organisation=organisation,
        mentor=await Person.get(id=mentorship.mentor_id),
        mentee=await Person.get(id=mentorship.mentee_id),
        mentorship=mentorship,
        ended_by=await Person.get_or_none(id=mentorship.ended_by_id),
        path=f"mentorships/{encode_id('Mentorship', mentorship.id)}",
    )


async def _gaps_of(request: MentorRequest) -> tuple[Help, ...]:
    rows: Sequence[RequestGap] = await RequestGap.filter(request_id=request.id)
    skills = {skill.id: skill for skill in await Skill.filter(id__in=[row.skill_id for row in rows])}
    found = [
        Help(
            code=skills[row.skill_id].code,
            name=skills[row.skill_id].name,
            current=row.current_level,
            required=row.required_level,
            mentor_level=row.mentor_level,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: each.code))
