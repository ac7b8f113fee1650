"""The levels that the people of the demo organisation hold: most of what their role requires, rarely all."""

from collections.abc import Mapping
from typing import Final

from api.demo.chance import Chance
from api.demo.departments import Post
from api.demo.framework import FRAMEWORK
from api.demo.roles import Role
from api.domain.eligibility import is_business_skill
from api.frameworks.rows import HeldRow
from api.models import SkillKind

_DEFINED: Final = {row.code: row.levels for row in FRAMEWORK.skills}
_PROFESSIONAL: Final = tuple(row.code for row in FRAMEWORK.skills if row.kind is SkillKind.PROFESSIONAL)
_ATTRIBUTES: Final = tuple(row.code for row in FRAMEWORK.skills if row.kind is SkillKind.ATTRIBUTE)
BUSINESS_SKILLS: Final = tuple(row.code for row in FRAMEWORK.skills if is_business_skill(row.category))
MENTOR_LEVEL: Final = 4

# How many levels somebody misses, each entry as likely as the next.
_MISSING: Final = (0, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8, 8, 10)
_TRIES: Final = 80
_ONE_MORE: Final = 0.25
_NOT_ASSESSED: Final = 0.3


def held_by(chance: Chance, post: Post) -> dict[str, HeldRow]:
    """What the holder of a post holds, by code."""
    role = post.role
    mentors = chance.happens(role.mentor_share)
    levels = _attributes(chance, role)
    levels |= _other_skills(chance, role)
    for trade in post.trades:
        levels |= {code: max(level, levels.get(code, 0)) for code, level in _above(chance, trade.required).items()}
    levels |= _of_role(chance, role, mentors=mentors)
    if mentors:
        levels |= {code: max(levels[code], MENTOR_LEVEL) for code in BUSINESS_SKILLS}
    else:
        _fall_short(chance, role, levels)
    endorsed = 0.1 * role.seniority
    return {code: HeldRow(level=level, endorsed=chance.happens(endorsed)) for code, level in levels.items() if level}


def _attributes(chance: Chance, role: Role) -> dict[str, int]:
    """The generic attributes, each around the role's seniority."""
    return {code: role.seniority + chance.one_of((-1, 0, 0, 0, 1)) for code in _ATTRIBUTES}


def _other_skills(chance: Chance, role: Role) -> dict[str, int]:
    """A few skills from other trades, at the lower of the levels that they are defined at."""
    candidates = [code for code in _PROFESSIONAL if code not in role.required and _DEFINED[code][0] < role.seniority]
    return {
        code: min(_DEFINED[code][0] + chance.below(2), role.seniority)
        for code in chance.some_of(candidates, chance.between(0, 4))
    }


def _above(chance: Chance, required: Mapping[str, int]) -> dict[str, int]:
    """The levels that a role requires, and here and there one more."""
    return {
        code: level + 1 if level + 1 in _DEFINED[code] and chance.happens(_ONE_MORE) else level
        for code, level in required.items()
    }


def _of_role(chance: Chance, role: Role, *, mentors: bool) -> dict[str, int]:
    """What the role requires, less some missing levels."""
    levels = dict(_above(chance, role.required) if mentors else role.required)
    missing = chance.one_of(_MISSING)
    trade = [code for code in sorted(role.required) if code in _PROFESSIONAL]
    traits = [code for code in sorted(role.required) if code in _ATTRIBUTES]
    weak_points = chance.some_of(trade, chance.between(3, 4)) + chance.some_of(traits, 1)
    for _ in range(_TRIES):
        if not missing:
            break
        code = chance.one_of(weak_points)
        lower = _next_lower(code, levels[code])
        lost = min(levels[code], role.required[code]) - lower
        if lost > missing or (mentors and code in BUSINESS_SKILLS and lower < MENTOR_LEVEL):
            continue
        levels[code] = lower
        missing -= max(lost, 0)
    return levels


def _next_lower(code: str, level: int) -> int:
    """The level below, as far as the framework defines the skill there; 0 is not held."""
    return level - 1 if level - 1 in _DEFINED[code] else 0


def _fall_short(chance: Chance, role: Role, levels: dict[str, int]) -> None:
    """Keep somebody from mentoring by a few business skills that their role does not ask for: too low, or never
    assessed.
    """
    others = [code for code in BUSINESS_SKILLS if code not in role.required]
    for code in chance.some_of(others, chance.between(1, 5)):
        levels[code] = 0 if chance.happens(_NOT_ASSESSED) else min(levels[code], MENTOR_LEVEL - 1)
