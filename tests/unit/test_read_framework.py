"""Frameworks in the forms in which they are published, and in forms that are none."""

import itertools
import zipfile
from pathlib import Path

import pytest

from api.frameworks.errors import BadFile
from api.frameworks.framework import read_framework
from api.frameworks.rows import SkillRow
from api.frameworks.tables import read_sheets
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


def pack(file: Path, sheet: str) -> Path:
    """A workbook whose one sheet is what somebody wrote by hand."""
    write_xlsx(file, Skills=[SKILL_HEADERS])
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
    "<sheetData>{}</sheetData></worksheet>"
)
TEXT = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'


def test_a_workbook_that_says_that_it_reaches_far_is_read_as_far_as_it_does(tmp_path: Path) -> None:
    headers = "".join(TEXT.format(f"{chr(65 + place)}1", name) for place, name in enumerate(SKILL_HEADERS))
    cells = "".join(
        TEXT.format(f"{chr(65 + place)}2", cell) for place, cell in enumerate(skill_row(1, "PROG", [4])) if cell != ""
    )
    file = pack(tmp_path / "far.xlsx", SHEET.format(f'<row r="1">{headers}</row><row r="2">{cells}</row>'))
    assert file.stat().st_size < 10_000
    assert [skill.code for skill in read_framework([file]).skills] == ["PROG"]


@pytest.mark.parametrize("row", [1_048_576, 10**15])
def test_a_few_bytes_that_span_more_than_can_be_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: int
) -> None:
    monkeypatch.setattr("api.frameworks.tables._MOST_CELLS", 100_000)
    file = pack(tmp_path / "far.xlsx", SHEET.format(f'<row r="{row}">{TEXT.format(f"A{row}", "far")}</row>'))
    with pytest.raises(BadFile, match="spans more than 100,000 cells"):
        read_framework([file])
    (tmp_path / "many.csv").write_text("," * 100_001)
    with pytest.raises(BadFile, match="spans more than 100,000 cells"):
        read_framework([tmp_path / "many.csv"])


def test_a_workbook_that_unpacks_to_more_than_can_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.frameworks.tables._LARGEST_UNPACKED", 1_000_000)
    file = pack(tmp_path / "bomb.xlsx", SHEET.format(" " * 1_000_000))
    assert file.stat().st_size < 10_000
    with pytest.raises(BadFile, match="unpacks to more"):
        read_framework([file])


def test_texts_that_are_made_of_one_another_are_not_put_together(tmp_path: Path) -> None:
    made = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in itertools.pairwise("abcdefghijk"))
    entities = f'<!DOCTYPE worksheet [<!ENTITY a "{"text" * 100}">{made}]>'
    sheet = SHEET.format(f'<row r="1">{TEXT.format("A1", "&k;")}</row>')
    with pytest.raises(BadFile, match="damaged"):
        read_framework([pack(tmp_path / "entities.xlsx", entities + sheet)])


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="s"><v>999</v></c>',
        '<c r="A1" t="s"><v>-999</v></c>',
        '<c r="A1" s="999"><v>1</v></c><c r="!"><v>1</v></c>',
        '<c r="A1"><v>1e999</v></c>',
        "<c",
    ],
)
def test_whatever_a_sheet_refers_to_that_is_not_there_is_damage(tmp_path: Path, cell: str) -> None:
    with pytest.raises(BadFile):
        read_framework([pack(tmp_path / "damaged.xlsx", SHEET.format(f'<row r="1">{cell}</row>'))])


def test_a_file_is_read_no_further_than_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.frameworks.tables._LARGEST_FILE", 2**20)
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    with pytest.raises(BadFile, match="larger than 1 MiB"):
        read_framework([tmp_path / "endless.csv"])


def test_a_formula_is_the_value_that_was_kept_with_it_and_nothing_is_worked_out(tmp_path: Path) -> None:
    formula = '<c r="A1"><f>1+1</f></c><c r="B1"><f>HYPERLINK("https://example.com")</f><v>7</v></c>'
    (sheet,) = read_sheets(pack(tmp_path / "formula.xlsx", SHEET.format(f'<row r="1">{formula}</row>')))
    assert sheet.rows == (("", "7"),)
