"""Imports: one transaction, repeatable, and nothing changed by a bad one."""

from collections.abc import Iterable

import pytest
from tortoise.connection import get_connection

from api.actions.import_framework import FrameworkCounts, import_framework
from api.actions.import_people import import_people
from api.actions.organisations import ensure_organisation
from api.domain.errors import Refused
from api.frameworks.rows import FrameworkRows, HeldRow, PersonRow, SkillRow
from api.models import (
    AuditEntry,
    EventLog,
    FrameworkLevel,
    HeldLevel,
    Organisation,
    Person,
    RoleProfile,
    RoleRequirement,
    Skill,
    SkillKind,
)
from api.search.eligible import mentoring_rule
from api.search.profiles import gaps_of
from tests.wakers import Recorder


def skill(
    code: str, kind: SkillKind = SkillKind.PROFESSIONAL, category: str = "Change", levels: Iterable[int] = (1, 2)
) -> SkillRow:
    return SkillRow(kind=kind, code=code, name=f"Skill {code}", category=category, levels=tuple(levels))


FRAMEWORK = FrameworkRows(
    skills=(
        skill("PROG"),
        skill("DESN"),
        skill("BUSI", SkillKind.ATTRIBUTE, "Business skills"),
        skill("AUTO", SkillKind.ATTRIBUTE, "Attributes"),
    ),
    level_names={1: "Follow", 7: "Set strategy"},
)
ADA = PersonRow(
    row=2,
    email="ada@example.com",
    name="Ada",
    job_title="Engineer",
    line_manager_email="boss@example.com",
    role_profile="Senior engineer",
    required={"PROG": 5, "AUTO": 4},
    held={"PROG": HeldRow(level=3, endorsed=True), "BUSI": HeldRow(level=4)},
)
BOSS = PersonRow(
    row=3,
    email="boss@example.com",
    name="Boss",
    job_title="",
    line_manager_email="",
    role_profile="",
    required={},
    held={},
)


async def organisation() -> Organisation:
    organisation = await ensure_organisation(Recorder(), name="Acme")
    await import_framework(Recorder(), organisation_id=organisation.id, rows=FRAMEWORK)
    return organisation


async def everything() -> dict[str, list[dict[str, object]]]:
    """All rows of what an import writes, but for the record of the import itself."""
    tables = (
        "organisation",
        "skill",
        "framework_level",
        "role_profile",
        "role_requirement",
        "person",
        "held_level",
        "event_log",
    )
    connection = get_connection("default")
    return {table: await connection.execute_query_dict(f"SELECT * FROM {table} ORDER BY id") for table in tables}


async def test_an_organisation_begins_with_options_and_a_mentorship_action_type_and_is_made_once(database: str) -> None:
    first = await ensure_organisation(Recorder(), name="Acme")
    again = await ensure_organisation(Recorder(), name="Acme")
    assert first.id == again.id
    rows = await get_connection("default").execute_query_dict("SELECT label, mentorship FROM action_type")
    assert any(row["mentorship"] for row in rows)


async def test_a_framework_is_read_in_and_a_second_time_changes_nothing(database: str) -> None:
    acme = await organisation()
    before = await everything()
    counts = await import_framework(Recorder(), organisation_id=acme.id, rows=FRAMEWORK)
    assert counts == FrameworkCounts(read=4, added=0, changed=0, retired=0)
    assert await everything() == before
    assert await FrameworkLevel.filter(organisation_id=acme.id).count() == 2
    assert [attribute.name for attribute in (await mentoring_rule(acme.id)).attributes] == ["Skill BUSI"]
    assert await AuditEntry.filter(verb="import_framework").count() == 2


async def test_what_a_newer_framework_no_longer_has_is_retired_and_comes_back_with_it(database: str) -> None:
    acme = await organisation()
    newer = FrameworkRows(skills=(skill("PROG", levels=(2, 3)), skill("TEST")))
    counts = await import_framework(Recorder(), organisation_id=acme.id, rows=newer)
    assert counts == FrameworkCounts(read=2, added=1, changed=1, retired=1)
    assert (await Skill.get(code="DESN")).retired
    assert not (await Skill.get(code="BUSI")).retired, "the import did not speak of attributes"
    await import_framework(Recorder(), organisation_id=acme.id, rows=FRAMEWORK)
    assert not (await Skill.get(code="DESN")).retired
    assert (await Skill.get(code="TEST")).retired


async def test_two_organisations_have_frameworks_of_their_own(database: str) -> None:
    acme = await organisation()
    other = await ensure_organisation(Recorder(), name="Other")
    await import_framework(Recorder(), organisation_id=other.id, rows=FrameworkRows(skills=(skill("TEST"),)))
    assert await Skill.filter(organisation_id=acme.id, retired=True).count() == 0


async def test_people_are_read_in_and_a_second_time_changes_nothing(database: str) -> None:
    acme = await organisation()
    counts = await import_people(Recorder(), organisation_id=acme.id, rows=[ADA, BOSS])
    assert str(counts) == "2 people read, 2 of them new, with 2 skill levels"
    ada, boss = await Person.get(email="ada@example.com"), await Person.get(email="boss@example.com")
    assert (ada.name, ada.subject, ada.job_title, ada.line_manager_id) == (
        "Ada",
        "ada@example.com",
        "Engineer",
        boss.id,
    )
    assert (boss.job_title, boss.line_manager_id, boss.role_profile_id) == (None, None, None)
    prog = await Skill.get(code="PROG")
    held = await HeldLevel.get(person_id=ada.id, skill_id=prog.id)
    assert (held.level, held.endorsed) == (3, True)
    gaps = (await gaps_of([ada.id]))[ada.id]
    assert {(gap.current, gap.required) for gap in gaps} == {(3, 5), (0, 4)}
    assert await EventLog.all().count() == 2
    before = await everything()
    again = await import_people(Recorder(), organisation_id=acme.id, rows=[ADA, BOSS])
    assert again.added == 0
    assert await everything() == before


async def test_what_a_file_does_not_speak_of_stays_and_what_it_leaves_blank_goes(database: str) -> None:
    acme = await organisation()
    await import_people(Recorder(), organisation_id=acme.id, rows=[ADA, BOSS])
    await import_people(Recorder(), organisation_id=acme.id, rows=[PersonRow(email=ADA.email, name="Ada L.")])
    ada = await Person.get(email=ADA.email)
    assert (ada.name, ada.job_title) == ("Ada L.", "Engineer")
    assert ada.line_manager_id is not None
    assert await HeldLevel.filter(person_id=ada.id).count() == 2
    cleared = PersonRow(email=ADA.email, name="Ada L.", job_title="", line_manager_email="", role_profile="", held={})
    await import_people(Recorder(), organisation_id=acme.id, rows=[cleared])
    ada = await Person.get(email=ADA.email)
    assert (ada.job_title, ada.line_manager_id, ada.role_profile_id) == (None, None, None)
    assert await HeldLevel.filter(person_id=ada.id).count() == 0


async def test_levels_and_requirements_become_what_the_file_says(database: str) -> None:
    acme = await organisation()
    await import_people(Recorder(), organisation_id=acme.id, rows=[ADA, BOSS])
    changed = PersonRow(
        email=ADA.email,
        name="Ada",
        role_profile="Senior engineer",
        required={"DESN": 2},
        held={"PROG": HeldRow(level=4)},
    )
    await import_people(Recorder(), organisation_id=acme.id, rows=[changed])
    ada = await Person.get(email=ADA.email)
    assert [(row.level, row.endorsed) for row in await HeldLevel.filter(person_id=ada.id)] == [(4, False)]
    assert [row.level for row in await RoleRequirement.all()] == [2]
    assert await RoleProfile.all().count() == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            PersonRow(row=7, email="eve@example.com", name="Eve", line_manager_email="who@example.com"),
            "row 7, column 'Line manager'.*who@",
        ),
        (
            PersonRow(row=7, email="eve@example.com", name="Eve", held={"NOPE": HeldRow(level=3)}),
            "row 7, column 'Held levels'.*NOPE",
        ),
        (
            PersonRow(row=7, email="eve@example.com", name="Eve", role_profile="R", required={"NOPE": 3}),
            "row 7, column 'Required levels'.*NOPE",
        ),
        (
            PersonRow(row=7, email="eve@example.com", name="Eve", subject="ada@example.com"),
            "row 7, column 'Subject'.*ada@",
        ),
    ],
)
async def test_a_row_that_does_not_fit_is_named_and_nothing_is_changed(
    database: str, row: PersonRow, message: str
) -> None:
    acme = await organisation()
    await import_people(Recorder(), organisation_id=acme.id, rows=[ADA, BOSS])
    before = await everything()
    renamed = PersonRow(email="boss@example.com", name="Somebody else")
    with pytest.raises(Refused, match=message):
        await import_people(Recorder(), organisation_id=acme.id, rows=[renamed, row])
    assert await everything() == before


async def test_a_subject_signs_in_as_one_person_over_all_organisations(database: str) -> None:
    acme = await organisation()
    await import_people(Recorder(), organisation_id=acme.id, rows=[BOSS])
    other = await ensure_organisation(Recorder(), name="Other")
    with pytest.raises(Refused, match="subject"):
        await import_people(Recorder(), organisation_id=other.id, rows=[BOSS])
    own = PersonRow(email=BOSS.email, name="Boss", subject="other|boss")
    await import_people(Recorder(), organisation_id=other.id, rows=[own])
    assert await Person.filter(email=BOSS.email).count() == 2


async def test_more_people_than_one_batch_with_progress(database: str) -> None:
    acme = await organisation()
    rows = [
        PersonRow(
            email=f"p{number}@example.com",
            name=f"Person {number}",
            line_manager_email=f"p{number // 7}@example.com" if number else "",
            held={"PROG": HeldRow(level=number % 7 + 1)},
        )
        for number in range(2_500)
    ]
    seen: list[tuple[int, int]] = []
    await import_people(
        Recorder(), organisation_id=acme.id, rows=rows, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    assert await Person.filter(line_manager_id__isnull=True).count() == 1
    assert await HeldLevel.all().count() == 2_500
