from typing import Any

import strawberry
from strawberry import ID, UNSET

from api.actions.administer import (
    remove_action_type,
    remove_preference_option,
    save_action_type,
    save_mentoring_settings,
    save_preference_option,
)
from api.domain.unchanged import UNCHANGED
from api.schema.action import ActionType
from api.schema.administration import MentoringSettings
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info, global_id, key_of
from api.schema.option import PreferenceOption


@strawberry.input(description="What to set; what is null or not given stays as it was.")
class SaveMentoringSettingsInput:
    mentoring_enabled: bool | None = strawberry.field(
        default=UNSET, description="Whether mentors can be found and asked. Switched off, what exists goes on."
    )
    mentor_level: int | None = strawberry.field(
        default=UNSET, description="The level that mentors need, 1 to 7. Whoever is below is found no more."
    )
    request_expiry_days: int | None = strawberry.field(
        default=UNSET, description="For how many days new requests can be answered, 1 to 365."
    )
    open_request_limit: int | None = strawberry.field(
        default=UNSET, description="How many requests a mentee can have open at once, 1 to 100."
    )


@strawberry.type(description="What became of it.")
class SaveMentoringSettingsPayload:
    settings: MentoringSettings | None = strawberry.field(description="All settings as they are now; null if refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="A preference option to add, where no id is given, or else what to change of one.")
class SavePreferenceOptionInput:
    id: ID | None = strawberry.field(default=None, description="The option to change; null to add one.")
    label: str | None = strawberry.field(
        default=UNSET,
        description="What people read, 1 to 200 characters, which no other option of the organisation has in upper "
        "or lower case; needed to add.",
    )
    position: int | None = strawberry.field(
        default=UNSET, description="Where it stands, 0 to 10,000; null or not given: as it was, or after all others."
    )
    retired: bool | None = strawberry.field(
        default=UNSET, description="Whether it can be chosen no more; null or not given: as it was, or that it can."
    )


@strawberry.type(description="What became of it.")
class SavePreferenceOptionPayload:
    option: PreferenceOption | None = strawberry.field(description="The option as it is now; null where refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="Which preference option to remove.")
class RemovePreferenceOptionInput:
    id: ID = strawberry.field(description="The option to remove.")


@strawberry.type(description="What became of it.")
class RemovePreferenceOptionPayload:
    removed_id: ID | None = strawberry.field(
        description="The id of the option that is gone; null where it is in use, or refused."
    )
    option: PreferenceOption | None = strawberry.field(
        description="The option, now retired, where it is in use; null where it is gone, or refused."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="An action type to add, where no id is given, or else what to change of one.")
class SaveActionTypeInput:
    id: ID | None = strawberry.field(default=None, description="The action type to change; null to add one.")
    label: str | None = strawberry.field(
        default=UNSET,
        description="What people read, 1 to 200 characters, which no other action type of the organisation has in "
        "upper or lower case; needed to add.",
    )
    position: int | None = strawberry.field(
        default=UNSET, description="Where it stands, 0 to 10,000; null or not given: as it was, or after all others."
    )
    mentorship: bool | None = strawberry.field(
        default=UNSET,
        description="Whether actions of this type belong to mentoring; null or not given: as it was, or that they do "
        "not. One type that is not retired does.",
    )
    retired: bool | None = strawberry.field(
        default=UNSET, description="Whether it can be chosen no more; null or not given: as it was, or that it can."
    )


@strawberry.type(description="What became of it.")
class SaveActionTypePayload:
    action_type: ActionType | None = strawberry.field(description="The action type as it is now; null where refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="Which action type to remove.")
class RemoveActionTypeInput:
    id: ID = strawberry.field(description="The action type to remove.")


@strawberry.type(description="What became of it.")
class RemoveActionTypePayload:
    removed_id: ID | None = strawberry.field(
        description="The id of the action type that is gone; null where it is in use, or refused."
    )
    action_type: ActionType | None = strawberry.field(
        description="The action type, now retired, where it is in use; null where it is gone, or refused."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class AdministrationMutations:
    @strawberry.mutation(description="Set how the organisation runs mentoring. For administrators.")
    async def save_mentoring_settings(
        self, info: Info, input: SaveMentoringSettingsInput
    ) -> SaveMentoringSettingsPayload:
        saved = await outcome(
            info,
            save_mentoring_settings(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                mentoring_enabled=_chosen(input.mentoring_enabled),
                mentor_level=_chosen(input.mentor_level),
                request_expiry_days=_chosen(input.request_expiry_days),
                open_request_limit=_chosen(input.open_request_limit),
            ),
        )
        settings = MentoringSettings(record=saved.value) if saved.value else None
        return SaveMentoringSettingsPayload(settings=settings, errors=saved.errors)

    @strawberry.mutation(description="Add a preference option, or change one. For administrators.")
    async def save_preference_option(self, info: Info, input: SavePreferenceOptionInput) -> SavePreferenceOptionPayload:
        saved = await outcome(
            info,
            save_preference_option(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                option_id=None if input.id is None else key_of(input.id, "PreferenceOption"),
                label=UNCHANGED if input.label is UNSET else input.label,
                position=_chosen(input.position),
                retired=_chosen(input.retired),
            ),
        )
        option = PreferenceOption(record=saved.value) if saved.value else None
        return SavePreferenceOptionPayload(option=option, errors=saved.errors)

    @strawberry.mutation(
        description="Take away a preference option: one that somebody has chosen is retired, any other deleted. "
        "For administrators."
    )
    async def remove_preference_option(
        self, info: Info, input: RemovePreferenceOptionInput
    ) -> RemovePreferenceOptionPayload:
        option_id = key_of(input.id, "PreferenceOption")
        removed = await outcome(
            info,
            remove_preference_option(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                option_id=option_id,
            ),
        )
        return RemovePreferenceOptionPayload(
            removed_id=None if removed.errors or removed.value else global_id("PreferenceOption", option_id),
            option=PreferenceOption(record=removed.value) if removed.value else None,
            errors=removed.errors,
        )

    @strawberry.mutation(description="Add an action type, or change one. For administrators.")
    async def save_action_type(self, info: Info, input: SaveActionTypeInput) -> SaveActionTypePayload:
        saved = await outcome(
            info,
            save_action_type(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                type_id=None if input.id is None else key_of(input.id, "ActionType"),
                label=UNCHANGED if input.label is UNSET else input.label,
                position=_chosen(input.position),
                mentorship=_chosen(input.mentorship),
                retired=_chosen(input.retired),
            ),
        )
        action_type = ActionType(record=saved.value) if saved.value else None
        return SaveActionTypePayload(action_type=action_type, errors=saved.errors)

    @strawberry.mutation(
        description="Take away an action type: one that an action has is retired, any other deleted. "
        "For administrators."
    )
    async def remove_action_type(self, info: Info, input: RemoveActionTypeInput) -> RemoveActionTypePayload:
        type_id = key_of(input.id, "ActionType")
        removed = await outcome(
            info,
            remove_action_type(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                type_id=type_id,
            ),
        )
        return RemoveActionTypePayload(
            removed_id=None if removed.errors or removed.value else global_id("ActionType", type_id),
            action_type=ActionType(record=removed.value) if removed.value else None,
            errors=removed.errors,
        )


def _chosen(value: Any) -> Any:
    return UNCHANGED if value is UNSET or value is None else value
