"""One pass over the planes that a search asks about."""

from dataclasses import dataclass, field
from functools import reduce
from operator import and_

import numpy as np

from api.domain.matching import MatchBasis, Wanted
from api.search.criteria import Criteria
from api.search.eligible import MentoringRule
from api.search.index.bits import Number, Plane, any_of, reached, total
from api.search.index.columns import Block, Columns
from api.search.index.scores import Part, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that an order of mentors hangs on, but for who asks."""

    rule: MentoringRule
    wanted: Wanted
    basis: MatchBasis
    criteria: Criteria
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.rule, self.wanted, self.basis, self.criteria)))

    def __hash__(self) -> int:
        """Looked for several times a search, and made of many."""
        return self._hash

    @property
    def by_skill(self) -> bool:
        return self.basis is MatchBasis.SKILL_GAPS_AND_PREFERENCES

    @property
    def answerable(self) -> bool:
        """Whether the index holds what is asked about: it knows no words."""
        criteria = self.criteria
        return criteria.location is None and criteria.time_zone is None and criteria.text is None

    @property
    def hopeless(self) -> bool:
        """Whether the rules alone say that nobody is found."""
        nothing_missing = self.by_skill and not self.wanted.gaps
        return not self.rule.enabled or not self.rule.attributes or nothing_missing

    @property
    def planes(self) -> int:
        """About how many planes it looks at."""
        return self.wanted.missing_levels + len(self.wanted.options) + len(self.rule.attributes)


def ask(columns: Columns, question: Question) -> Scores:
    """Everybody found, and the parts of their ranks."""
    wanted = question.wanted
    missing = wanted.missing_levels if question.by_skill else 0
    widths = (missing.bit_length(), len(wanted.options).bit_length(), len(columns.layout.active))
    found = np.zeros(columns.words, np.uint64)
    covered, shared, free = (np.zeros((width, columns.words), np.uint64) for width in widths)
    for block in columns.blocks:
        candidates = _candidates(columns, block, question)
        if candidates is None:
            continue
        if question.by_skill:
            number = total(
                reached(columns.thermometer(block, gap.skill_id, gap.current, gap.required)) for gap in wanted.gaps
            )
            candidates = _keep(covered[:, block.words], number, candidates)
        if wanted.options:
            number = total([plane] for plane in columns.offering(block, wanted.options))
            candidates = _keep(shared[:, block.words], number, candidates)
        # Fewer are better.
        for place, plane in zip(free[::-1, block.words], columns.active(block), strict=True):
            np.invert(plane, out=place)
        found[block.words] = candidates
    return Scores(
        columns=columns,
        found=found,
        parts=(
            Part(planes=covered, best=missing),
            Part(planes=shared, best=len(wanted.options)),
            Part(planes=free, best=(1 << len(free)) - 1),
        ),
    )


def _keep(planes: Plane, number: Number, candidates: Plane) -> Plane:
    """Write a number down, the highest bit first; of the candidates, those for whom it is not nothing."""
    something = any_of(number)
    for place, plane in zip(planes[::-1], number, strict=False):
        place[:] = plane
    return np.zeros_like(candidates) if something is None else candidates & something


def _candidates(columns: Columns, block: Block, question: Question) -> Plane | None:
    """Who can be found in this block, and fits the criteria; None where nobody can."""
    rule, criteria = question.rule, question.criteria
    conditions: list[Plane | None] = [
        block.listed,
        *(columns.reaching(block, skill, rule.level) for skill in rule.attribute_ids),
    ]
    if criteria.options is not None:
        conditions.append(any_of(columns.offering(block, criteria.options)))
    if criteria.skills is not None or criteria.minimum_level is not None:
        level = criteria.minimum_level or 1
        skills = [None] if criteria.skills is None else columns.professional(criteria.skills)
        reaching = [columns.reaching(block, skill, level) for skill in skills]
        conditions.append(any_of([plane for plane in reaching if plane is not None]))
    known = [plane for plane in conditions if plane is not None]
    return None if len(known) < len(conditions) else reduce(and_, known)
