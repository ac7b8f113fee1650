"""The index in memory orders whom the pure rule orders, whatever was written into it, in whatever order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.eligibility import Attribute
from api.domain.gaps import find_gaps
from api.domain.matching import MatchBasis, Offered, Rank, Wanted, match
from api.search.criteria import Criteria, Window
from api.search.eligible import MentoringRule
from api.search.index import columns as columns_module
from api.search.index import scores as scores_module
from api.search.index.asking import Question, ask
from api.search.index.bits import reached, rows_in, total
from api.search.index.columns import Columns
from api.search.index.reading import Reading
from api.search.index.writing import append, apply

BUSI, FIRST_SKILL, OPTIONS = 1, 2, 4
KINDS = {BUSI: False, **dict.fromkeys(range(FIRST_SKILL, 12), True)}

levels = st.integers(1, 7)
profiles = st.dictionaries(st.sampled_from(sorted(KINDS)), levels, max_size=len(KINDS))
options = st.frozensets(st.integers(1, OPTIONS))


@contextmanager
def small_blocks(few: int) -> Iterator[None]:
    """As if everything were large: many blocks, and everything counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns_module, "BLOCK_ROWS", 128)
        patch.setattr(columns_module, "_FIRST_ROWS", 64)
        patch.setattr(scores_module, "_FEW", few)
        yield


@st.composite
def mentors(draw: st.DrawFn) -> list[Offered]:
    """By key, which is the order of a reading."""
    size, seed = draw(st.integers(0, 250)), draw(st.integers(0, 2**32 - 1))
    chance = np.random.default_rng(seed)
    found = []
    for mentor_id in sorted((chance.permutation(400)[:size] + 1).tolist()):
        held = {skill: int(chance.integers(1, 8)) for skill in KINDS if chance.random() < 0.5}
        offers = frozenset(option for option in range(1, OPTIONS + 1) if chance.random() < 0.4)
        found.append(
            Offered(mentor_id=mentor_id, levels=held, options=offers, active_mentees=int(chance.integers(0, 40)) // 9)
        )
    return found


def reading(offered: Sequence[Offered]) -> Reading:
    held = [(place, *pair) for place, each in enumerate(offered) for pair in each.levels.items()]
    offers = [(place, option) for place, each in enumerate(offered) for option in each.options]
    holders, skills, reached_levels = zip(*held, strict=True) if held else ((), (), ())
    offerers, offered_options = zip(*offers, strict=True) if offers else ((), ())
    return Reading(
        ids=np.array([each.mentor_id for each in offered], np.int64),
        active=np.array([each.active_mentees for each in offered], np.int64),
        skill_of=np.array(skills, np.int64),
        level=np.array(reached_levels, np.uint8),
        holder=np.array(holders, np.intp),
        option_of=np.array(offered_options, np.int64),
        offerer=np.array(offerers, np.intp),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    return Question(
        rule=MentoringRule(
            organisation_id=1,
            enabled=True,
            level=draw(levels),
            attributes=tuple(
                Attribute(skill_id=skill, name="") for skill in draw(st.sampled_from([(BUSI,), (BUSI, 3)]))
            ),
        ),
        wanted=Wanted(gaps=find_gaps(required=draw(profiles), held=draw(profiles)), options=draw(options)),
        basis=draw(st.sampled_from(MatchBasis)),
        criteria=Criteria(
            options=draw(st.none() | options.map(tuple)),
            skills=draw(st.none() | st.frozensets(st.sampled_from([*KINDS, 99])).map(tuple)),
            minimum_level=draw(st.none() | levels),
        ),
    )


def suits(question: Question, mentor: Offered) -> Rank | None:
    """By the rule's own words."""
    rule, criteria = question.rule, question.criteria
    taught = {skill: level for skill, level in mentor.levels.items() if KINDS[skill]}
    holds = criteria.skills is None and criteria.minimum_level is None
    skills = taught if criteria.skills is None else criteria.skills
    if (
        any(mentor.levels.get(each.skill_id, 0) < rule.level for each in rule.attributes)
        or (criteria.options is not None and not mentor.options & set(criteria.options))
        or not (holds or any(taught.get(skill, 0) >= (criteria.minimum_level or 1) for skill in skills))
    ):
        return None
    found = match(question.wanted, mentor, question.basis)
    return found.rank if found else None


def ranking(question: Question, everybody: Sequence[Offered], left_out: frozenset[int]) -> list[Rank]:
    ranks = (suits(question, mentor) for mentor in everybody if mentor.mentor_id not in left_out)
    return sorted(rank for rank in ranks if rank)


def cut(ranks: list[Rank], window: Window[Rank]) -> list[Rank]:
    within = [
        rank
        for rank in ranks
        if (window.after is None or rank > window.after) and (window.before is None or rank < window.before)
    ]
    return (within[::-1] if window.backwards else within)[: window.limit]


keys = st.builds(Rank, st.integers(-1, 40), st.integers(-1, 5), st.integers(-1, 9), st.integers(-1, 401))


@dataclass(frozen=True)
class Asked:
    question: Question
    window: Window[Rank]
    left_out: frozenset[int]


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    window = Window(
        limit=draw(st.integers(1, 30)),
        backwards=draw(st.booleans()),
        after=draw(st.none() | keys),
        before=draw(st.none() | keys),
    )
    return Asked(draw(questions()), window, draw(st.frozensets(st.integers(1, 400), max_size=5)))


def check(columns: Columns, everybody: Sequence[Offered], each: Asked) -> None:
    if each.question.hopeless:
        return
    scores = ask(columns, each.question)
    whole = ranking(each.question, everybody, each.left_out)
    assert scores.within(each.window, each.left_out) == cut(whole, each.window)
    # Bounds that are somebody's own are what pages come with.
    for bound in whole[:: max(1, len(whole) // 3)]:
        for window in (replace(each.window, after=bound, before=None), replace(each.window, after=None, before=bound)):
            assert scores.within(window, each.left_out) == cut(whole, window)


@settings(deadline=None)
@given(mentors(), st.lists(asked(), min_size=1, max_size=3), st.integers(0, 20))
def test_the_index_ranks_as_the_pure_rule_ranks_everybody(
    everybody: list[Offered], questions: list[Asked], few: int
) -> None:
    with small_blocks(few):
        columns = Columns(skills=KINDS, options=range(1, OPTIONS + 1))
        for part in (everybody[: len(everybody) // 2], everybody[len(everybody) // 2 :]):
            columns.make_room(reading(part), KINDS)
            append(columns, reading(part), expected=len(part))
        for each in questions:
            check(columns, everybody, each)


@settings(deadline=None)
@given(mentors(), st.lists(st.tuples(mentors(), st.sets(st.integers(1, 400))), max_size=4), asked(), st.integers(0, 20))
def test_whatever_is_written_over_what_the_index_holds_what_was_written_last(
    everybody: list[Offered], changes: list[tuple[list[Offered], set[int]]], question: Asked, few: int
) -> None:
    with small_blocks(few):
        # Of skills and options nothing is known before they come.
        columns = Columns(skills={}, options=())
        columns.make_room(reading(everybody), KINDS)
        append(columns, reading(everybody), expected=len(everybody))
        if everybody:
            columns.tighten()
        now = {mentor.mentor_id: mentor for mentor in everybody}
        for changed, gone in changes:
            left = [mentor for mentor in changed if mentor.mentor_id not in gone]
            columns.make_room(reading(left), KINDS)
            apply(columns, np.array(sorted({each.mentor_id for each in left} | gone), np.int64), reading(left))
            now = {key: mentor for key, mentor in now.items() if key not in gone}
            now |= {mentor.mentor_id: mentor for mentor in left}
            check(columns, [now[key] for key in sorted(now)], question)


@settings(deadline=None)
@given(st.lists(st.lists(levels, min_size=70, max_size=70), min_size=1, max_size=9), levels)
def test_planes_add_up_as_numbers_do(held: list[list[int]], above: int) -> None:
    def planes(column: list[int]) -> list[np.ndarray]:
        return [
            np.packbits(np.pad(np.array(column) > level, (0, 58)), bitorder="little").view(np.uint64)
            for level in range(above, 7)
        ]

    number = total(reached(planes(column)) for column in held)
    sums = np.zeros(70, int)
    for place, plane in enumerate(number):
        sums[rows_in(plane)] += 1 << place
    assert sums.tolist() == [sum(max(0, column[row] - above) for column in held) for row in range(70)]


@pytest.mark.parametrize("backwards", [False, True])
def test_equals_are_listed_by_key_in_whatever_order_they_came(backwards: bool) -> None:
    """Many of them, of whom nobody is sorted but a few at the end."""
    keys = np.random.default_rng(7).permutation(300) + 1
    question = Question(
        rule=MentoringRule(organisation_id=1, enabled=True, level=1, attributes=(Attribute(skill_id=BUSI, name=""),)),
        wanted=Wanted(gaps=(), options=frozenset()),
        basis=MatchBasis.PREFERENCES_ONLY,
        criteria=Criteria(),
    )
    with small_blocks(0):
        columns = Columns(skills=KINDS, options=())
        for part in np.array_split(keys, 9):
            equals = [
                Offered(mentor_id=int(key), levels={BUSI: 4}, options=frozenset(), active_mentees=2)
                for key in sorted(part)
            ]
            append(columns, reading(equals), expected=len(equals))
        scores = ask(columns, question)
        found: list[Rank] = []
        while page := scores.within(
            Window(limit=7, backwards=backwards, **{"before" if backwards else "after": found[-1] if found else None}),
            frozenset(),
        ):
            found += page
    assert [rank.mentor_id for rank in found] == sorted(keys.tolist(), reverse=backwards)
