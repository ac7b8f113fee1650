"""The skills that a process remembers are those of the rows."""

from collections.abc import Callable
from typing import Any

import pytest
from tortoise.connection import get_connection

from api.models import Skill
from api.resolvers.frameworks import Frameworks
from tests.houses import House
from tests.sql import statements


def columns(skill: Skill) -> list[object]:
    return [getattr(skill, name) for name in Skill._meta.fields_db_projection]


async def test_what_has_not_changed_is_not_read_again(database: str) -> None:
    house = await House.build()
    await house.mentor(held={"PROG": 5, "DESN": 4})
    frameworks = Frameworks()
    known = await frameworks.of(house.organisation.id)
    with statements() as sent:
        assert await frameworks.of(house.organisation.id) is known
    assert len(sent) == 1
    with statements() as sent:
        assert await frameworks.of(house.organisation.id, known.version) is known
    assert not sent


@pytest.mark.parametrize(
    "change",
    [
        lambda skill: Skill.filter(id=skill.id).update(name="Another"),
        lambda skill: Skill.filter(id=skill.id).update(retired=True),
        lambda skill: Skill.filter(id=skill.id).update(levels=[1]),
        lambda skill: Skill.filter(id=skill.id).update(category="Elsewhere"),
        lambda skill: get_connection("default").execute_script(
            "UPDATE skill SET name = CASE code WHEN 'PROG' THEN 'DESN' WHEN 'DESN' THEN 'PROG' ELSE name END"
        ),
        lambda skill: Skill.create(
            organisation_id=skill.organisation_id, kind=skill.kind, code="NEWS", name="New", levels=[1, 2]
        ),
    ],
)
async def test_whatever_changes_is_seen_at_once(database: str, change: Callable[[Skill], Any]) -> None:
    house = await House.build()
    await house.mentor(held={"PROG": 5, "DESN": 4})
    frameworks = Frameworks()
    before = await frameworks.of(house.organisation.id)
    await change(await Skill.filter(organisation_id=house.organisation.id, code="PROG").get())
    after = await frameworks.of(house.organisation.id)
    assert after.version != before.version
    rows = await Skill.filter(organisation_id=house.organisation.id)
    assert [columns(after.skill(row.id)) for row in rows] == [columns(row) for row in rows]
    codes = sorted(row.code for row in rows)
    assert [row.code for row in sorted(rows, key=lambda row: after.place(row.id))] == codes


async def test_a_skill_that_is_gone_is_told_by_its_key(database: str) -> None:
    house = await House.build()
    framework = await Frameworks().of(house.organisation.id)
    with pytest.raises(LookupError, match="skill 77777 is gone"):
        framework.skill(77_777)
