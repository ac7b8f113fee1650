"""The tables and their constraints, one file a noun. This module is the app that Tortoise migrates."""

from api.models.action import Action, ActionChange
from api.models.audit import AuditEntry
from api.models.device import Device
from api.models.event import Event, EventLog, NotificationSetting
from api.models.event_stream import EventStream, EventStreamOperation
from api.models.mentor import AvailabilityWatch, MenteePreference, Mentor, MentorOption
from api.models.mentorship import Mentorship
from api.models.organisation import ActionType, Organisation, PreferenceOption
from api.models.person import HeldLevel, Person
from api.models.request import IdempotencyKey, MentorRequest, RequestGap
from api.models.role import RoleProfile, RoleRequirement
from api.models.skill import FrameworkLevel, Skill, SkillKind

__all__ = [
    "Action",
    "ActionChange",
    "ActionType",
    "AuditEntry",
    "AvailabilityWatch",
    "Device",
    "Event",
    "EventLog",
    "EventStream",
    "EventStreamOperation",
    "FrameworkLevel",
    "HeldLevel",
    "IdempotencyKey",
    "MenteePreference",
    "Mentor",
    "MentorOption",
    "MentorRequest",
    "Mentorship",
    "NotificationSetting",
    "Organisation",
    "Person",
    "PreferenceOption",
    "RequestGap",
    "RoleProfile",
    "RoleRequirement",
    "Skill",
    "SkillKind",
]
