"""An organisation's rule on who may mentor, as it stands in the database."""

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


async def mentoring_rule(organisation_id: int) -> MentoringRule:
    """Read the rule of one organisation; two statements."""
    organisation = await Organisation.get(id=organisation_id)
    attributes = await Skill.filter(organisation_id=organisation_id, kind=SkillKind.ATTRIBUTE, retired=False).order_by(
        "name", "id"
    )
    return MentoringRule(
        organisation_id=organisation_id,
        enabled=organisation.mentoring_enabled,
        level=organisation.mentor_level,
        attributes=tuple(
            Attribute(skill_id=attribute.id, name=attribute.name)
            for attribute in attributes
            if is_business_skill(attribute.category)
        ),
    )
