"""An organisation's skills, which hardly ever change: kept by each process, and read anew where they did."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from api.domain.eligibility import Attribute
from api.models import Skill, SkillKind
from api.models.statements import columns_of, records_of, rows_from
from api.search.eligible import business_skills

# Whoever writes a row leaves the number of their transaction on it, so rows that have the same are the same.
_OF_ROWS: Final = "bit_xor(hashint8extended(skill.id, skill.xmin::text::bigint))"

# What a statement asks in which an organisation stands, to know whether its skills are still what they were.
FINGERPRINT: Final = f"(SELECT {_OF_ROWS} FROM skill WHERE skill.organisation_id = organisation.id)"

_SKILLS: Final = f"""
SELECT {{columns}}, {_OF_ROWS} OVER () FROM skill WHERE organisation_id = $1 ORDER BY name, id
"""

# What the mentor of a row holds: a number for each skill, in the order of their keys.
HELD: Final = """
ARRAY(SELECT skill_id * 16 + level * 2 + endorsed::int FROM held_level WHERE person_id = mentor.id ORDER BY skill_id)
"""

_MOST_SKILLS: Final = 50_000


@dataclass(frozen=True, eq=False)
class Framework:
    """The skills by key, in the order of their names; retired ones too. ``fingerprint`` is theirs, none where there are
    no skills.
    """

    organisation_id: int
    fingerprint: int | None
    skills: Mapping[int, Skill]

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """Those that count for mentors."""
        return business_skills(
            (skill.id, skill.name, skill.category)
            for skill in self.skills.values()
            if skill.kind is SkillKind.ATTRIBUTE and not skill.retired
        )

    @cached_property
    def numbers(self) -> frozenset[int]:
        """All that ``HELD`` can hold of them."""
        return frozenset(skill_id << 4 | rest for skill_id in self.skills for rest in range(16))


class Frameworks:
    """Those that were asked for last, up to so many skills in all. Make one a process."""

    def __init__(self, *, most_skills: int = _MOST_SKILLS) -> None:
        self._most_skills = most_skills
        self._kept: OrderedDict[int, Framework] = OrderedDict()

    async def of(self, organisation_id: int, fingerprint: int | None) -> Framework:
        """The framework as it was when this fingerprint was read, or later; one statement where it is not kept."""
        kept = self._kept.get(organisation_id)
        if kept is None or kept.fingerprint != fingerprint:
            kept = await self._renewed(organisation_id)
        else:
            self._kept.move_to_end(organisation_id)
        return kept

    async def that_has(self, framework: Framework, held: Iterable[Sequence[int]]) -> Framework:
        """The framework, read anew where it is from before some of the skills that people hold, as in ``HELD``."""
        if all(map(framework.numbers.issuperset, held)):
            return framework
        return await self._renewed(framework.organisation_id)

    async def _renewed(self, organisation_id: int) -> Framework:
        framework = self._kept[organisation_id] = await _read(organisation_id)
        self._kept.move_to_end(organisation_id)
        while len(self._kept) > 1 and sum(len(each.skills) for each in self._kept.values()) > self._most_skills:
            self._kept.popitem(last=False)
        return framework


async def _read(organisation_id: int) -> Framework:
    records = await records_of(_SKILLS.format(columns=columns_of(Skill, "skill")), organisation_id)
    skills = rows_from(Skill, records)
    return Framework(
        organisation_id=organisation_id,
        fingerprint=records[0][-1] if records else None,
        skills={skill.id: skill for skill in skills},
    )


def skill_of(held: int) -> int:
    """The key of a skill that is held."""
    return held >> 4


def level_of(held: int) -> int:
    return held >> 1 & 7


def levels_by_skill(held: Sequence[int]) -> dict[int, int]:
    return {each >> 4: each >> 1 & 7 for each in held}


def is_endorsed(held: int) -> bool:
    return bool(held & 1)
