"""The people and the story of the demo organisation, before they are loaded."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from zoneinfo import ZoneInfo

import pytest

from api.demo.chance import Chance
from api.demo.finding import Finder, gaps_of, is_eligible
from api.demo.framework import FRAMEWORK
from api.demo.mentoring import Mentoring, plan_mentoring
from api.demo.people import people
from api.domain.eligibility import is_business_skill
from api.domain.lifecycle import RequestStatus
from api.frameworks.rows import PersonRow
from api.models import SkillKind

PEOPLE = people()
STORY = plan_mentoring(PEOPLE, options=7)
LEVELS = {skill.code: skill.levels for skill in FRAMEWORK.skills}


def digest(rows: tuple[PersonRow, ...], story: Mentoring) -> str:
    told = [
        [
            [row.name, row.email, row.job_title, row.location, row.time_zone, row.line_manager_email, row.role_profile],
            dict(row.required or {}),
            {code: [held.level, held.endorsed] for code, held in (row.held or {}).items()},
        ]
        for row in rows
    ]
    return hashlib.sha256(json.dumps([told, asdict(story)], default=sorted, sort_keys=True).encode()).hexdigest()


def test_there_are_300_people_with_emails_of_their_own() -> None:
    assert len(PEOPLE) == 300
    assert len({row.email for row in PEOPLE}) == 300
    assert all(row.email.isascii() and row.email == row.email.lower() for row in PEOPLE)
    assert all(row.email.endswith("@mentoring-demo.example") for row in PEOPLE)


def test_they_are_the_same_on_every_machine() -> None:
    assert digest(people(), plan_mentoring(people(), options=7)) == digest(PEOPLE, STORY)
    assert digest(PEOPLE, STORY) == "e878e28d8b643aba8ba2692057041cfd4e04fd1fc2e03733d346748e7864506e"


def test_another_seed_gives_other_people() -> None:
    assert {row.name for row in people(seed=1)} != {row.name for row in PEOPLE}


def test_line_managers_form_a_tree_under_one_head() -> None:
    manager = {row.email: row.line_manager_email for row in PEOPLE}
    assert sum(not above for above in manager.values()) == 1
    for email in manager:
        seen = set()
        person: str | None = email
        while person:
            assert person not in seen
            seen.add(person)
            person = manager[person]


def test_teams_have_six_to_nine_members() -> None:
    leads = {row.line_manager_email for row in PEOPLE}
    members = Counter(row.line_manager_email for row in PEOPLE if row.email not in leads)
    assert set(members.values()) <= {6, 7, 8, 9}


def test_roles_and_people_keep_to_the_levels_of_the_framework() -> None:
    assert 10 <= len({row.role_profile for row in PEOPLE}) <= 14
    for row in PEOPLE:
        assert row.required
        assert row.held
        assert 6 <= len(row.required) <= 10
        assert all(level in LEVELS[code] for code, level in row.required.items())
        assert all(held.level in LEVELS[code] for code, held in row.held.items())


def test_a_role_requires_the_same_of_everybody() -> None:
    required = {row.role_profile: row.required for row in PEOPLE}
    assert all(row.required == required[row.role_profile] for row in PEOPLE)


def test_places_fit_time_zones_that_exist() -> None:
    places = {(row.location, row.time_zone) for row in PEOPLE}
    assert len({location for location, _ in places}) == len(places) > 25
    assert all(ZoneInfo(time_zone or "") for _, time_zone in places)


def test_about_a_quarter_are_eligible() -> None:
    assert 70 <= sum(is_eligible(row) for row in PEOPLE) <= 80


def test_most_have_gaps_of_a_size_that_can_be_closed() -> None:
    missing = [sum(len(gap.levels) for gap in gaps_of(row)) for row in PEOPLE]
    assert sum(2 <= levels <= 8 for levels in missing) > 240


def test_some_names_have_accents_and_some_other_scripts() -> None:
    assert sum(not row.name.isascii() for row in PEOPLE) > 30
    for first, last in (("\u0600", "\u06ff"), ("\u4e00", "\u9fff")):
        assert any(first <= letter <= last for row in PEOPLE for letter in row.name)


def test_the_framework_has_the_16_attributes_and_names_every_level() -> None:
    attributes = [skill for skill in FRAMEWORK.skills if skill.kind is SkillKind.ATTRIBUTE]
    assert len(attributes) == 16
    assert sum(is_business_skill(skill.category) for skill in attributes) == 12
    assert all(skill.levels == (1, 2, 3, 4, 5, 6, 7) for skill in attributes)
    assert list(FRAMEWORK.level_names) == [1, 2, 3, 4, 5, 6, 7]
    assert len({skill.code for skill in FRAMEWORK.skills}) == len(FRAMEWORK.skills)


def test_sixty_mentors_are_eligible_people() -> None:
    eligible = {row.email for row in PEOPLE if is_eligible(row)}
    mentors = [mentor.email for mentor in STORY.mentors]
    assert len(set(mentors)) == len(mentors) == 60
    assert eligible.issuperset(mentors)


def test_requests_are_of_pairs_that_suit_and_mentors_accept_no_more_than_they_have_room_for() -> None:
    rows = {row.email: row for row in PEOPLE}
    finder = Finder(PEOPLE, STORY.mentors, STORY.preferences)
    for request in STORY.requests:
        assert request.mentor in dict(finder.matches(rows[request.mentee]))
    assert len({(request.mentee, request.mentor) for request in STORY.requests}) == len(STORY.requests) == 80
    accepted = Counter(request.mentor for request in STORY.requests if request.outcome is RequestStatus.ACCEPTED)
    for mentor in STORY.mentors:
        assert mentor.capacity is None or accepted[mentor.email] <= mentor.capacity


def test_answers_and_only_answers_carry_a_comment() -> None:
    for request in STORY.requests:
        answered = request.outcome in (RequestStatus.ACCEPTED, RequestStatus.DECLINED)
        assert bool(request.comment) is answered


def test_newcomers_have_asked_nobody_and_find_somebody_whom_nobody_has_asked() -> None:
    finder = Finder(PEOPLE, STORY.mentors, STORY.preferences)
    asked = {request.mentor for request in STORY.requests}
    newcomers = [row for row in PEOPLE if gaps_of(row)][:12]
    assert {row.email for row in newcomers}.isdisjoint(request.mentee for request in STORY.requests)
    for row in newcomers:
        assert any(mentor not in asked for mentor, _ in finder.matches(row)[:5])
    assert sum(mentor.email not in asked and not mentor.paused for mentor in STORY.mentors) >= 12


@pytest.mark.parametrize("seed", [0, 1])
def test_choices_stay_within_what_there_is_to_choose_from(seed: int) -> None:
    chance = Chance(seed)
    assert {chance.between(1, 3) for _ in range(100)} == {1, 2, 3}
    assert sorted(chance.shuffled("abc")) == ["a", "b", "c"]
    assert len(set(chance.some_of("abcdef", 4))) == 4
    assert chance.some_of("ab", 5) in (["a", "b"], ["b", "a"])
