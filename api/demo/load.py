"""Load the demo organisation through the same actions as everybody uses."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.actions.import_framework import import_framework
from api.actions.import_people import import_people
from api.actions.organisations import ensure_organisation
from api.actions.save_mentor_preferences import save_mentor_preferences
from api.actions.save_mentor_profile import save_mentor_profile
from api.actions.withdraw import withdraw
from api.actions.work import Waker, Work, action
from api.demo.framework import FRAMEWORK
from api.demo.mentoring import Asking, Mentoring, plan_mentoring
from api.demo.people import people
from api.domain.lifecycle import RequestStatus
from api.domain.viewer import Viewer
from api.models import AuditEntry, MentorRequest, Organisation, Person, PreferenceOption
from api.models.row_security import within
from api.notifications.outbox import discard_messages

NAME: Final = "Northwind Digital"
_LOADED: Final = "demo_loaded"


async def demo_is_loaded() -> bool:
    """Whether the demo organisation is there and whole: that it is, is recorded last."""
    return await AuditEntry.filter(verb=_LOADED, organisation__name=NAME).exists()


async def load_demo(waker: Waker) -> Organisation:
    """The demo organisation, loaded where it is not.

    A load that was cut off is finished by the next: every step leaves alone what an earlier load has done. One that
    is whole is left as people have made it since. Anything that an action refuses is a fault of the plan, and raised.
    """
    organisation = await ensure_organisation(waker, name=NAME)
    with within(organisation.id):
        if not await demo_is_loaded():
            await _load(waker, organisation)
    return organisation


async def _load(waker: Waker, organisation: Organisation) -> None:
    rows = people()
    await import_framework(waker, organisation_id=organisation.id, rows=FRAMEWORK)
    await import_people(waker, organisation_id=organisation.id, rows=rows)
    cast = await _Cast.of(organisation)
    await _tell(waker, cast, plan_mentoring(rows, options=len(cast.option_ids)))
    await _record_loaded(waker, organisation_id=organisation.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cast:
    """The people and preference options of the plan, as they are in the database."""

    viewers: dict[str, Viewer]
    option_ids: list[int]

    @classmethod
    async def of(cls, organisation: Organisation) -> "_Cast":
        everybody = await Person.filter(organisation_id=organisation.id)
        options = await PreferenceOption.filter(organisation_id=organisation.id).order_by("position", "id")
        return cls(
            viewers={each.email: Viewer(person_id=each.id, organisation_id=organisation.id) for each in everybody},
            option_ids=[option.id for option in options],
        )

    def chosen(self, options: Collection[int]) -> list[int]:
        return [self.option_ids[place] for place in sorted(options)]


async def _tell(waker: Waker, cast: _Cast, mentoring: Mentoring) -> None:
    for mentor in mentoring.mentors:
        await save_mentor_profile(
            waker,
            viewer=cast.viewers[mentor.email],
            option_ids=cast.chosen(mentor.options),
            capacity=mentor.capacity,
            paused=mentor.paused,
        )
    for email, options in mentoring.preferences.items():
        await save_mentor_preferences(waker, viewer=cast.viewers[email], option_ids=cast.chosen(options))
    # Everybody asks before anybody answers: an acceptance may leave a mentor with no room to be asked.
    asked = [(asking, await _ask(waker, cast, asking)) for asking in mentoring.requests]
    for asking, request in asked:
        if request.status is RequestStatus.PENDING:
            await _conclude(waker, cast, asking, request.id)


async def _ask(waker: Waker, cast: _Cast, asking: Asking) -> MentorRequest:
    """The request of this pair, made where an earlier load has not."""
    mentee, mentor = cast.viewers[asking.mentee], cast.viewers[asking.mentor]
    made = await MentorRequest.filter(mentee_id=mentee.person_id, mentor_id=mentor.person_id).order_by("id").first()
    return made or await connect(waker, viewer=mentee, mentor_id=mentor.person_id, message=asking.message)


async def _conclude(waker: Waker, cast: _Cast, asking: Asking, request_id: int) -> None:
    mentee, mentor = cast.viewers[asking.mentee], cast.viewers[asking.mentor]
    match asking.outcome:
        case RequestStatus.ACCEPTED:
            await accept(waker, viewer=mentor, request_id=request_id, comment=asking.comment)
        case RequestStatus.DECLINED:
            await decline(waker, viewer=mentor, request_id=request_id, comment=asking.comment)
        case RequestStatus.WITHDRAWN:
            await withdraw(waker, viewer=mentee, request_id=request_id)


@action
async def _record_loaded(work: Work, *, organisation_id: int) -> None:
    # What the demo tells is past: it is no news to write to anybody about.
    await discard_messages(work.connection, organisation_id)
    work.audit(
        organisation_id=organisation_id,
        actor_id=None,
        verb=_LOADED,
        subject="organisation",
        subject_id=organisation_id,
    )
