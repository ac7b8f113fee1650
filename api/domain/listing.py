"""Why a mentor is not on a mentee's list (design, section 2, "Findable", "Match" and "Left out of the list")."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.domain.matching import Match, covers_nothing, shares_nothing


class UnlistedCode(StrEnum):
    YOURSELF = "YOURSELF"
    ALREADY_ASKED = "ALREADY_ASKED"
    ALREADY_YOUR_MENTOR = "ALREADY_YOUR_MENTOR"
    MENTORING_DISABLED = "MENTORING_DISABLED"
    LEFT_THE_SEARCH = "LEFT_THE_SEARCH"
    PAUSED = "PAUSED"
    AT_CAPACITY = "AT_CAPACITY"
    UNAVAILABLE = "UNAVAILABLE"
    COVERS_NO_GAP = "COVERS_NO_GAP"
    SHARES_NO_PREFERENCE = "SHARES_NO_PREFERENCE"


MESSAGES: Final = {
    UnlistedCode.YOURSELF: "This is you.",
    UnlistedCode.ALREADY_ASKED: "You have asked them, and they have not answered yet.",
    UnlistedCode.ALREADY_YOUR_MENTOR: "They mentor you already.",
    UnlistedCode.MENTORING_DISABLED: "Your organisation has mentoring switched off.",
    UnlistedCode.LEFT_THE_SEARCH: "They no longer offer to mentor.",
    UnlistedCode.PAUSED: "They take a break from new requests.",
    UnlistedCode.AT_CAPACITY: "They mentor as many people as they can.",
    UnlistedCode.UNAVAILABLE: "They cannot be asked at the moment.",
    UnlistedCode.COVERS_NO_GAP: "They cover none of your gaps.",
    UnlistedCode.SHARES_NO_PREFERENCE: "They offer none of what you prefer.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is between a mentee and a mentor, and how the mentor stands; all of it public, or the mentee's own."""

    oneself: bool
    asked: bool
    mentored: bool
    enabled: bool
    offering: bool
    paused: bool
    full: bool
    findable: bool


def reasons_unlisted(standing: Standing, found: Match) -> tuple[UnlistedCode, ...]:
    """Everything that keeps the mentor off the list; nothing where they are on it.

    That a mentor lost their eligibility is nobody else's to know: it shows as UNAVAILABLE, where nothing else does.
    """
    unfindable = {
        UnlistedCode.MENTORING_DISABLED: not standing.enabled,
        UnlistedCode.LEFT_THE_SEARCH: not standing.offering,
        UnlistedCode.PAUSED: standing.paused,
        UnlistedCode.AT_CAPACITY: standing.full,
    }
    reasons = {
        UnlistedCode.YOURSELF: standing.oneself,
        UnlistedCode.ALREADY_ASKED: standing.asked,
        UnlistedCode.ALREADY_YOUR_MENTOR: standing.mentored,
        **unfindable,
        UnlistedCode.UNAVAILABLE: not standing.findable and not any(unfindable.values()),
        UnlistedCode.COVERS_NO_GAP: covers_nothing(found),
        UnlistedCode.SHARES_NO_PREFERENCE: shares_nothing(found),
    }
    return tuple(code for code, holds in reasons.items() if holds)
