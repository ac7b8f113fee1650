"""Who may change a plan, what is kept of a change, and who hears of it."""

from typing import Final

from api.actions.relations import relations_to
from api.actions.work import Work
from api.domain.access import Aspect, Relation, may
from api.domain.errors import RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.lifecycle import ChangeKind
from api.domain.viewer import Viewer
from api.models import Action, ActionChange, Mentorship, Person


async def check_may_edit(viewer: Viewer, owner_id: int) -> None:
    """Raises ``Refused`` where the viewer may not change this person's plan: NOT_FOUND, or NOT_ALLOWED where the
    person is known to them.
    """
    relations = await _lasting_relations(viewer, owner_id)
    if not relations:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such person.", field="ownerId")
    if not may(relations, Aspect.PLAN):
        raise Refused(
            RefusalCode.NOT_ALLOWED,
            "Only they themselves, their line manager and their active mentors may change this plan.",
            field="ownerId",
        )


async def editable_action(viewer: Viewer, action_id: int) -> Action:
    """An action that the viewer may change. Raises ``Refused`` (NOT_FOUND) for any other."""
    present = await Action.get_or_none(id=action_id, organisation_id=viewer.organisation_id, removed_at=None)
    if present is not None:
        relations = await _lasting_relations(viewer, present.owner_id)
        if may(relations, Aspect.PLAN):
            return present
    raise Refused(RefusalCode.NOT_FOUND, "There is no such action.", field="id")


async def _lasting_relations(viewer: Viewer, owner_id: int) -> frozenset[Relation]:
    """What the viewer is to the owner, until the commit: access stops with a mentorship, so that one which is being
    ended ends before the change is allowed, or after it was made.
    """
    mentorships = Mentorship.filter(mentor_id=viewer.person_id, mentee_id=owner_id, ended_at=None)
    await mentorships.select_for_update(no_key=True)
    return (await relations_to(viewer, [owner_id]))[owner_id]


# What a change is told by, under the names that clients know.
_TOLD: Final = ("title", "details", "type_id", "skill_id", "mentorship_id", "status", "due_on")


async def remember_change(written: Action, kind: ChangeKind, *, before: Action | None = None) -> None:
    """Keep who made this version, and what it changed in the one ``before``; a version of which all is new, or which
    is the last, needs no more than that.
    """
    was, now = (_told(before), _told(written)) if before else ({}, {})
    await ActionChange.create(
        organisation_id=written.organisation_id,
        action_id=written.id,
        version=written.version,
        kind=kind,
        changed_by_id=written.updated_by_id,
        changed_at=written.updated_at,
        changes={name: [was[name], now[name]] for name in now if was[name] != now[name]},
    )


def _told(written: Action) -> dict[str, str | None]:
    values = {name: getattr(written, name) for name in _TOLD}
    return {name: None if value is None else str(value) for name, value in values.items()}


async def announce_change(work: Work, viewer: Viewer, written: Action, *, verb: str) -> None:
    """Audit a change and tell everybody else who may make one."""
    work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb=verb,
        subject="action",
        subject_id=written.id,
        version=written.version,
    )
    owner = await Person.get(id=written.owner_id)
    mentorships = await Mentorship.filter(mentee_id=owner.id, ended_at=None)
    editors = {owner.id, *(each.mentor_id for each in mentorships)}
    if owner.line_manager_id is not None:
        editors.add(owner.line_manager_id)
    work.announce(
        viewer.organisation_id,
        *(
            Event(recipient_id=editor, kind=EventKind.ACTION_PLAN_CHANGED, subject_id=written.id)
            for editor in editors - {viewer.person_id}
        ),
    )
