"""What a person can do about mentoring others, so that a client shows the right buttons."""

from enum import StrEnum


class MentorAction(StrEnum):
    BECOME_A_MENTOR = "BECOME_A_MENTOR"
    UPDATE_MENTOR_PROFILE = "UPDATE_MENTOR_PROFILE"
    MENTEE_REQUESTS = "MENTEE_REQUESTS"


def mentor_actions(*, eligible: bool, enabled: bool, has_profile: bool, offering: bool) -> tuple[MentorAction, ...]:
    """Whoever offers may change the profile, also to leave; whoever could offer may begin; whoever ever offered may
    have requests to answer, which mentoring switched off does not end.
    """
    actions = {
        MentorAction.BECOME_A_MENTOR: eligible and not offering,
        MentorAction.UPDATE_MENTOR_PROFILE: enabled and offering,
        MentorAction.MENTEE_REQUESTS: has_profile,
    }
    return tuple(action for action, shown in actions.items() if shown)
