"""Frameworks in the forms in which they are published, and in forms that are none."""

from pathlib import Path

import pytest

from api.frameworks.errors import BadFile
from api.frameworks.framework import read_framework
from api.frameworks.rows import SkillRow
from api.models import SkillKind
from tests.frameworks import (
    ATTRIBUTE_HEADERS,
    LEVELS_SHEET,
    SKILL_HEADERS,
    Rows,
    attribute_row,
    sfia_8_levels,
    skill_row,
    write_csv,
    write_xlsx,
)

BEHAVIOURAL = "Business skills/Behavioural factors"


def test_sfia_9_comes_as_three_csv_files(tmp_path: Path) -> None:
    files = [
        write_csv(tmp_path / "skills.csv", [SKILL_HEADERS, skill_row(1, "PROG", range(2, 7))]),
        write_csv(tmp_path / "attributes.csv", [ATTRIBUTE_HEADERS, attribute_row("COLL", BEHAVIOURAL)]),
        write_csv(tmp_path / "levels.csv", LEVELS_SHEET),
    ]
    read = read_framework(files)
    assert read.skills == (
        SkillRow(
            kind=SkillKind.PROFESSIONAL,
            code="PROG",
            name="Skill PROG",
            category="Change",
            subcategory="Part",
            levels=(2, 3, 4, 5, 6),
        ),
        SkillRow(
            kind=SkillKind.ATTRIBUTE,
            code="COLL",
            name="Attribute COLL",
            category=BEHAVIOURAL,
            levels=(1, 2, 3, 4, 5, 6, 7),
        ),
    )
    assert read.level_names == {level: f"Name {level}" for level in range(1, 8)}


def test_sfia_9_comes_as_a_workbook_too(tmp_path: Path) -> None:
    file = write_xlsx(
        tmp_path / "sfia.xlsx",
        Read_Me=[["Some notes"], ["Code of conduct"]],
        Skills=[["A title above"], [], SKILL_HEADERS, skill_row(1, "PROG", [4.0, 5])],
        Attributes=[ATTRIBUTE_HEADERS, attribute_row("AUTO")],
        Levels=LEVELS_SHEET,
    )
    read = read_framework([file])
    assert [(skill.code, skill.levels) for skill in read.skills] == [("PROG", (4, 5)), ("AUTO", tuple(range(1, 8)))]
    assert read.level_names[4] == "Name 4"


def test_sfia_8_has_its_attributes_as_columns_of_the_levels_of_responsibility(tmp_path: Path) -> None:
    file = write_xlsx(
        tmp_path / "sfia8.xlsx",
        Skills=[
            ["Code", "Skill", "Category", "Subcategory", "Levels", *[""] * 6, "URL"],
            ["PROG", "Programming", "Change", "Part", "", 2, 3, 4, "", "", "", "https://example.com"],
        ],
        Levels_of_responsibility=sfia_8_levels(),
    )
    read = read_framework([file])
    assert [(skill.code, skill.name, skill.category) for skill in read.skills] == [
        ("PROG", "Programming", "Change"),
        ("AUTO", "Autonomy", "Attributes"),
        ("INFL", "Influence", "Attributes"),
        ("COMP", "Complexity", "Attributes"),
        ("BUSI", "Business skills", "Business skills"),
        ("KNOW", "Knowledge", "Attributes"),
    ]
    assert read.skills[0].levels == (2, 3, 4)
    assert read.skills[4].levels == (1, 2, 3, 4, 5, 6, 7)
    assert read.level_names[1] == "Name 1"


def test_headers_are_found_by_name_wherever_they_stand(tmp_path: Path) -> None:
    rows: Rows = [
        ["sub category", "SKILL ", " code", "Category", "levels", *[""] * 6],
        ["x", "Programming", "prog", "Change", *[""] * 4, 5, 6, ""],
    ]
    (skill,) = read_framework([write_csv(tmp_path / "skills.csv", rows)]).skills
    assert (skill.code, skill.name, skill.category, skill.subcategory, skill.levels) == (
        "PROG",
        "Programming",
        "Change",
        None,
        (5, 6),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_text_is_utf_8_or_else_windows_1252(tmp_path: Path, encoding: str) -> None:
    row = skill_row(1, "PROG", [5])
    row[10] = "Gestão – développement"
    file = write_csv(tmp_path / "skills.csv", [SKILL_HEADERS, row], encoding=encoding)
    assert read_framework([file]).skills[0].name == "Gestão – développement"


@pytest.mark.parametrize(("skills", "levels"), [(147, 672), (121, 495)])
def test_every_skill_and_level_of_a_whole_framework_comes_out(tmp_path: Path, skills: int, levels: int) -> None:
    each, more = divmod(levels, skills)
    rows = [skill_row(n, f"S{n:03}", range(1, 1 + each + (n < more))) for n in range(skills)]
    kinds = ["Attributes"] * 4 + [BEHAVIOURAL] * 12
    attributes = [attribute_row(f"A{n:03}", kind) for n, kind in enumerate(kinds)]
    read = read_framework(
        [
            write_xlsx(tmp_path / "skills.xlsx", Skills=[SKILL_HEADERS, *rows]),
            write_csv(tmp_path / "attributes.csv", [ATTRIBUTE_HEADERS, *attributes]),
        ]
    )
    professional = [skill for skill in read.skills if skill.kind is SkillKind.PROFESSIONAL]
    assert (len(professional), sum(len(skill.levels) for skill in professional)) == (skills, levels)
    assert len(read.skills) - len(professional) == 16
    assert sum(skill.category == BEHAVIOURAL for skill in read.skills) == 12


BAD_ROWS: list[tuple[str, Rows, str, str]] = [
    (
        "a level that is none",
        [["", *["", "", 8, "", "", "", ""], "PROG", "", "Programming"]],
        "row 2",
        "column 'Levels'",
    ),
    ("a level in words", [["", *["x", "", "", "", "", "", ""], "PROG", "", "Programming"]], "row 2", "column 'Levels'"),
    ("no level", [["", *[""] * 7, "PROG", "", "Programming"]], "row 2", "column 'Levels'"),
    ("no code", [["", *[""] * 6, 7, "", "", "Programming"]], "row 2", "column 'Code'"),
    ("no name", [["", *[""] * 6, 7, "PROG", "", ""]], "row 2", "column 'Skill'"),
    ("a name too long", [["", *[""] * 6, 7, "PROG", "", "x" * 201]], "row 2", "column 'Skill'"),
    ("a code too long", [["", *[""] * 6, 7, "P" * 21, "", "Programming"]], "row 2", "column 'Code'"),
    ("a code twice", [skill_row(1, "PROG", [5]), skill_row(2, "prog", [6])], "row 3", "column 'Code'"),
]


@pytest.mark.parametrize(("rows", "row", "column"), [each[1:] for each in BAD_ROWS], ids=[each[0] for each in BAD_ROWS])
def test_a_bad_file_names_its_sheet_row_and_column(tmp_path: Path, rows: Rows, row: str, column: str) -> None:
    with pytest.raises(BadFile) as bad:
        read_framework([write_xlsx(tmp_path / "bad.xlsx", Skills=[SKILL_HEADERS, *rows])])
    assert str(bad.value).startswith(f"bad.xlsx, sheet 'Skills', {row}, {column}: ")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.csv", None),
        ("empty.csv", b"  \n"),
        ("binary.csv", b"\x81\x8d\x8f\x90\x9d\xff"),
        ("quotes.csv", b'Code,Skill\n"PROG,x'),
        ("nul.csv", b"Code,Skill,Levels\nPROG,a\x00b,5"),
        ("other.csv", b"Name,Colour\nAnna,blue"),
        ("other.pdf", b"%PDF"),
        ("broken.xlsx", b"PK\x03\x04 but no more"),
        ("text.xlsx", b"Code,Skill,Levels"),
    ],
)
def test_what_is_no_framework_is_told_so(tmp_path: Path, name: str, content: bytes | None) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadFile, match=name.replace(".", r"\.")):
        read_framework([file])
