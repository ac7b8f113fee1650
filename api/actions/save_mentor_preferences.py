"""Say what one wants in a mentor."""

from collections.abc import Collection

from api.actions.options import chosen_options
from api.actions.work import Work, action
from api.domain.viewer import Viewer
from api.models import MenteePreference, Person


@action
async def save_mentor_preferences(work: Work, *, viewer: Viewer, option_ids: Collection[int]) -> None:
    """Want these options from now on; none is a choice too. Raises ``Refused``: NOT_FOUND, INVALID (a
    retired one).
    """
    so_far = MenteePreference.filter(person_id=viewer.person_id)
    options = await chosen_options(viewer, option_ids, so_far=so_far)
    # One choice at a time: two that mix would be a third that nobody made.
    await Person.select_for_update(no_key=True).get(id=viewer.person_id)
    await MenteePreference.filter(person_id=viewer.person_id, option_id__not_in=options).delete()
    await MenteePreference.bulk_create(
        [
            MenteePreference(organisation_id=viewer.organisation_id, person_id=viewer.person_id, option_id=option_id)
            for option_id in options
        ],
        ignore_conflicts=True,
    )
    work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb="save_mentor_preferences",
        subject="person",
        subject_id=viewer.person_id,
        options=options,
    )
