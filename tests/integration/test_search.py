"""The search ranks as the pure rule ranks everybody, page by page, forwards and backwards."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from api.demo.load import load_demo
from api.domain.ids import decode_id
from api.domain.matching import MatchBasis, Offered, match
from api.models import HeldLevel, Mentor, MentorOption, MentorRequest, Mentorship, Organisation, Person
from api.schema.node import global_id
from api.search.eligible import mentoring_rule
from api.search.profiles import wanted_by
from tests.houses import House
from tests.operations import data
from tests.wakers import Recorder

MATCHES = """
query ($basis: MatchBasis!, $first: Int, $after: String, $last: Int, $before: String, $filter: MentorFilter) {
  matches(basis: $basis, first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    edges { cursor node { percent skillPercent preferencePercent mentor { id } gaps { points } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
BY_GAPS = MatchBasis.SKILL_GAPS_AND_PREFERENCES
SKILLS = [f"S{number}" for number in range(10)]
OPTIONS = ["Career development", "Leadership", "Technical depth"]


async def random_house(seed: int, people: int) -> House:
    """People with every reason to be listed and not to be."""
    chance = random.Random(seed)
    house = await House.build()

    def levels() -> dict[str, int]:
        return {code: chance.randint(1, 7) for code in chance.sample(SKILLS, chance.randint(0, 7))}

    everybody = []
    for _ in range(people):
        everybody.append(
            await house.person(
                held=levels(), required=levels() or None, wants=chance.sample(OPTIONS, chance.randint(0, 2))
            )
        )
        everybody.append(
            await house.mentor(
                held={**levels(), "BUSI": chance.choice([2, 4, 4, 4, 7])},
                required=levels() or None,
                offers=chance.sample(OPTIONS, chance.randint(0, 3)),
                paused=chance.random() < 0.1,
                capacity=chance.choice([None, None, 2]),
            )
        )
    for mentor in await Mentor.filter(organisation_id=house.organisation.id):
        await Mentor.filter(id=mentor.id).update(active_mentees=chance.randint(0, 2))
        for mentee in chance.sample(everybody, 3):
            if mentee.id != mentor.id:
                pair = {"organisation_id": house.organisation.id, "mentee_id": mentee.id, "mentor_id": mentor.id}
                request = await MentorRequest.create(**pair)
                if chance.random() < 0.5:
                    await MentorRequest.filter(id=request.id).update(
                        status="ACCEPTED", comment="Yes", decided_at=request.created_at
                    )
                    await Mentorship.create(**pair, request_id=request.id)
    return house


@dataclass
class Everybody:
    """All that the ranking of one organisation depends on, as it is in the tables."""

    organisation: Organisation
    business_skills: list[int]
    mentors: list[Mentor]
    levels: dict[int, dict[int, int]]
    options: dict[int, set[int]]
    taken: set[tuple[int, int]]

    @classmethod
    async def of(cls, organisation_id: int) -> "Everybody":
        levels: dict[int, dict[int, int]] = defaultdict(dict)
        for row in await HeldLevel.filter(organisation_id=organisation_id):
            levels[row.person_id][row.skill_id] = row.level
        options: dict[int, set[int]] = defaultdict(set)
        for offer in await MentorOption.filter(organisation_id=organisation_id):
            options[offer.mentor_id].add(offer.option_id)
        pending = await MentorRequest.filter(organisation_id=organisation_id, status="PENDING")
        active = await Mentorship.filter(organisation_id=organisation_id, ended_at=None)
        return cls(
            organisation=await Organisation.get(id=organisation_id),
            business_skills=(await mentoring_rule(organisation_id)).attribute_ids,
            mentors=await Mentor.filter(organisation_id=organisation_id),
            levels=levels,
            options=options,
            taken={(each.mentee_id, each.mentor_id) for each in pending}
            | {(each.mentee_id, each.mentor_id) for each in active},
        )

    def findable(self, mentor: Mentor) -> bool:
        eligible = self.organisation.mentoring_enabled and all(
            self.levels[mentor.id].get(skill, 0) >= self.organisation.mentor_level for skill in self.business_skills
        )
        free = mentor.capacity is None or mentor.active_mentees < mentor.capacity
        return eligible and bool(self.options[mentor.id]) and not mentor.paused and free

    async def ranking(self, person: Person, basis: MatchBasis) -> list[dict[str, Any]]:
        """By the rule's own words, over everybody, with no help from the search."""
        wanted = await wanted_by(person.id)
        found = []
        for mentor in self.mentors:
            if mentor.id == person.id or (person.id, mentor.id) in self.taken or not self.findable(mentor):
                continue
            offered = Offered(
                mentor_id=mentor.id,
                levels=self.levels[mentor.id],
                options=self.options[mentor.id],
                active_mentees=mentor.active_mentees,
            )
            if suits := match(wanted, offered, basis):
                found.append(suits)
        return [
            {
                "mentor": each.mentor_id,
                "percent": each.percent,
                "skillPercent": each.skill_percent,
                "preferencePercent": each.preference_percent,
                "points": [coverage.points for coverage in each.coverage],
            }
            for each in sorted(found, key=lambda each: each.rank)
        ]


def plain(edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "mentor": (decode_id(edge["node"]["mentor"]["id"]) or ("", 0))[1],
            **{name: edge["node"][name] for name in ("percent", "skillPercent", "preferencePercent")},
            "points": [gap["points"] for gap in edge["node"]["gaps"]],
        }
        for edge in edges
    ]


async def pages(
    person: Person, basis: MatchBasis, size: int, *, backwards: bool
) -> AsyncIterator[list[dict[str, Any]]]:
    arguments: dict[str, Any] = {"last": size} if backwards else {"first": size}
    while True:
        page = (await data(person, MATCHES, basis=basis.value, **arguments))["matches"]
        yield plain(page["edges"])
        info = page["pageInfo"]
        if backwards and info["hasPreviousPage"]:
            arguments = {"last": size, "before": info["startCursor"]}
        elif not backwards and info["hasNextPage"]:
            arguments = {"first": size, "after": info["endCursor"]}
        else:
            return


async def all_pages(person: Person, basis: MatchBasis, size: int, *, backwards: bool) -> list[dict[str, Any]]:
    read = [page async for page in pages(person, basis, size, backwards=backwards)]
    return [each for page in (reversed(read) if backwards else read) for each in page]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("basis", MatchBasis)
async def test_every_page_equals_the_brute_force_ranking(database: str, basis: MatchBasis, seed: int) -> None:
    house = await random_house(seed, 25)
    everybody = await Everybody.of(house.organisation.id)
    lengths = []
    for person in await Person.filter(organisation_id=house.organisation.id).limit(20):
        expected = await everybody.ranking(person, basis)
        lengths.append(len(expected))
        assert await all_pages(person, basis, 3, backwards=False) == expected
        assert await all_pages(person, basis, 4, backwards=True) == expected
    assert max(lengths) > 8, "the lists are too short to prove anything"


async def test_the_ranking_of_fifty_demo_mentees_equals_brute_force_page_by_page(database: str) -> None:
    organisation = await load_demo(Recorder())
    everybody = await Everybody.of(organisation.id)
    people = await Person.filter(organisation_id=organisation.id).order_by("id")
    lengths = []
    for person in random.Random(7).sample(people, 50):
        expected = await everybody.ranking(person, BY_GAPS)
        lengths.append(len(expected))
        assert await all_pages(person, BY_GAPS, 20, backwards=False) == expected
        assert await all_pages(person, BY_GAPS, 13, backwards=True) == expected
    assert sum(length > 20 for length in lengths) > 10, "the lists are too short to prove anything"


async def test_equal_matches_go_to_whoever_mentors_fewer(database: str) -> None:
    house = await House.build()
    mentors = [await house.mentor(held={"PROG": 5}) for _ in range(3)]
    for mentor, mentees in zip(mentors, (2, 0, 1), strict=True):
        await Mentor.filter(id=mentor.id).update(active_mentees=mentees)
    mentee = await house.person(required={"PROG": 5})
    found = await all_pages(mentee, BY_GAPS, 10, backwards=False)
    assert [each["mentor"] for each in found] == [mentors[1].id, mentors[2].id, mentors[0].id]


async def test_switched_off_mentoring_empties_the_search(database: str) -> None:
    house = await House.build()
    await house.mentor(held={"PROG": 5})
    mentee = await house.person(required={"PROG": 5})
    both = "{ matches { nodes { percent } } mentors { nodes { id } } }"
    assert len((await data(mentee, both))["matches"]["nodes"]) == 1
    await Organisation.filter(id=house.organisation.id).update(mentoring_enabled=False)
    assert await data(mentee, both) == {"matches": {"nodes": []}, "mentors": {"nodes": []}}


async def test_losing_eligibility_hides_a_mentor_at_once_and_ends_nothing(database: str) -> None:
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 5})
    mentee = await house.person(required={"PROG": 5})
    await house.hold(mentor, {"BUSI": 3})
    assert (await data(mentee, "{ matches { nodes { percent } } }"))["matches"]["nodes"] == []
    assert await Mentor.filter(id=mentor.id).exists()


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({}, ["Ana", "Ben", "Cem"]),
        ({"location": "lisbon"}, ["Ana"]),
        ({"timeZone": "EUROPE/BERLIN"}, ["Ben", "Cem"]),
        ({"search": "be"}, ["Ben"]),
        ({"search": "ENGINEER"}, ["Cem"]),
        ({"search": "ÉTUDES"}, ["Ana"]),
        ({"search": "%"}, []),
        ({"minimumLevel": 6}, ["Cem"]),
        ({"skills": ["PROG"], "minimumLevel": 5}, ["Ana"]),
        ({"skills": ["PROG", "DESN"], "minimumLevel": 5}, ["Ana", "Cem"]),
        ({"options": ["Technical depth"]}, ["Ben"]),
        ({"options": ["Technical depth", "Leadership"]}, ["Ana", "Ben", "Cem"]),
        ({"options": []}, []),
        ({"options": ["Leadership"], "location": "Berlin"}, ["Cem"]),
    ],
    ids=str,
)
async def test_filters_narrow_both_lists(database: str, chosen: dict[str, Any], names: list[str]) -> None:
    house = await House.build()
    await house.mentor("Ana", held={"PROG": 5}, location="Lisbon", time_zone="Europe/Lisbon", job_title="Études")
    await house.mentor(
        "Ben", held={"PROG": 4}, offers=["Technical depth"], location="Berlin", time_zone="Europe/Berlin"
    )
    await house.mentor(
        "Cem", held={"PROG": 3, "DESN": 6}, location="Berlin", time_zone="Europe/Berlin", job_title="Engineer"
    )
    mentee = await house.person(required={"PROG": 5})
    given = {
        **chosen,
        **(
            {"skills": [global_id("Skill", (await house.skill(code)).id) for code in chosen["skills"]]}
            if "skills" in chosen
            else {}
        ),
        **(
            {"options": [global_id("PreferenceOption", house.options[label].id) for label in chosen["options"]]}
            if "options" in chosen
            else {}
        ),
    }
    operation = """query ($filter: MentorFilter) {
      matches(filter: $filter) { nodes { mentor { person { name } } } }
      mentors(filter: $filter) { nodes { person { name } } }
    }"""
    found = await data(mentee, operation, filter=given)
    assert [each["person"]["name"] for each in found["mentors"]["nodes"]] == names
    assert sorted(each["mentor"]["person"]["name"] for each in found["matches"]["nodes"]) == names


async def test_no_filter_tells_at_which_level_a_mentor_holds_an_attribute(database: str) -> None:
    house = await House.build()
    await house.mentor(held={"BUSI": 6, "PROG": 2})
    mentee = await house.person(required={"PROG": 5})
    both = """query ($filter: MentorFilter) {
      matches(filter: $filter) { nodes { percent } } mentors(filter: $filter) { nodes { id } } }"""
    for level in range(1, 8):
        attribute = {"skills": [global_id("Skill", house.skills["BUSI"].id)], "minimumLevel": level}
        assert await data(mentee, both, filter=attribute) == {"matches": {"nodes": []}, "mentors": {"nodes": []}}
        found = await data(mentee, both, filter={"minimumLevel": level})
        assert len(found["mentors"]["nodes"]) == (1 if level <= 2 else 0)
