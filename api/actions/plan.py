"""Who may change a plan, and who hears of it."""

from api.actions.relations import relations_to
from api.actions.work import Work
from api.domain.access import Aspect, may
from api.domain.errors import RefusalCode, Refused
from api.domain.events import Event, EventKind
from api.domain.viewer import Viewer
from api.models import Action, Mentorship, Person


async def check_may_edit(viewer: Viewer, owner_id: int) -> None:
    """Raises ``Refused`` where the viewer may not change this person's plan: NOT_FOUND, or NOT_ALLOWED where the
    person is known to them.
    """
    relations = (await relations_to(viewer, [owner_id]))[owner_id]
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
        relations = (await relations_to(viewer, [present.owner_id]))[present.owner_id]
        if may(relations, Aspect.PLAN):
            return present
    raise Refused(RefusalCode.NOT_FOUND, "There is no such action.", field="id")


async def announce_change(work: Work, viewer: Viewer, written: Action, *, verb: str) -> None:
    """Audit a change and tell everybody else who may make one."""
    await work.audit(
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
