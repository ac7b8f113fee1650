"""The enumerations of the domain as clients see them. Importing this module gives them their GraphQL definitions."""

from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from api.domain.access import Side
from api.domain.buttons import MentorAction
from api.domain.devices import DeviceKind
from api.domain.eligibility import EligibilityCode
from api.domain.errors import RefusalCode
from api.domain.events import EventKind
from api.domain.lifecycle import ActionStatus, ChangeKind, RequestStatus
from api.domain.listing import UnlistedCode
from api.domain.matching import MatchBasis
from api.models import SkillKind
from api.resolvers.requests import RequestBox

__all__ = [
    "ActionStatus",
    "ChangeKind",
    "DeviceKind",
    "EligibilityCode",
    "EventKind",
    "MatchBasis",
    "MentorAction",
    "RefusalCode",
    "RequestBox",
    "RequestStatus",
    "Side",
    "SkillKind",
    "UnlistedCode",
]


def _define(kind: type[Enum], name: str, description: str, **values: str) -> None:
    if missing := {member.name for member in kind} ^ set(values):
        raise TypeError(f"{name}: say what {', '.join(sorted(missing))} means, and nothing else")
    definition = _definition_of(strawberry.enum(kind, name=name, description=description))
    for value in definition.values:
        value.description = values[value.name]


def _definition_of(kind: type[Enum]) -> StrawberryEnumDefinition:
    definition: StrawberryEnumDefinition = kind.__strawberry_definition__  # type: ignore[attr-defined]
    return definition


_define(
    SkillKind,
    "SkillKind",
    "What an entry of the framework is.",
    PROFESSIONAL="A professional skill.",
    ATTRIBUTE="A generic attribute, such as those filed under Business skills.",
)
_define(
    RequestBox,
    "RequestBox",
    "Which side of a request the viewer is on.",
    SENT="The viewer asked.",
    RECEIVED="The viewer was asked.",
)
_define(
    RequestStatus,
    "RequestStatus",
    "Where a request stands. Only PENDING ever changes.",
    PENDING="Asked and not yet answered.",
    ACCEPTED="The mentor said yes; a mentorship began.",
    DECLINED="The mentor said no.",
    WITHDRAWN="The mentee took it back.",
    EXPIRED="Nobody answered in time.",
)
_define(
    MatchBasis,
    "MatchBasis",
    "What mentors are ranked by.",
    SKILL_GAPS_AND_PREFERENCES="By how much of the viewer's gaps they cover, then by preferences.",
    PREFERENCES_ONLY="By preferences alone.",
)
_define(
    EligibilityCode,
    "EligibilityCode",
    "What stands in the way of becoming a mentor.",
    MENTORING_DISABLED="The organisation has mentoring switched off.",
    BUSINESS_SKILLS_NOT_ASSESSED="An attribute under Business skills was never assessed, or there is none.",
    BUSINESS_SKILLS_TOO_LOW="An attribute under Business skills is held below the level that mentors need.",
)
_define(
    ActionStatus,
    "ActionStatus",
    "How far an action is.",
    PLANNED="Not begun.",
    IN_PROGRESS="Begun.",
    DONE="Finished.",
    CANCELLED="Given up.",
)
_define(
    ChangeKind,
    "ChangeKind",
    "What was done to an action.",
    ADDED="It was put on the plan.",
    CHANGED="Something about it was changed.",
    REMOVED="It was taken off the plan.",
)
_define(
    Side,
    "MentorshipSide",
    "Which part somebody has in a mentorship.",
    MENTEE="The person who learns.",
    MENTOR="The person who teaches.",
    ADMINISTRATOR="Whoever administers mentoring in the organisation.",
)
_define(
    MentorAction,
    "MentorAction",
    "What the viewer can do about mentoring others; a client shows a button for each.",
    BECOME_A_MENTOR="Choose options with `saveMentorProfile`, and become a mentor.",
    UPDATE_MENTOR_PROFILE="Change the profile with `saveMentorProfile`.",
    MENTEE_REQUESTS="Look at `requests(box: RECEIVED)` and answer them.",
)
_define(
    UnlistedCode,
    "UnlistedCode",
    "What keeps a mentor off the viewer's list.",
    YOURSELF="The mentor is the viewer.",
    ALREADY_ASKED="The viewer has asked them and has no answer yet.",
    ALREADY_YOUR_MENTOR="They mentor the viewer already.",
    MENTORING_DISABLED="The organisation has mentoring switched off.",
    LEFT_THE_SEARCH="They no longer offer any option.",
    PAUSED="They take a break from new requests.",
    AT_CAPACITY="They have as many mentees as they set.",
    UNAVAILABLE="They cannot be asked at the moment, for another reason.",
    COVERS_NO_GAP="They have reached none of the viewer's missing levels.",
    SHARES_NO_PREFERENCE="They offer none of the options that the viewer wants.",
)
_define(
    EventKind,
    "NotificationKind",
    "What people hear of.",
    REQUEST_RECEIVED="Somebody asks the viewer to mentor them.",
    REQUEST_REMINDER="Half of the time to answer a request is over.",
    REQUEST_DELAYED="A mentor whom the viewer asked cannot be found for now; an answer may take longer.",
    REQUEST_DECIDED="A mentor answered the viewer.",
    REQUEST_WITHDRAWN="A mentee took back what they had asked of the viewer.",
    REQUEST_EXPIRED="The time to answer a request of or to the viewer is over.",
    MENTORSHIP_ENDED="A mentorship of the viewer ended.",
    MENTOR_AVAILABLE="A mentor whom the viewer waits for can be asked again.",
    ACTION_PLAN_CHANGED="Somebody else changed an action plan that the viewer may change too.",
)
_define(
    DeviceKind,
    "DeviceKind",
    "How a device is reached while no application of ours is open on it.",
    WEB_PUSH="By Web Push: browsers, and UnifiedPush.",
    FCM="By Firebase Cloud Messaging, where this service has it switched on.",
    APNS="By the Apple Push Notification service, where this service has it switched on.",
)
_define(
    RefusalCode,
    "UserErrorCode",
    "What was wrong with a mutation, for programs.",
    NOT_FOUND="What an id names does not exist, or not for the viewer.",
    NOT_ALLOWED="The viewer may see it but not do this with it.",
    INVALID="A value that cannot be kept; the message says which would do.",
    COMMENT_REQUIRED="An answer needs a comment that is not blank.",
    OPTION_REQUIRED="Becoming a mentor needs at least one preference option.",
    MENTORING_DISABLED="The organisation has mentoring switched off.",
    NOT_ELIGIBLE="The viewer may not mentor; `mentorEligibility` says why.",
    MENTOR_UNAVAILABLE="The mentor cannot be found and asked today.",
    ALREADY_REQUESTED="The viewer has asked this mentor and has no answer yet.",
    ALREADY_MENTORED="This mentor mentors the viewer already.",
    TOO_MANY_OPEN_REQUESTS="The viewer has as many open requests as the organisation allows.",
    CANNOT_MENTOR_SELF="One cannot ask oneself.",
    ALREADY_DECIDED="Somebody or something else came first; the message says what.",
    CAPACITY_REACHED="The mentor has as many mentees as they set.",
    STALE_VERSION="It was changed meanwhile; the message tells the present version.",
    IDEMPOTENCY_KEY_REUSED="The key was sent with another input before.",
)
