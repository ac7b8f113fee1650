"""The rows that a viewer may read, each by one of its keys; the loaders of a response read them together."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from tortoise.queryset import QuerySet

from api.actions.relations import known_mentors
from api.domain.viewer import Viewer
from api.models import (
    ActionType,
    AvailabilityWatch,
    Device,
    MenteePreference,
    Mentor,
    MentorOption,
    Mentorship,
    NotificationSetting,
    Organisation,
    Person,
    PreferenceOption,
    RequestGap,
    RoleProfile,
    RoleRequirement,
    Skill,
)
from api.models.statements import RowsByKey
from api.resolvers import visibility

Row = TypeVar("Row", bound=Any)

_TAKEN: Final = ("person_id", "organisation_id")


def _readable(rows: Callable[[Viewer], QuerySet[Row]]) -> RowsByKey[Viewer, Row]:
    return RowsByKey(rows, taken=_TAKEN)


def _ours(model: type[Row], key: str = "id") -> RowsByKey[Viewer, Row]:
    """Of the viewer's organisation."""
    return RowsByKey(lambda viewer: model.filter(organisation_id=viewer.organisation_id), key, taken=_TAKEN)


ORGANISATION: Final = _readable(lambda viewer: Organisation.filter(id=viewer.organisation_id))
PERSON: Final = _ours(Person)
MENTOR: Final = _ours(Mentor)
MENTOR_CARD: Final = _readable(known_mentors)
EVENT: Final = _readable(visibility.events)
SKILL: Final = _ours(Skill)
OPTION: Final = _ours(PreferenceOption)
ROLE_PROFILE: Final = _ours(RoleProfile)
ACTION_TYPE: Final = _ours(ActionType)
REQUEST: Final = _readable(visibility.requests)
MENTORSHIP: Final = _readable(visibility.mentorships)
MENTORSHIP_OF_REQUEST: Final = _ours(Mentorship, "request_id")
ACTION: Final = _readable(visibility.actions)
DEVICE: Final = _readable(visibility.devices)
REQUIREMENTS_OF_ROLE: Final = _ours(RoleRequirement, "role_profile_id")
PREFERENCES_OF_PERSON: Final = _ours(MenteePreference, "person_id")
OPTIONS_OF_MENTOR: Final = _ours(MentorOption, "mentor_id")
MENTORSHIPS_OF_MENTEE: Final = _ours(Mentorship, "mentee_id")
MENTORSHIPS_OF_MENTOR: Final = _ours(Mentorship, "mentor_id")
GAPS_OF_REQUEST: Final = _ours(RequestGap, "request_id")
NOTIFICATION_SETTINGS: Final = _ours(NotificationSetting, "person_id")
DEVICES_OF_PERSON: Final = _ours(Device, "person_id")
WATCHES_OF_PERSON: Final = _ours(AvailabilityWatch, "person_id")
