"""Skill frameworks as the SFIA Foundation publishes them: the SFIA 8 workbook, and SFIA 9's files.

Sheets are told apart by their headers, and headers are matched by name. Only codes, names, categories and levels are
read; descriptions stay in the file.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from api.domain.levels import HIGHEST, LOWEST, is_level
from api.frameworks.errors import BadFile
from api.frameworks.rows import FrameworkRows, SkillRow
from api.frameworks.tables import Record, Sheet, find_headers, normalised, read_sheets, records_below
from api.models import SkillKind

LONGEST_CODE: Final = 20
LONGEST_NAME: Final = 200
_LEVELS: Final = "levels"
_ATTRIBUTE_NAMES: Final = ("attribute name", "attribute")
# SFIA 8 lists its generic attributes as columns of the levels of responsibility, and gives them no codes.
_SFIA_8_ATTRIBUTES: Final = ("Autonomy", "Influence", "Complexity", "Business skills", "Knowledge")
_SFIA_8_CATEGORY: Final = "Attributes"
_LEVEL_NAME: Final = "guiding phrase"
_LEVEL_ROW: Final = re.compile(r"(?:level\s*)?([1-7])\s*(?:[-–—:.]\s*(.*))?", re.IGNORECASE | re.DOTALL)


def read_framework(files: Sequence[Path]) -> FrameworkRows:
    """What these files hold together. Raises ``BadFile``."""
    skills: list[SkillRow] = []
    level_names: dict[int, str] = {}
    places: dict[tuple[SkillKind, str], str] = {}
    for sheet in (sheet for file in files for sheet in read_sheets(file)):
        level_names |= _level_names(sheet)
        for record, skill in _skills_of(sheet):
            key = (skill.kind, skill.code)
            if key in places:
                raise record.bad(f"The code {skill.code} stands in {places[key]} already; each may stand once.", "code")
            places[key] = f"row {record.row}" + (f" of {sheet.name!r}" if sheet.name else f" of {sheet.file.name}")
            skills.append(skill)
    if not skills and not level_names:
        raise BadFile(
            "No skills were found: a sheet needs the headers Code, Skill (or Attribute name) and Levels, "
            "or those of SFIA 8's Levels of responsibility.",
            file=files[0] if files else Path("(no file)"),
        )
    return FrameworkRows(skills=tuple(skills), level_names=level_names)


def _skills_of(sheet: Sheet) -> Iterator[tuple[Record, SkillRow]]:
    if found := find_headers(sheet, ("code",), ("skill",)):
        for record in records_below(sheet, *found):
            yield record, _professional_skill(record)
    elif found := find_headers(sheet, ("code",), _ATTRIBUTE_NAMES):
        for record in records_below(sheet, *found):
            yield record, _attribute(record)
    elif found := find_headers(sheet, *((normalised(name),) for name in _SFIA_8_ATTRIBUTES)):
        yield from _sfia_8_attributes(sheet, *found)


def _professional_skill(record: Record) -> SkillRow:
    return SkillRow(
        kind=SkillKind.PROFESSIONAL,
        code=_code(record),
        name=_name(record, "skill"),
        category=record.fitting("category", LONGEST_NAME) or None,
        subcategory=record.fitting("subcategory", LONGEST_NAME) or None,
        levels=_levels(record),
    )


def _attribute(record: Record) -> SkillRow:
    name = next(header for header in _ATTRIBUTE_NAMES if header in record.columns)
    return SkillRow(
        kind=SkillKind.ATTRIBUTE,
        code=_code(record),
        name=_name(record, name),
        category=record.fitting("type", LONGEST_NAME) or record.fitting("category", LONGEST_NAME) or None,
        subcategory=record.fitting("subcategory", LONGEST_NAME) or None,
        levels=_levels(record),
    )


def _code(record: Record) -> str:
    record.required("code")
    return record.fitting("code", LONGEST_CODE).upper()


def _name(record: Record, header: str) -> str:
    record.required(header)
    return record.fitting(header, LONGEST_NAME)


def _levels(record: Record) -> tuple[int, ...]:
    """The level numbers in the seven columns that the Levels header spans; else those of columns headed 1 to 7."""
    if _LEVELS in record.columns:
        start = record.columns[_LEVELS]
        taken = {place for header, place in record.columns.items() if header != _LEVELS and not header.isdigit()}
        cells = [
            record.cells[place]
            for place in range(start, min(start + HIGHEST, len(record.cells)))
            if place not in taken and record.cells[place]
        ]
    else:
        cells = [str(level) for level in range(LOWEST, HIGHEST + 1) if record.get(str(level))]
    # A single cell may list them all.
    numbers = [number for cell in cells for number in re.split(r"[\s,;]+", cell) if number]
    levels = {_level_number(record, number) for number in numbers}
    if not levels:
        raise record.bad("At least one level must be given, 1 to 7.", _LEVELS)
    return tuple(sorted(levels))


def _level_number(record: Record, text: str) -> int:
    if re.fullmatch(r"[0-9](\.0+)?", text) and is_level(int(text[0])):
        return int(text[0])
    raise record.bad(f"{text!r} is no level; levels are whole numbers from {LOWEST} to {HIGHEST}.", _LEVELS)


def _sfia_8_attributes(sheet: Sheet, number: int, columns: dict[str, int]) -> Iterator[tuple[Record, SkillRow]]:
    rows = [(level, record) for record in records_below(sheet, number, columns) if (level := _level_of_row(record))]
    if not rows:
        raise sheet.bad("The rows must begin with their level, as in '1 - Follow'.", row=number + 1)
    for name in _SFIA_8_ATTRIBUTES:
        levels = tuple(sorted(level for level, record in rows if record.get(normalised(name))))
        if not levels:
            raise sheet.bad("No level of this attribute is described.", row=number, column=name)
        category = name if name == "Business skills" else _SFIA_8_CATEGORY
        yield (
            rows[0][1],
            SkillRow(kind=SkillKind.ATTRIBUTE, code=name[:4].upper(), name=name, category=category, levels=levels),
        )


def _level_of_row(record: Record) -> int | None:
    """The level that a row of the levels of responsibility is about, by its first cell that is not blank."""
    first = next(filter(None, record.cells))
    found = _LEVEL_ROW.fullmatch(first)
    return int(found[1]) if found else None


def _level_names(sheet: Sheet) -> dict[int, str]:
    """The names of levels: from SFIA 8's rows, or from SFIA 9's table of levels, which has a column for each."""
    if found := find_headers(sheet, *((normalised(name),) for name in _SFIA_8_ATTRIBUTES)):
        shown = (_LEVEL_ROW.fullmatch(next(filter(None, record.cells))) for record in records_below(sheet, *found))
        return {int(level[1]): level[2][:LONGEST_NAME] for level in shown if level and level[2]}
    if found := find_headers(sheet, ("level",), *((str(level),) for level in range(LOWEST, HIGHEST + 1))):
        for record in records_below(sheet, *found):
            if normalised(record.get("level")) == _LEVEL_NAME:
                return {
                    level: record.fitting(str(level), LONGEST_NAME)
                    for level in range(LOWEST, HIGHEST + 1)
                    if record.get(str(level))
                }
    return {}
