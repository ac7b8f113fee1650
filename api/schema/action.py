from datetime import date, datetime
from typing import Final, NamedTuple

import strawberry
from strawberry import ID

from api.domain.access import Aspect
from api.models import Action as ActionRow
from api.models import ActionChange as ActionChangeRow
from api.models import ActionType as ActionTypeRow
from api.resolvers.paging import PageArguments
from api.resolvers.plans import (
    action_cursor,
    change_cursor,
    count_actions,
    count_changes,
    page_of_actions,
    page_of_changes,
)
from api.schema.arguments import After, Before, First, Last
from api.schema.connection import CountedConnection, edges_of
from api.schema.enums import ActionStatus, ChangeKind
from api.schema.mentorship import Mentorship
from api.schema.node import Info, Node, global_id
from api.schema.permissions import Needs
from api.schema.references import PersonRef, person_view
from api.schema.skill import Skill, skill_view


@strawberry.type(description="A kind of action, from the organisation's list.")
class ActionType(Node):
    record: strawberry.Private[ActionTypeRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("ActionType", self.record.id)

    @strawberry.field(description="What people read, in the organisation's own words.")
    def label(self) -> str:
        return self.record.label

    @strawberry.field(description="Whether actions of this type belong to mentoring.")
    def mentorship(self) -> bool:
        return self.record.mentorship

    @strawberry.field(
        description="Whether it is no longer on the list: actions that have it keep it, no other can be given it."
    )
    def retired(self) -> bool:
        return self.record.retired


@strawberry.type(description="What became different about one field of an action.")
class FieldChange:
    field: str = strawberry.field(description="The field, as in `Action`; `typeId` and the like hold ids.")
    before: str | None = strawberry.field(description="What it was, as text; null where it was nothing.")
    after: str | None = strawberry.field(description="What it became, as text; null where it is nothing.")


@strawberry.type(description="One change of an action: who made which version of it, and when.")
class ActionChange(Node):
    record: strawberry.Private[ActionChangeRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("ActionChange", self.record.id)

    @strawberry.field(description="What was done.")
    def kind(self) -> ChangeKind:
        return self.record.kind

    @strawberry.field(description="The version that it made.")
    def version(self) -> int:
        return self.record.version

    @strawberry.field(description="Who did it.")
    async def changed_by(self, info: Info) -> PersonRef:
        return await person_view(info, self.record.changed_by_id)

    @strawberry.field(description="When.")
    def changed_at(self) -> datetime:
        return self.record.changed_at

    @strawberry.field(description="The fields that became different; empty where it was added or removed.")
    def fields(self) -> list[FieldChange]:
        return [
            FieldChange(field=_NAMES[name].field, before=_shown(name, before), after=_shown(name, after))
            for name, (before, after) in self.record.changes.items()
        ]


class _Name(NamedTuple):
    field: str
    id_of: str | None = None


_NAMES: Final = {
    "title": _Name("title"),
    "details": _Name("details"),
    "type_id": _Name("typeId", "ActionType"),
    "skill_id": _Name("skillId", "Skill"),
    "mentorship_id": _Name("mentorshipId", "Mentorship"),
    "status": _Name("status"),
    "due_on": _Name("dueOn"),
}


def _shown(name: str, value: str | None) -> str | None:
    id_of = _NAMES[name].id_of
    return value if value is None or id_of is None else global_id(id_of, int(value))


@strawberry.type(description="One entry of a person's action plan.")
class Action(Node):
    record: strawberry.Private[ActionRow]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("Action", self.record.id)

    @strawberry.field(description="What is to be done, in a line.")
    def title(self) -> str:
        return self.record.title

    @strawberry.field(description="What else there is to say; null where nothing.")
    def details(self) -> str | None:
        return self.record.details

    @strawberry.field(description="What kind of action it is.")
    async def type(self, info: Info) -> ActionType:
        record = await info.context.loaders.action_type.load(self.record.type_id)
        if record is None:
            raise LookupError(f"action type {self.record.type_id} is gone although an action has it")
        return ActionType(record=record)

    @strawberry.field(description="The skill whose gap it addresses; null where it addresses none.")
    async def skill(self, info: Info) -> Skill | None:
        return None if self.record.skill_id is None else await skill_view(info, self.record.skill_id)

    @strawberry.field(description="The mentorship that it belongs to; null where it belongs to none.")
    async def mentorship(self, info: Info) -> Mentorship | None:
        if self.record.mentorship_id is None:
            return None
        record = await info.context.loaders.mentorship.load(self.record.mentorship_id)
        return Mentorship(record=record) if record else None

    @strawberry.field(description="How far it is.")
    def status(self) -> ActionStatus:
        return self.record.status

    @strawberry.field(description="The day by which it should be done; null where there is none.")
    def due_on(self) -> date | None:
        return self.record.due_on

    @strawberry.field(description="Who added it.")
    async def created_by(self, info: Info) -> PersonRef:
        return await person_view(info, self.record.created_by_id)

    @strawberry.field(description="Who changed it last.")
    async def updated_by(self, info: Info) -> PersonRef:
        return await person_view(info, self.record.updated_by_id)

    @strawberry.field(description="When it was added.")
    def created_at(self) -> datetime:
        return self.record.created_at

    @strawberry.field(description="When it was changed last.")
    def updated_at(self) -> datetime:
        return self.record.updated_at

    @strawberry.field(description="Grows by one with each change; send it along with the next one.")
    def version(self) -> int:
        return self.record.version

    @strawberry.field(
        description="Who changed what and when, oldest first. For the plan's owner, FORBIDDEN for others.",
        extensions=[Needs(Aspect.HISTORY, of="owner_id")],
    )
    async def history(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> CountedConnection[ActionChange] | None:
        page = await page_of_changes(self.record.id, PageArguments(first=first, after=after, last=last, before=before))
        edges, page_info = edges_of(page, lambda row: ActionChange(record=row), change_cursor)
        return CountedConnection(edges=edges, page_info=page_info, count=lambda: count_changes(self.record.id))


@strawberry.type(description="A person's list of actions.")
class ActionPlan(Node):
    owner_id: strawberry.Private[int]

    @strawberry.field(description="Opaque and stable.")
    def id(self) -> ID:
        return global_id("ActionPlan", self.owner_id)

    @strawberry.field(description="Whose plan it is.")
    async def owner(self, info: Info) -> PersonRef:
        return await person_view(info, self.owner_id)

    @strawberry.field(description="The actions, oldest first.")
    async def actions(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> CountedConnection[Action]:
        page = await page_of_actions(self.owner_id, PageArguments(first=first, after=after, last=last, before=before))
        edges, page_info = edges_of(page, lambda row: Action(record=row), action_cursor)
        return CountedConnection(edges=edges, page_info=page_info, count=lambda: count_actions(self.owner_id))
