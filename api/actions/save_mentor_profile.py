"""Become a mentor, update the profile, or leave the search."""

from collections.abc import Collection
from typing import Final

from api.actions.availability import announce_availability
from api.actions.options import chosen_options
from api.actions.work import Work, action
from api.domain.eligibility import reasons_against
from api.domain.errors import RefusalCode, Refused
from api.domain.unchanged import UNCHANGED, NotSaid
from api.domain.viewer import Viewer
from api.models import Mentor, MentorOption
from api.search.eligible import MentoringRule, mentoring_rule
from api.search.profiles import levels_of

LARGEST_CAPACITY: Final = 1_000


@action
async def save_mentor_profile(
    work: Work,
    *,
    viewer: Viewer,
    option_ids: Collection[int],
    capacity: int | NotSaid | None = UNCHANGED,
    paused: bool | NotSaid = UNCHANGED,
) -> Mentor:
    """Offer these options, or with none of them leave the search and keep one's mentees.

    ``capacity`` is the most mentees at once (None: no limit). Raises ``Refused``: MENTORING_DISABLED, NOT_ELIGIBLE,
    OPTION_REQUIRED (for a first profile), NOT_FOUND, INVALID.
    """
    rule = await mentoring_rule(viewer.organisation_id)
    if not rule.enabled:
        raise Refused(RefusalCode.MENTORING_DISABLED, "Your organisation has mentoring switched off.")
    options = await chosen_options(viewer, option_ids, so_far=MentorOption.filter(mentor_id=viewer.person_id))
    _check_capacity(capacity)
    mentor = await Mentor.select_for_update(no_key=True).get_or_none(id=viewer.person_id)
    if options:
        await _check_eligible(rule, viewer)
    elif mentor is None:
        raise Refused(RefusalCode.OPTION_REQUIRED, "Choose at least one option to become a mentor.", field="optionIds")
    if mentor is None:
        await Mentor.get_or_create(id=viewer.person_id, defaults={"organisation_id": viewer.organisation_id})
        # Another device may have come first, and a third be at it: what is not said is read under the lock.
        mentor = await Mentor.select_for_update(no_key=True).get(id=viewer.person_id)
    if capacity is not UNCHANGED:
        mentor.capacity = capacity
    if paused is not UNCHANGED:
        mentor.paused = paused
    await mentor.save(update_fields=["capacity", "paused"])
    await _replace_options(mentor, options)
    work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb="save_mentor_profile",
        subject="mentor",
        subject_id=mentor.id,
        options=options,
        capacity=mentor.capacity,
        paused=mentor.paused,
    )
    await announce_availability(work, viewer.organisation_id, [mentor.id])
    return mentor


def _check_capacity(capacity: int | NotSaid | None) -> None:
    if isinstance(capacity, int) and not 1 <= capacity <= LARGEST_CAPACITY:
        raise Refused(
            RefusalCode.INVALID,
            f"Capacity is a number of mentees from 1 to {LARGEST_CAPACITY:,}, or null for no limit.",
            field="capacity",
        )


async def _check_eligible(rule: MentoringRule, viewer: Viewer) -> None:
    held = (await levels_of([viewer.person_id]))[viewer.person_id]
    reasons = reasons_against(
        mentoring_enabled=rule.enabled, attributes=rule.attributes, held=held, required=rule.level
    )
    if reasons:
        raise Refused(RefusalCode.NOT_ELIGIBLE, " ".join(reason.message for reason in reasons))


async def _replace_options(mentor: Mentor, options: list[int]) -> None:
    await MentorOption.filter(mentor_id=mentor.id, option_id__not_in=options).delete()
    await MentorOption.bulk_create(
        [
            MentorOption(organisation_id=mentor.organisation_id, mentor_id=mentor.id, option_id=option_id)
            for option_id in options
        ],
        ignore_conflicts=True,
    )
