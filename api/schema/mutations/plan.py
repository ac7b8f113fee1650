from datetime import date
from typing import Any

import strawberry
from strawberry import ID, UNSET

from api.actions.action_plan import ActionInput, add_action, change_action, remove_action
from api.domain.unchanged import UNCHANGED
from api.models import Action as ActionRow
from api.schema.action import Action
from api.schema.enums import ActionStatus, RefusalCode
from api.schema.mutations.outcome import Outcome, UserError, outcome
from api.schema.node import Info, global_id, key_of


@strawberry.input(description="An action to add, where no id is given, or else what to change of one.")
class SaveActionInput:
    id: ID | None = strawberry.field(default=None, description="The action to change; null to add one.")
    version: int | None = strawberry.field(
        default=None, description="The version that the change is made to; needed with `id`."
    )
    owner_id: ID | None = strawberry.field(
        default=None, description="Whose plan to add to, a person; null: the viewer's. Not looked at with `id`."
    )
    title: str | None = strawberry.field(
        default=UNSET, description="What is to be done, 1 to 200 characters; needed to add."
    )
    details: str | None = strawberry.field(
        default=UNSET, description="What else there is to say, at most 4,000 characters; null: nothing."
    )
    type_id: ID | None = strawberry.field(default=UNSET, description="One of the action types; needed to add.")
    skill_id: ID | None = strawberry.field(
        default=UNSET, description="The skill whose gap it addresses; null: none in particular."
    )
    mentorship_id: ID | None = strawberry.field(
        default=UNSET, description="The owner's mentorship that it belongs to; null: none."
    )
    status: ActionStatus | None = strawberry.field(default=UNSET, description="How far it is; PLANNED to begin with.")
    due_on: date | None = strawberry.field(default=UNSET, description="The day by which to be done; null: none.")


@strawberry.type(description="What became of it.")
class SaveActionPayload:
    action: Action | None = strawberry.field(
        description="The action as it is now, also where it was changed meanwhile; null where otherwise refused."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="Which action to remove.")
class RemoveActionInput:
    id: ID = strawberry.field(description="The action to remove.")
    version: int = strawberry.field(description="The version that it has for the client.")


@strawberry.type(description="What became of it.")
class RemoveActionPayload:
    removed_id: ID | None = strawberry.field(description="The id of what was removed; null where refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class PlanMutations:
    @strawberry.mutation(description="Add to an action plan, or change an action on it. Others who may hear of it.")
    async def save_action(self, info: Info, input: SaveActionInput) -> SaveActionPayload:
        if input.id is not None and input.version is None:
            error = UserError(
                code=RefusalCode.INVALID,
                message="Send the version that your change is made to along with the id.",
                field=["version"],
            )
            return SaveActionPayload(action=None, errors=[error])
        saved = await (_added(info, input) if input.id is None else _changed(info, input))
        record = saved.value or (saved.subject if isinstance(saved.subject, ActionRow) else None)
        return SaveActionPayload(action=Action(record=record) if record else None, errors=saved.errors)

    @strawberry.mutation(description="Take an action off its plan.")
    async def remove_action(self, info: Info, input: RemoveActionInput) -> RemoveActionPayload:
        removed = await outcome(
            info,
            remove_action(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                action_id=key_of(input.id, "Action"),
                version=input.version,
            ),
        )
        removed_id = global_id("Action", removed.value.id) if removed.value else None
        return RemoveActionPayload(removed_id=removed_id, errors=removed.errors)


async def _added(info: Info, input: SaveActionInput) -> Outcome[ActionRow]:
    viewer = info.context.viewer
    owner_id = viewer.person_id if input.owner_id is None else key_of(input.owner_id, "Person")
    return await outcome(
        info, add_action(info.context.services.wakeups, viewer=viewer, owner_id=owner_id, given=_given(input))
    )


async def _changed(info: Info, input: SaveActionInput) -> Outcome[ActionRow]:
    return await outcome(
        info,
        change_action(
            info.context.services.wakeups,
            viewer=info.context.viewer,
            action_id=key_of(input.id or "", "Action"),
            version=input.version or 0,
            given=_given(input),
        ),
    )


def _given(input: SaveActionInput) -> ActionInput:
    return ActionInput(
        title=_said(input.title),
        details=_said(input.details),
        type_id=_key_said(input.type_id, "ActionType"),
        skill_id=_key_said(input.skill_id, "Skill"),
        mentorship_id=_key_said(input.mentorship_id, "Mentorship"),
        status=_said(input.status),
        due_on=_said(input.due_on),
    )


def _said(value: Any) -> Any:
    return UNCHANGED if value is UNSET else value


def _key_said(value: ID | None, type_name: str) -> Any:
    return _said(value) if value is UNSET or value is None else key_of(value, type_name)
