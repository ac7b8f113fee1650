"""What is kept of a framework is what the database has, and rows made here are those that Tortoise makes."""

from tortoise.connection import get_connection
from tortoise.models import Model

from api.models import HeldLevel, Mentor, Person, Skill, SkillKind
from api.models.statements import columns_of, rows_of
from api.search.framework import HELD, Framework, Frameworks, is_endorsed, level_of, skill_of
from api.search.mentee import read_mentee
from tests.houses import House, viewer_of


async def kept(person: Person, frameworks: Frameworks) -> Framework:
    return (await read_mentee(viewer_of(person), frameworks)).framework


async def held_by(house: House, code: str) -> list[int]:
    mentor = await house.mentor(held={code: 4})
    statement = f"SELECT {HELD} AS held FROM mentor WHERE id = $1"
    (row,) = await get_connection("default").execute_query_dict(statement, [mentor.id])
    kind = SkillKind.PROFESSIONAL
    professional = {skill.id for skill in await Skill.filter(organisation_id=house.organisation.id, kind=kind)}
    return [each for each in row["held"] if skill_of(each) in professional]


async def test_a_framework_is_kept_until_any_of_its_skills_changes(database: str) -> None:
    house, frameworks = await House.build(), Frameworks()
    person = await house.person(required={"PROG": 5}, held={"DBAD": 2})
    of_organisation = Skill.filter(organisation_id=house.organisation.id)

    async def rename() -> None:
        await of_organisation.filter(code="PROG").update(name="Programming")

    async def retire() -> None:
        await of_organisation.filter(code="PROG").update(retired=True)

    async def add() -> None:
        await house.skill("TEST")

    async def remove() -> None:
        await of_organisation.filter(code="TEST").delete()

    before = await kept(person, frameworks)
    assert await kept(person, frameworks) is before
    for change in (rename, retire, add, remove):
        await change()
        after = await kept(person, frameworks)
        assert after is not before
        assert [vars(each) for each in after.skills.values()] == [
            vars(each) for each in await of_organisation.order_by("name", "id")
        ]
        assert await kept(person, frameworks) is after
        before = after


async def test_a_skill_that_came_after_the_framework_was_read_is_found(database: str) -> None:
    house, frameworks = await House.build(), Frameworks()
    before = await kept(await house.person(required={"PROG": 5}), frameworks)
    known, new = [await held_by(house, code) for code in ("PROG", "TEST")]
    assert await frameworks.that_has(before, [[], known]) is before
    after = await frameworks.that_has(before, [known, new])
    assert after.skills[skill_of(new[0])].code == "TEST"
    assert [(level_of(each), is_endorsed(each)) for each in new] == [(4, False)]


async def test_those_asked_for_last_are_kept_as_far_as_there_is_room(database: str) -> None:
    frameworks = Frameworks(most_skills=5)
    people = [await (await House.build()).person(required={"PROG": 5, "TEST": 3}) for _ in range(2)]
    first, second = [await kept(each, frameworks) for each in people]
    assert len(first.skills) == len(second.skills) == 3
    assert await kept(people[1], frameworks) is second
    assert await kept(people[0], frameworks) is not first


async def test_rows_are_what_tortoise_makes(database: str) -> None:
    house = await House.build()
    await house.mentor(held={"PROG": 6})
    models: tuple[type[Model], ...] = (Person, Mentor, Skill, HeldLevel)
    for model in models:
        table = model._meta.db_table
        made = await rows_of(model, f"SELECT {columns_of(model, table)} FROM {table} ORDER BY id")
        assert made
        assert [vars(each) for each in made] == [vars(each) for each in await model.all().order_by("id")]
