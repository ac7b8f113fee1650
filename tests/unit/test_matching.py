"""Matching of one pair: the rule's own example, and what holds for every pair."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.gaps import Gap, find_gaps
from api.domain.levels import levels_in, span, thermometer
from api.domain.matching import (
    MatchBasis,
    Offered,
    Wanted,
    cover,
    gaps_when_asked,
    match,
    percent_when_asked,
    share,
)

PROG, DESN, TEST = 1, 2, 3
BY_GAPS = MatchBasis.SKILL_GAPS_AND_PREFERENCES

levels = st.integers(min_value=1, max_value=7)
profiles = st.dictionaries(st.integers(min_value=1, max_value=12), levels, max_size=12)
options = st.frozensets(st.integers(min_value=1, max_value=5))


@st.composite
def wanted(draw: st.DrawFn) -> Wanted:
    return Wanted(gaps=find_gaps(required=draw(profiles), held=draw(profiles)), options=draw(options))


@st.composite
def offered(draw: st.DrawFn) -> Offered:
    return Offered(
        mentor_id=draw(st.integers(min_value=1, max_value=99)),
        levels=draw(profiles),
        options=draw(options),
        active_mentees=draw(st.integers(min_value=0, max_value=9)),
    )


def mentor_at(levels: dict[int, int], *options: int) -> Offered:
    return Offered(mentor_id=1, levels=levels, options=frozenset(options), active_mentees=0)


def test_a_level_is_coded_as_the_levels_on_the_way_to_it() -> None:
    assert thermometer(3) == 0b0000111
    assert thermometer(0) == 0
    assert span(3, 5) == 0b0011000
    assert span(5, 3) == 0
    assert levels_in(0b0011000) == (4, 5)


def test_the_example_of_the_rule() -> None:
    gaps = find_gaps(required={PROG: 5, DESN: 4}, held={PROG: 3, DESN: 2})
    found = match(Wanted(gaps=gaps, options=frozenset()), mentor_at({PROG: 4, DESN: 6}), BY_GAPS)
    assert found
    assert (found.percent, found.skill_percent, found.preference_percent) == (75.0, 75.0, None)
    assert [(each.gap.skill_id, each.mentor_level, each.covered, each.points) for each in found.coverage] == [
        (PROG, 4, (4,), 25.0),
        (DESN, 6, (3, 4), 50.0),
    ]


def test_a_skill_not_held_is_missing_from_level_one() -> None:
    assert find_gaps(required={PROG: 2}, held={}) == (Gap(skill_id=PROG, current=0, required=2),)
    assert find_gaps(required={PROG: 2}, held={})[0].levels == (1, 2)
    assert find_gaps(required={PROG: 2, DESN: 3}, held={PROG: 2, DESN: 5}) == ()


def test_by_gaps_at_least_one_missing_level_must_be_covered() -> None:
    gaps = find_gaps(required={PROG: 5}, held={PROG: 3})
    assert match(Wanted(gaps=gaps, options=frozenset()), mentor_at({PROG: 3, DESN: 7}), BY_GAPS) is None
    assert match(Wanted(gaps=(), options=frozenset()), mentor_at({PROG: 7}), BY_GAPS) is None


def test_where_the_mentee_chose_preferences_at_least_one_must_be_shared() -> None:
    gaps = find_gaps(required={PROG: 5}, held={PROG: 3})
    chose_two = Wanted(gaps=gaps, options=frozenset({1, 2}))
    assert match(chose_two, mentor_at({PROG: 7}, 3), BY_GAPS) is None
    found = match(chose_two, mentor_at({PROG: 7}, 2, 3), BY_GAPS)
    assert found
    assert (found.skill_percent, found.preference_percent, found.shared_options) == (100.0, 50.0, frozenset({2}))


def test_by_preferences_alone_gaps_do_not_count() -> None:
    gaps = find_gaps(required={PROG: 5}, held={PROG: 3})
    found = match(Wanted(gaps=gaps, options=frozenset({1, 2})), mentor_at({}, 1), MatchBasis.PREFERENCES_ONLY)
    assert found
    assert (found.percent, found.skill_percent, found.preference_percent) == (50.0, None, 50.0)


@pytest.mark.parametrize(("part", "whole", "percent"), [(0, 3, 0), (3, 3, 100), (1, 2, 50), (1, 8, 12.5), (0, 0, 0)])
def test_shares_that_can_be_written_exactly_are(part: int, whole: int, percent: float) -> None:
    assert share(part, whole) == percent


@given(wanted(), offered(), st.randoms(use_true_random=False))
def test_points_add_up_to_the_skill_percent_exactly_in_any_order(
    wanted: Wanted, offered: Offered, shuffler: random.Random
) -> None:
    found = match(wanted, offered, BY_GAPS)
    if found:
        points = [each.points for each in found.coverage]
        shuffler.shuffle(points)
        assert sum(points) == found.skill_percent == found.percent


@given(wanted(), offered())
def test_a_request_keeps_the_points_of_the_match_and_the_gaps_of_which_some_level_is_covered(
    wanted: Wanted, offered: Offered
) -> None:
    coverage = cover(wanted.gaps, offered.levels)
    if coverage:
        assert percent_when_asked(wanted, offered) == sum(each.points for each in coverage)
    assert gaps_when_asked(wanted, offered) == [
        (each.gap.skill_id, each.gap.current, each.gap.required, each.mentor_level) for each in coverage if each.covered
    ]


@given(wanted(), offered(), st.sampled_from(MatchBasis))
def test_percentages_run_from_0_to_100_and_each_gap_gets_its_share(
    wanted: Wanted, offered: Offered, basis: MatchBasis
) -> None:
    found = match(wanted, offered, basis)
    if found:
        for percent in (found.percent, found.skill_percent, found.preference_percent):
            assert percent is None or 0 <= percent <= 100
        for each in found.coverage:
            assert each.points == pytest.approx(100 * len(each.covered) / wanted.missing_levels, abs=1e-9)
            assert set(each.covered) <= set(each.gap.levels)


@given(wanted(), offered(), st.integers(min_value=1, max_value=12))
def test_more_levels_never_lower_a_match(wanted: Wanted, offered: Offered, skill: int) -> None:
    better = Offered(
        mentor_id=offered.mentor_id,
        levels={**offered.levels, skill: min(7, offered.levels.get(skill, 0) + 1)},
        options=offered.options,
        active_mentees=offered.active_mentees,
    )
    before, after = match(wanted, offered, BY_GAPS), match(wanted, better, BY_GAPS)
    if before:
        assert after
        assert after.percent >= before.percent
        assert after.rank <= before.rank


@given(wanted(), st.lists(offered(), max_size=20, unique_by=lambda each: each.mentor_id), st.sampled_from(MatchBasis))
def test_the_order_is_total_and_follows_percent_then_preferences_then_load(
    wanted: Wanted, mentors: list[Offered], basis: MatchBasis
) -> None:
    found = sorted((each for mentor in mentors if (each := match(wanted, mentor, basis))), key=lambda each: each.rank)
    load = {mentor.mentor_id: mentor.active_mentees for mentor in mentors}
    keys = [(-each.percent, -(each.preference_percent or 0), load[each.mentor_id], each.mentor_id) for each in found]
    assert keys == sorted(keys)
    assert len({each.rank for each in found}) == len(found)
