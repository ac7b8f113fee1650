"""Add to an action plan, change it, take away from it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from tortoise.expressions import F

from api.actions.options import chosen_action_type
from api.actions.plan import announce_change, check_may_edit, editable_action, remember_change
from api.actions.work import Work, action
from api.domain.errors import RefusalCode, Refused
from api.domain.lifecycle import ActionStatus, ChangeKind
from api.domain.text import LONGEST_LINE, optional_text, required_text
from api.domain.unchanged import UNCHANGED, NotSaid, said
from api.domain.viewer import Viewer
from api.models import Action, Mentorship, Skill


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionInput:
    """What to write; what is not said stays as it is, or as new actions begin."""

    title: str | NotSaid | None = UNCHANGED
    details: str | NotSaid | None = UNCHANGED
    type_id: int | NotSaid | None = UNCHANGED
    skill_id: int | NotSaid | None = UNCHANGED
    mentorship_id: int | NotSaid | None = UNCHANGED
    status: ActionStatus | NotSaid | None = UNCHANGED
    due_on: date | NotSaid | None = UNCHANGED

    def said(self) -> dict[str, Any]:
        return said(**{name: getattr(self, name) for name in self.__slots__})


@action
async def add_action(work: Work, *, viewer: Viewer, owner_id: int, given: ActionInput) -> Action:
    """Add an action to somebody's plan. Raises ``Refused``: NOT_FOUND, NOT_ALLOWED, INVALID."""
    await check_may_edit(viewer, owner_id)
    for field, value in (("title", given.title), ("type_id", given.type_id)):
        if value is UNCHANGED:
            given = replace(given, **{field: None})
    values = await _checked(viewer, owner_id, given, type_so_far=None)
    written = await Action.create(
        organisation_id=viewer.organisation_id,
        owner_id=owner_id,
        created_by_id=viewer.person_id,
        updated_by_id=viewer.person_id,
        **values,
    )
    await remember_change(written, ChangeKind.ADDED)
    await announce_change(work, viewer, written, verb="add_action")
    return written


@action
async def change_action(work: Work, *, viewer: Viewer, action_id: int, version: int, given: ActionInput) -> Action:
    """Change an action that still has this version. Raises ``Refused``: NOT_FOUND, NOT_ALLOWED, INVALID,
    STALE_VERSION, which tells the present one.
    """
    present = await editable_action(viewer, action_id)
    values = await _checked(viewer, present.owner_id, given, type_so_far=present.type_id)
    return await _write(work, viewer, present, version, values, kind=ChangeKind.CHANGED)


@action
async def remove_action(work: Work, *, viewer: Viewer, action_id: int, version: int) -> Action:
    """Take an action that still has this version off its plan. Raises like ``change_action``."""
    present = await editable_action(viewer, action_id)
    return await _write(work, viewer, present, version, {"removed_at": datetime.now(UTC)}, kind=ChangeKind.REMOVED)


async def _write(
    work: Work, viewer: Viewer, before: Action, version: int, values: dict[str, Any], *, kind: ChangeKind
) -> Action:
    written = await Action.filter(id=before.id, version=version, removed_at=None).update(
        **values, version=F("version") + 1, updated_by_id=viewer.person_id, updated_at=datetime.now(UTC)
    )
    present = await Action.get(id=before.id)
    if not written:
        raise Refused(
            RefusalCode.STALE_VERSION,
            f"The action is at version {present.version} by now; look at it again, then change that.",
            field="version",
            subject=present,
        )
    await remember_change(present, kind, before=before if kind is ChangeKind.CHANGED else None)
    await announce_change(work, viewer, present, verb=_VERBS[kind])
    return present


_VERBS: Final = {ChangeKind.CHANGED: "change_action", ChangeKind.REMOVED: "remove_action"}


async def _checked(viewer: Viewer, owner_id: int, given: ActionInput, *, type_so_far: int | None) -> dict[str, Any]:
    """What was said, as it is to be stored."""
    values = given.said()
    ours = viewer.organisation_id
    if "title" in values:
        values["title"] = required_text(
            values["title"], "title", code=RefusalCode.INVALID, message="Give it a title.", longest=LONGEST_LINE
        )
    if "details" in values:
        values["details"] = optional_text(values["details"], "details")
    if "status" in values:
        values["status"] = values["status"] or ActionStatus.PLANNED
    if "type_id" in values:
        values["type_id"] = await chosen_action_type(viewer, values["type_id"], so_far=type_so_far)
    if values.get("skill_id") is not None and not await Skill.exists(id=values["skill_id"], organisation_id=ours):
        raise Refused(RefusalCode.NOT_FOUND, "There is no such skill.", field="skillId")
    if values.get("mentorship_id") is not None and not await Mentorship.exists(
        id=values["mentorship_id"], mentee_id=owner_id, organisation_id=ours
    ):
        raise Refused(RefusalCode.NOT_FOUND, "There is no such mentorship of this person.", field="mentorshipId")
    return values
