"""Which rows a viewer may read, as queries that follow the table of `api.domain.access`."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Final

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from api.domain.access import SEES, Aspect, Relation
from api.domain.viewer import Viewer
from api.models import Action, Device, Event, MentorRequest, Mentorship, Person


def _active(viewer: Viewer, *, viewer_as: str, wanted: str) -> Subquery:
    return Subquery(Mentorship.filter(**{viewer_as: viewer.person_id, "ended_at": None}).values(wanted))


# Each relation as a condition on people.
_CONDITIONS: Final[dict[Relation, Callable[[Viewer], Q]]] = {
    Relation.SELF: lambda viewer: Q(id=viewer.person_id),
    Relation.LINE_MANAGER: lambda viewer: Q(line_manager_id=viewer.person_id),
    Relation.ACTIVE_MENTOR: lambda viewer: Q(id__in=_active(viewer, viewer_as="mentor_id", wanted="mentee_id")),
    Relation.ACTIVE_MENTEE: lambda viewer: Q(id__in=_active(viewer, viewer_as="mentee_id", wanted="mentor_id")),
    Relation.COLLEAGUE: lambda _viewer: Q(id__gt=0),
}


def people(viewer: Viewer, aspect: Aspect = Aspect.CARD) -> QuerySet[Person]:
    """The people of whom the viewer may see this aspect."""
    conditions = [_CONDITIONS[relation](viewer) for relation, aspects in SEES.items() if aspect in aspects]
    return Person.filter(reduce(or_, conditions), organisation_id=viewer.organisation_id)


def requests(viewer: Viewer) -> QuerySet[MentorRequest]:
    """Requests that the viewer sent or received."""
    sides = Q(mentee_id=viewer.person_id) | Q(mentor_id=viewer.person_id)
    return MentorRequest.filter(sides, organisation_id=viewer.organisation_id)


def mentorships(viewer: Viewer) -> QuerySet[Mentorship]:
    """Mentorships in which the viewer, or somebody whose mentorships they may see, has a side."""
    visible = Subquery(people(viewer, Aspect.MENTORSHIPS).values("id"))
    sides = (
        Q(mentee_id=viewer.person_id)
        | Q(mentor_id=viewer.person_id)
        | Q(mentee_id__in=visible)
        | Q(mentor_id__in=visible)
    )
    return Mentorship.filter(sides, organisation_id=viewer.organisation_id)


def actions(viewer: Viewer) -> QuerySet[Action]:
    """Actions of the plans that the viewer may see, removed ones included."""
    return Action.filter(owner_id__in=Subquery(people(viewer, Aspect.PLAN).values("id")))


def devices(viewer: Viewer) -> QuerySet[Device]:
    """Devices of the people of whom the viewer may see them."""
    return Device.filter(person_id__in=Subquery(people(viewer, Aspect.DEVICES).values("id")))


def events(viewer: Viewer) -> QuerySet[Event]:
    """Entries of the viewer's log whose subject they may still read."""
    return Event.filter(
        Q(request_id__isnull=False)
        | Q(mentor_id__isnull=False)
        | Q(mentorship_id__in=Subquery(mentorships(viewer).values("id")))
        | Q(action_id__in=Subquery(actions(viewer).values("id"))),
        person_id=viewer.person_id,
    )
