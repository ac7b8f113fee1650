"""Everything that is held of one person, for themselves."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q
from tortoise.models import Model

from api.models import (
    Action,
    ActionChange,
    AuditEntry,
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
    Organisation,
    Person,
    PreferenceOption,
    RequestGap,
    RoleProfile,
    Skill,
)

# What is the person's, table by table. What they did to the plans of others is named below, without what it says:
# that is the others'.
_HELD: Final[Mapping[type[Model], Callable[[int], Q]]] = {
    Person: lambda key: Q(id=key),
    HeldLevel: lambda key: Q(person_id=key),
    MenteePreference: lambda key: Q(person_id=key),
    Mentor: lambda key: Q(id=key),
    MentorOption: lambda key: Q(mentor_id=key),
    AvailabilityWatch: lambda key: Q(person_id=key),
    MentorRequest: lambda key: Q(mentee_id=key) | Q(mentor_id=key),
    Mentorship: lambda key: Q(mentee_id=key) | Q(mentor_id=key) | Q(ended_by_id=key),
    Action: lambda key: Q(owner_id=key),
    IdempotencyKey: lambda key: Q(person_id=key),
    NotificationSetting: lambda key: Q(person_id=key),
    Device: lambda key: Q(person_id=key),
    EventLog: lambda key: Q(id=key),
    Event: lambda key: Q(person_id=key),
    EventStream: lambda key: Q(person_id=key),
    EventStreamOperation: lambda key: Q(stream__person_id=key),
    AuditEntry: lambda key: Q(actor_id=key),
}

# Secrets between two machines: they tell nothing of anybody, and open what is sent to them.
_SECRETS: Final[Mapping[type[Model], frozenset[str]]] = {Device: frozenset({"auth"})}

_DONE_TO_OTHERS: Final = ("id", "action_id", "version", "kind", "changed_at")


async def export_person(person: Person) -> dict[str, Any]:
    """Tables and rows, with the names of what the rows point to, fit for JSON."""
    held = {model.describe()["table"]: await _rows(model, where(person.id)) for model, where in _HELD.items()}
    own_requests = [row["id"] for row in held["mentor_request"]]
    own_actions = [row["id"] for row in held["action"]]
    held["request_gap"] = await _rows(RequestGap, Q(request_id__in=own_requests))
    held["action_change"] = await _rows(ActionChange, Q(action_id__in=own_actions))
    done = await _rows(ActionChange, Q(changed_by_id=person.id) & ~Q(action_id__in=own_actions))
    held["changes_of_the_plans_of_others"] = [{name: row[name] for name in _DONE_TO_OTHERS} for row in done]
    return {
        "organisation": (await Organisation.get(id=person.organisation_id)).name,
        **held,
        "names": await _names(person.organisation_id, held),
    }


async def _rows(model: type[Model], where: Q) -> list[dict[str, Any]]:
    rows = await model.filter(where).order_by("id").values()
    left_out = {"organisation_id"} | _SECRETS.get(model, frozenset())
    return [{name: _plain(value) for name, value in row.items() if name not in left_out} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, UUID) else value


_NAMED: Final[Mapping[str, tuple[type[Model], str]]] = {
    "skill_id": (Skill, "name"),
    "option_id": (PreferenceOption, "label"),
    "role_profile_id": (RoleProfile, "name"),
    **dict.fromkeys(("mentee_id", "mentor_id", "line_manager_id", "changed_by_id", "ended_by_id"), (Person, "name")),
}


async def _names(organisation_id: int, held: Mapping[str, list[dict[str, Any]]]) -> dict[str, dict[str, str]]:
    """What the keys in the rows stand for, by column."""
    names = {}
    for column, (model, name) in _NAMED.items():
        keys = {row[column] for rows in held.values() for row in rows if row.get(column) is not None}
        found = await model.filter(organisation_id=organisation_id, id__in=keys).order_by("id").values("id", name)
        names[column] = {str(row["id"]): row[name] for row in found}
    return names
