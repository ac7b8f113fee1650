"""An organisation's rule on who may mentor, as it stands in the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tortoise.connection import get_connection

from api.domain.eligibility import Attribute, is_business_skill
from api.models import SkillKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MentoringRule:
    """Whether mentoring is on, and which attributes a mentor holds at ``level`` or above."""

    organisation_id: int
    enabled: bool
    level: int
    attributes: tuple[Attribute, ...]

    @property
    def attribute_ids(self) -> list[int]:
        return [attribute.skill_id for attribute in self.attributes]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRule(MentoringRule):
    """And how many requests a mentee may have open at once, and after how many days one expires."""

    open_request_limit: int
    request_expiry_days: int


def business_skills(attributes: Iterable[tuple[int, str, str | None]]) -> tuple[Attribute, ...]:
    """Those of a framework's attributes that count: key, name and category of each, in the order of their names."""
    return tuple(
        Attribute(skill_id=skill_id, name=name)
        for skill_id, name, category in attributes
        if is_business_skill(category)
    )


# What a statement asks of an organisation whose rule it is to tell.
RULE: Final = """
organisation.mentoring_enabled, organisation.mentor_level, organisation.open_request_limit,
organisation.request_expiry_days
"""
_RULE: Final = f"""
SELECT {RULE}, skill.id, skill.name, skill.category
FROM organisation
LEFT JOIN skill ON skill.organisation_id = organisation.id AND skill.kind = $2 AND NOT skill.retired
WHERE organisation.id = $1 ORDER BY skill.name, skill.id
"""


async def mentoring_rule(organisation_id: int) -> AskingRule:
    """Read the rule of one organisation; one statement. Raises ``LookupError`` where there is no such organisation."""
    values = [organisation_id, SkillKind.ATTRIBUTE.value]
    rows = await get_connection("default").execute_query_dict(_RULE, values)
    if not rows:
        raise LookupError(f"there is no organisation {organisation_id}")
    attributes = business_skills((row["id"], row["name"], row["category"]) for row in rows if row["id"] is not None)
    return rule_from(organisation_id, rows[0], attributes)


def rule_from(organisation_id: int, row: Mapping[str, Any], attributes: tuple[Attribute, ...]) -> AskingRule:
    """The rule of a row that has what ``RULE`` asks for."""
    return AskingRule(
        organisation_id=organisation_id,
        enabled=row["mentoring_enabled"],
        level=row["mentor_level"],
        open_request_limit=row["open_request_limit"],
        request_expiry_days=row["request_expiry_days"],
        attributes=attributes,
    )
