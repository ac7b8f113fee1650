"""Small files of the forms in which the SFIA Foundation publishes its frameworks. All texts are the tests' own."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook

Rows = Sequence[Sequence[object]]

SKILL_HEADERS = ["#", "Levels", *[""] * 6, "Code", "URL", "Skill", "Category", "Subcategory", "Overall description"]
ATTRIBUTE_HEADERS = ["Levels", *[""] * 6, "Code", "URL", "Attribute name", "Type", "Overall description"]
LEVELS_SHEET = [
    ["Level", *range(1, 8)],
    ["Guiding phrase", *(f"Name {level}" for level in range(1, 8))],
    ["Essence of the level", *["Words."] * 7],
]


def spanned(levels: Iterable[float]) -> list[object]:
    """The seven columns below Levels."""
    held = set(levels)
    return [level if level in held else "" for level in range(1, 8)]


def skill_row(number: int, code: str, levels: Iterable[float], category: str = "Change") -> list[object]:
    return [number, *spanned(levels), code, f"https://example.com/{code}", f"Skill {code}", category, "Part", "Words."]


def attribute_row(code: str, kind: str = "Attributes") -> list[object]:
    return [*spanned(range(1, 8)), code, f"https://example.com/{code}", f"Attribute {code}", kind, "Words."]


def write_csv(file: Path, rows: Rows, *, encoding: str = "utf-8") -> Path:
    with file.open("w", newline="", encoding=encoding) as out:
        csv.writer(out).writerows(rows)
    return file


def write_xlsx(file: Path, **sheets: Rows) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    workbook.save(file)
    return file


def sfia_8_levels(levels: Iterable[int] = range(1, 8)) -> list[list[object]]:
    headers: list[object] = ["", "Autonomy", "Influence", "Complexity", "Business skills", "Knowledge"]
    rows: list[list[object]] = [[f"{level} - Name {level}", *["Words."] * 5] for level in levels]
    return [headers, *rows]
