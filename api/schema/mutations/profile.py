import strawberry
from strawberry import ID, UNSET

from api.actions.save_mentor_preferences import save_mentor_preferences
from api.actions.save_mentor_profile import save_mentor_profile
from api.domain.unchanged import UNCHANGED
from api.schema.mentor import Mentor
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info, key_of
from api.schema.person import Person
from api.schema.references import person_view


@strawberry.input(description="How the viewer mentors.")
class SaveMentorProfileInput:
    option_ids: list[ID] = strawberry.field(
        description="The preference options offered. None leaves the search; the viewer's mentees stay."
    )
    capacity: int | None = strawberry.field(
        default=UNSET, description="Most mentees at once, 1 to 1,000; null: no limit; not given: as it was."
    )
    paused: bool | None = strawberry.field(
        default=UNSET, description="Whether to take a break from new requests; null or not given: as it was."
    )


@strawberry.type(description="What became of it.")
class SaveMentorProfilePayload:
    mentor: Mentor | None = strawberry.field(description="The viewer as a mentor; null where refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="What the viewer wants in a mentor.")
class SaveMentorPreferencesInput:
    option_ids: list[ID] = strawberry.field(description="The preference options wanted; none is a choice too.")


@strawberry.type(description="What became of it.")
class SaveMentorPreferencesPayload:
    viewer: Person | None = strawberry.field(description="The viewer, with the new preferences; null where refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class ProfileMutations:
    @strawberry.mutation(description="Become a mentor, update the profile, or leave the search.")
    async def save_mentor_profile(self, info: Info, input: SaveMentorProfileInput) -> SaveMentorProfilePayload:
        saved = await outcome(
            info,
            save_mentor_profile(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                option_ids=[key_of(each, "PreferenceOption") for each in input.option_ids],
                capacity=UNCHANGED if input.capacity is UNSET else input.capacity,
                paused=UNCHANGED if input.paused is UNSET or input.paused is None else input.paused,
            ),
        )
        return SaveMentorProfilePayload(mentor=Mentor(record=saved.value) if saved.value else None, errors=saved.errors)

    @strawberry.mutation(description="Say what the viewer wants in a mentor.")
    async def save_mentor_preferences(
        self, info: Info, input: SaveMentorPreferencesInput
    ) -> SaveMentorPreferencesPayload:
        saved = await outcome(
            info,
            save_mentor_preferences(
                info.context.services.wakeups,
                viewer=info.context.viewer,
                option_ids=[key_of(each, "PreferenceOption") for each in input.option_ids],
            ),
        )
        viewer = None if saved.errors else await person_view(info, info.context.viewer.person_id)
        return SaveMentorPreferencesPayload(viewer=viewer, errors=saved.errors)
