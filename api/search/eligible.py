"""An organisation's rule on who may mentor, as it stands in the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.domain.eligibility import Attribute, is_business_skill
from api.models import Organisation, Skill, SkillKind


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


def rule_of(
    organisation_id: int, *, enabled: bool, level: int, attributes: Iterable[tuple[int, str, str | None]]
) -> MentoringRule:
    """The rule, from the framework's attributes: key, name and category of each, in the order of their names."""
    return MentoringRule(
        organisation_id=organisation_id,
        enabled=enabled,
        level=level,
        attributes=tuple(
            Attribute(skill_id=skill_id, name=name)
            for skill_id, name, category in attributes
            if is_business_skill(category)
        ),
    )


async def mentoring_rule(organisation_id: int) -> MentoringRule:
    """Read the rule of one organisation; two statements."""
    organisation = await Organisation.get(id=organisation_id)
    attributes = await Skill.filter(organisation_id=organisation_id, kind=SkillKind.ATTRIBUTE, retired=False).order_by(
        "name", "id"
    )
    return rule_of(
        organisation_id,
        enabled=organisation.mentoring_enabled,
        level=organisation.mentor_level,
        attributes=[(attribute.id, attribute.name, attribute.category) for attribute in attributes],
    )
