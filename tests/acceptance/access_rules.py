"""Who sees what, field by field, in words of roles: the rules of the design (section 2, "Who sees what"), of the
contract's comments and of docs/decisions/0004, written by hand.

Nothing here comes from `api.domain.access`, which it checks. A new field needs its line in `RULES`.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Role(StrEnum):
    """What the viewer is to one person, called P throughout."""

    SELF = "self"
    LINE_MANAGER = "line manager"
    ACTIVE_MENTOR = "active mentor"
    PAST_MENTOR = "past mentor"
    DECLINED_MENTOR = "declined mentor"
    ACTIVE_MENTEE = "active mentee"
    COLLEAGUE = "colleague"
    ADMIN = "admin"
    OTHER_ORGANISATION = "other organisation"
    NO_TOKEN = "no token"
    # Not a viewer but a word for the rules: whoever this one object concerns, that is, either side of a request or
    # mentorship, and the one person in whose log an entry stands.
    CONCERNED = "concerned"


class Refusal(StrEnum):
    """What everybody else gets."""

    FORBIDDEN = "an error FORBIDDEN at the field, whose value is null"
    NULL = "null, and no error"
    ABSENT = "no such object at all"


class Rule(NamedTuple):
    """Who sees a field, and how anybody else is refused."""

    who: frozenset[Role]
    otherwise: Refusal


VIEWERS: Final[tuple[Role, ...]] = tuple(role for role in Role if role is not Role.CONCERNED)
ORGANISATION: Final = frozenset(VIEWERS) - {Role.OTHER_ORGANISATION, Role.NO_TOKEN}
DEVELOPERS: Final = frozenset({Role.SELF, Role.LINE_MANAGER, Role.ACTIVE_MENTOR})

# Another organisation does not exist; within one's own, this much is public: the card of each person and mentor, and
# what the organisation itself chooses. A role profile belongs to it too; whose role it is does not.
PUBLIC: Final = Rule(ORGANISATION, Refusal.ABSENT)
# "Contact details pass to the other side on acceptance", and back again with the end of the mentorship.
CONTACT: Final = Rule(DEVELOPERS | {Role.ACTIVE_MENTEE}, Refusal.NULL)
# Not among what colleagues see, and the contract gives it no error.
POSITION: Final = Rule(DEVELOPERS, Refusal.NULL)
DEVELOPMENT: Final = Rule(DEVELOPERS, Refusal.FORBIDDEN)
OWN: Final = Rule(frozenset({Role.SELF}), Refusal.FORBIDDEN)
PLAN: Final = Rule(DEVELOPERS, Refusal.ABSENT)
# What P is reached on is nobody else's business: not even that it is there.
DEVICE: Final = Rule(frozenset({Role.SELF}), Refusal.ABSENT)
# docs/decisions/0004: the history of an action is for the owner of the plan alone, whichever way it is asked for.
HISTORY: Final = Rule(frozenset({Role.SELF}), Refusal.ABSENT)
BETWEEN_TWO: Final = Rule(frozenset({Role.CONCERNED}), Refusal.ABSENT)
MENTORSHIP: Final = Rule(DEVELOPERS | {Role.CONCERNED}, Refusal.ABSENT)
# An entry of a log is there for whoever's log it is, and only while what it tells of is there for them.
LOG: Final = Rule(frozenset({Role.CONCERNED}), Refusal.ABSENT)
# What an administrator sees beyond what every colleague does: the organisation in numbers, and who mentors whom today.
ADMINISTRATION: Final = Rule(frozenset({Role.ADMIN}), Refusal.ABSENT)
# A value without an id: seen with the field that holds it, by the same people.
HELD: Final = Rule(ORGANISATION, Refusal.ABSENT)

RULES: Final[dict[str, Rule]] = {
    "Person.id": PUBLIC,
    "Person.name": PUBLIC,
    "Person.jobTitle": PUBLIC,
    "Person.location": PUBLIC,
    "Person.timeZone": PUBLIC,
    "Person.email": CONTACT,
    "Person.lineManager": POSITION,
    "Person.roleProfile": POSITION,
    "Person.skills": DEVELOPMENT,
    "Person.attributes": DEVELOPMENT,
    "Person.skillGaps": DEVELOPMENT,
    "Person.mentors": DEVELOPMENT,
    "Person.mentees": DEVELOPMENT,
    "Person.actionPlan": DEVELOPMENT,
    "Person.mentor": PUBLIC,
    "Person.mentorEligibility": OWN,
    "Person.mentorActions": OWN,
    "Person.pendingRequestCount": OWN,
    "Person.mentorPreferences": OWN,
    "Person.availabilityWatches": OWN,
    "Person.notificationSettings": OWN,
    "Person.devices": OWN,
    "Mentor.id": PUBLIC,
    "Mentor.person": PUBLIC,
    "Mentor.options": PUBLIC,
    "Mentor.skills": PUBLIC,
    "Mentor.capacity": PUBLIC,
    "Mentor.activeMentees": PUBLIC,
    "Mentor.paused": PUBLIC,
    "Mentor.available": PUBLIC,
    "Mentor.match": PUBLIC,
    "MentorRequest.id": BETWEEN_TWO,
    "MentorRequest.mentee": BETWEEN_TWO,
    "MentorRequest.mentor": BETWEEN_TWO,
    "MentorRequest.status": BETWEEN_TWO,
    "MentorRequest.message": BETWEEN_TWO,
    "MentorRequest.comment": BETWEEN_TWO,
    "MentorRequest.percent": BETWEEN_TWO,
    "MentorRequest.gaps": BETWEEN_TWO,
    "MentorRequest.createdAt": BETWEEN_TWO,
    "MentorRequest.decidedAt": BETWEEN_TWO,
    "MentorRequest.expiresAt": BETWEEN_TWO,
    "MentorRequest.mentorship": BETWEEN_TWO,
    "Mentorship.id": MENTORSHIP,
    "Mentorship.mentor": MENTORSHIP,
    "Mentorship.mentee": MENTORSHIP,
    "Mentorship.active": MENTORSHIP,
    "Mentorship.startedAt": MENTORSHIP,
    "Mentorship.endedAt": MENTORSHIP,
    "Mentorship.endedBy": MENTORSHIP,
    "Mentorship.endReason": MENTORSHIP,
    "ActionPlan.id": PLAN,
    "ActionPlan.owner": PLAN,
    "ActionPlan.actions": PLAN,
    "Action.id": PLAN,
    "Action.title": PLAN,
    "Action.details": PLAN,
    "Action.type": PLAN,
    "Action.skill": PLAN,
    "Action.mentorship": PLAN,
    "Action.status": PLAN,
    "Action.dueOn": PLAN,
    "Action.createdBy": PLAN,
    "Action.updatedBy": PLAN,
    "Action.createdAt": PLAN,
    "Action.updatedAt": PLAN,
    "Action.version": PLAN,
    "Action.history": OWN,
    "RequestReceived.id": LOG,
    "RequestReceived.cursor": LOG,
    "RequestReceived.createdAt": LOG,
    "RequestReceived.readAt": LOG,
    "RequestReceived.request": LOG,
    "RequestDecided.id": LOG,
    "RequestDecided.cursor": LOG,
    "RequestDecided.createdAt": LOG,
    "RequestDecided.readAt": LOG,
    "RequestDecided.request": LOG,
    "RequestWithdrawn.id": LOG,
    "RequestWithdrawn.cursor": LOG,
    "RequestWithdrawn.createdAt": LOG,
    "RequestWithdrawn.readAt": LOG,
    "RequestWithdrawn.request": LOG,
    "RequestReminder.id": LOG,
    "RequestReminder.cursor": LOG,
    "RequestReminder.createdAt": LOG,
    "RequestReminder.readAt": LOG,
    "RequestReminder.request": LOG,
    "RequestDelayed.id": LOG,
    "RequestDelayed.cursor": LOG,
    "RequestDelayed.createdAt": LOG,
    "RequestDelayed.readAt": LOG,
    "RequestDelayed.request": LOG,
    "RequestExpired.id": LOG,
    "RequestExpired.cursor": LOG,
    "RequestExpired.createdAt": LOG,
    "RequestExpired.readAt": LOG,
    "RequestExpired.request": LOG,
    "MentorAvailable.id": LOG,
    "MentorAvailable.cursor": LOG,
    "MentorAvailable.createdAt": LOG,
    "MentorAvailable.readAt": LOG,
    "MentorAvailable.mentor": LOG,
    "MentorshipEnded.id": LOG,
    "MentorshipEnded.cursor": LOG,
    "MentorshipEnded.createdAt": LOG,
    "MentorshipEnded.readAt": LOG,
    "MentorshipEnded.mentorship": LOG,
    "ActionPlanChanged.id": LOG,
    "ActionPlanChanged.cursor": LOG,
    "ActionPlanChanged.createdAt": LOG,
    "ActionPlanChanged.readAt": LOG,
    "ActionPlanChanged.action": LOG,
    "Organisation.id": PUBLIC,
    "Organisation.name": PUBLIC,
    "Organisation.mentoringEnabled": PUBLIC,
    "Organisation.preferenceOptions": PUBLIC,
    "Organisation.actionTypes": PUBLIC,
    "Organisation.levels": PUBLIC,
    "Organisation.skills": PUBLIC,
    "PreferenceOption.id": PUBLIC,
    "PreferenceOption.label": PUBLIC,
    "PreferenceOption.retired": PUBLIC,
    "ActionType.id": PUBLIC,
    "ActionType.label": PUBLIC,
    "ActionType.mentorship": PUBLIC,
    "ActionType.retired": PUBLIC,
    "Skill.id": PUBLIC,
    "Skill.code": PUBLIC,
    "Skill.name": PUBLIC,
    "Skill.kind": PUBLIC,
    "Skill.category": PUBLIC,
    "Skill.subcategory": PUBLIC,
    "Skill.levels": PUBLIC,
    "RoleProfile.id": PUBLIC,
    "RoleProfile.name": PUBLIC,
    "RoleProfile.requirements": PUBLIC,
    "Match.id": PUBLIC,
    "Match.mentor": PUBLIC,
    "Match.percent": PUBLIC,
    "Match.skillPercent": PUBLIC,
    "Match.preferencePercent": PUBLIC,
    "Match.gaps": PUBLIC,
    "Match.sharedOptions": PUBLIC,
    "Match.listed": PUBLIC,
    "Match.unlistedReasons": PUBLIC,
    "UnlistedReason.code": HELD,
    "UnlistedReason.message": HELD,
    "RequestedGap.skill": HELD,
    "RequestedGap.currentLevel": HELD,
    "RequestedGap.requiredLevel": HELD,
    "RequestedGap.mentorLevel": HELD,
    "RequestedGap.coveredLevels": HELD,
    "ActionChange.id": HISTORY,
    "ActionChange.kind": HISTORY,
    "ActionChange.version": HISTORY,
    "ActionChange.changedBy": HISTORY,
    "ActionChange.changedAt": HISTORY,
    "ActionChange.fields": HISTORY,
    "FieldChange.field": HELD,
    "FieldChange.before": HELD,
    "FieldChange.after": HELD,
    "AvailabilityWatch.mentor": HELD,
    "AvailabilityWatch.createdAt": HELD,
    "NotificationSetting.kind": HELD,
    "NotificationSetting.email": HELD,
    "NotificationSetting.push": HELD,
    "Device.id": DEVICE,
    "Device.kind": DEVICE,
    "Device.createdAt": DEVICE,
    "Device.registeredAt": DEVICE,
    "Device.lastSuccessAt": DEVICE,
    "GapCoverage.gap": HELD,
    "GapCoverage.mentorLevel": HELD,
    "GapCoverage.coveredLevels": HELD,
    "GapCoverage.points": HELD,
    "SkillLevel.skill": HELD,
    "SkillLevel.level": HELD,
    "SkillLevel.endorsed": HELD,
    "SkillGap.skill": HELD,
    "SkillGap.currentLevel": HELD,
    "SkillGap.requiredLevel": HELD,
    "SkillGap.levels": HELD,
    "Level.level": HELD,
    "Level.name": HELD,
    "Administration.settings": ADMINISTRATION,
    "Administration.preferenceOptions": ADMINISTRATION,
    "Administration.actionTypes": ADMINISTRATION,
    "Administration.statistics": ADMINISTRATION,
    "Administration.activeMentorships": ADMINISTRATION,
    "AdministeredOption.option": ADMINISTRATION,
    "AdministeredOption.position": ADMINISTRATION,
    "AdministeredOption.mentors": ADMINISTRATION,
    "AdministeredOption.mentees": ADMINISTRATION,
    "AdministeredActionType.actionType": ADMINISTRATION,
    "AdministeredActionType.position": ADMINISTRATION,
    "AdministeredActionType.actions": ADMINISTRATION,
    "MentoringSettings.mentoringEnabled": ADMINISTRATION,
    "MentoringSettings.mentorLevel": ADMINISTRATION,
    "MentoringSettings.requestExpiryDays": ADMINISTRATION,
    "MentoringSettings.openRequestLimit": ADMINISTRATION,
    "MentoringStatistics.openRequests": ADMINISTRATION,
    "MentoringStatistics.decidedRequests": ADMINISTRATION,
    "MentoringStatistics.medianDaysToAnswer": ADMINISTRATION,
    "MentoringStatistics.acceptancePercent": ADMINISTRATION,
    "MentoringStatistics.activeMentorships": ADMINISTRATION,
    "MentoringStatistics.mentors": ADMINISTRATION,
    "MentoringStatistics.mentorsAtCapacity": ADMINISTRATION,
    "MentoringStatistics.untaughtGaps": ADMINISTRATION,
    "UntaughtGap.skill": ADMINISTRATION,
    "UntaughtGap.level": ADMINISTRATION,
    "UntaughtGap.people": ADMINISTRATION,
    "MentorEligibility.eligible": HELD,
    "MentorEligibility.reasons": HELD,
    "EligibilityReason.code": HELD,
    "EligibilityReason.message": HELD,
    "EligibilityReason.attribute": HELD,
    "EligibilityReason.heldLevel": HELD,
    "EligibilityReason.requiredLevel": HELD,
}

# Object types without rules of their own, as patterns, each with the reason.
SKIPPED: Final[dict[str, str]] = {
    "Query": "a root: what it leads to has the rules",
    "Mutation": "a root: who may change what is tested where it is changed",
    "Subscription": "a root: the entries that it delivers have the rules",
    "PageInfo": "tells of a page, not of what is on it",
    "*Connection": "a page of objects that have rules",
    "*Edge": "an object that has rules, and its place",
    "*Payload": "the answer to whoever made the change, of objects that have rules",
    "ActionDraft": "a part of a payload",
    "UserError": "tells people what they themselves did wrong",
}

# Fields that tell each viewer something about themselves, so that no two see the same.
PERSONAL: Final[dict[str, str]] = {
    "Mentor.match": "how the mentor suits the viewer",
}

# Fields that are empty for P, so that there is nothing to compare.
EMPTY: Final[dict[str, str]] = {
    "Match.unlistedReasons": "nothing keeps a mentor off the list that is read from the list",
}

# Texts of P's that need no canary, though not everybody sees them.
NO_CANARY: Final[dict[str, str]] = {
    "cursor": "opaque, and tells nothing",
}


def rule_of_object(type_name: str) -> Rule:
    """Who sees that an object of this type is there at all."""
    return next(
        rule for name, rule in RULES.items() if name.startswith(f"{type_name}.") and rule.otherwise is Refusal.ABSENT
    )
