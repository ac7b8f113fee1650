"""Who may mentor (design, section 2, "Eligible to mentor")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BUSINESS_SKILLS: Final = "business skills"


class EligibilityCode(StrEnum):
    MENTORING_DISABLED = "MENTORING_DISABLED"
    BUSINESS_SKILLS_NOT_ASSESSED = "BUSINESS_SKILLS_NOT_ASSESSED"
    BUSINESS_SKILLS_TOO_LOW = "BUSINESS_SKILLS_TOO_LOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A generic attribute filed under "Business skills"."""

    skill_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why somebody may not mentor; ``held`` is None where the attribute was never assessed."""

    code: EligibilityCode
    message: str
    attribute_id: int | None = None
    held: int | None = None
    required: int | None = None


def is_business_skill(category: str | None) -> bool:
    """Whether a framework's category is "Business skills": SFIA 8 files one attribute there, SFIA 9 twelve
    (as "Business skills/Behavioural factors").
    """
    return category is not None and category.strip().casefold().startswith(BUSINESS_SKILLS)


def reasons_against(
    *, mentoring_enabled: bool, attributes: Sequence[Attribute], held: Mapping[int, int], required: int
) -> tuple[Reason, ...]:
    """Every reason why somebody holding ``held`` may not mentor; none means eligible.

    A framework with no attribute under "Business skills" makes nobody eligible: there is nothing to show it by.
    """
    reasons = []
    if not mentoring_enabled:
        reasons.append(
            Reason(code=EligibilityCode.MENTORING_DISABLED, message="Your organisation has mentoring switched off.")
        )
    if not attributes:
        reasons.append(
            Reason(
                code=EligibilityCode.BUSINESS_SKILLS_NOT_ASSESSED,
                message="Your organisation's framework has no Business skills attribute to be assessed at.",
                required=required,
            )
        )
    reasons.extend(
        _shortfall(each, held.get(each.skill_id), required)
        for each in attributes
        if held.get(each.skill_id, 0) < required
    )
    return tuple(reasons)


def _shortfall(attribute: Attribute, held: int | None, required: int) -> Reason:
    if held is None:
        return Reason(
            code=EligibilityCode.BUSINESS_SKILLS_NOT_ASSESSED,
            message=f"{attribute.name} has not been assessed; mentors hold it at level {required} or above.",
            attribute_id=attribute.skill_id,
            required=required,
        )
    return Reason(
        code=EligibilityCode.BUSINESS_SKILLS_TOO_LOW,
        message=f"{attribute.name} is at level {held}; mentors hold it at level {required} or above.",
        attribute_id=attribute.skill_id,
        held=held,
        required=required,
    )
