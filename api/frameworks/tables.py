"""Files as tables: rows of text, with headers that are found by name."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from api.domain.text import is_storable
from api.frameworks.errors import BadFile

_LARGEST_FILE: Final = 64 * 1024 * 1024
# A workbook is an archive: what it unpacks to is what fills the memory.
_LARGEST_UNPACKED: Final = 512 * 1024 * 1024
# A few bytes of a workbook can say that a row stands a billion rows further down.
_MOST_CELLS: Final = 10_000_000
# Titles and notes may stand above the headers, but not many.
_ROWS_BEFORE_HEADERS: Final = 20


_Row = TypeVar("_Row", bound=Sequence[object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a file; ``name`` is None where the file is a single one."""

    file: Path
    name: str | None
    rows: tuple[tuple[str, ...], ...]

    def bad(self, message: str, *, row: int | None = None, column: str | None = None) -> BadFile:
        return BadFile(message, file=self.file, sheet=self.name, row=row, column=column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row below the headers, with its cells by header, in lower case and with single spaces."""

    sheet: Sheet
    row: int
    cells: tuple[str, ...]
    columns: dict[str, int]

    def get(self, header: str) -> str:
        """The cell under a header; blank where there is no such header."""
        place = self.columns.get(header)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def required(self, header: str) -> str:
        if value := self.get(header):
            return value
        raise self.bad("This cell must not be blank.", header)

    def fitting(self, header: str, longest: int) -> str:
        value = self.get(header)
        if len(value) > longest:
            raise self.bad(f"This has {len(value)} characters; at most {longest} can be kept.", header)
        return value

    def bad(self, message: str, header: str) -> BadFile:
        return self.sheet.bad(message, row=self.row, column=header.capitalize())


def normalised(header: str) -> str:
    return " ".join(header.casefold().split())


def read_sheets(file: Path) -> list[Sheet]:
    """The tables of a CSV file or an Excel workbook. Raises ``BadFile`` where it is neither."""
    try:
        with file.open("rb") as source:
            content = source.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise BadFile(f"The file cannot be read: {error.strerror}.", file=file) from error
    if len(content) > _LARGEST_FILE:
        raise BadFile(f"The file is larger than {_LARGEST_FILE // 2**20} MiB.", file=file)
    if not content.strip():
        raise BadFile("The file is empty.", file=file)
    if file.suffix.casefold() == ".xlsx":
        return list(_sheets_of_workbook(file, content))
    if file.suffix.casefold() == ".csv":
        return [_sheet_of_csv(file, content)]
    raise BadFile("Only .xlsx and .csv files can be read.", file=file)


def _sheets_of_workbook(file: Path, content: bytes) -> Iterator[Sheet]:
    # It takes as long to import as all of PostgreSQL's driver, and a server reads no workbook.
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        _check_unpacked_size(file, content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [
            (sheet.title, [tuple(map(_text, row)) for row in _rows(file, sheet)]) for sheet in workbook.worksheets
        ]
    except BadFile:
        raise
    except Exception as error:  # whatever openpyxl stumbles over
        raise BadFile("This is no Excel workbook, or it is damaged; save it as .xlsx again.", file=file) from error
    for name, rows in sheets:
        yield _checked(Sheet(file=file, name=name, rows=tuple(rows)))


def _rows(file: Path, sheet: Any) -> Iterator[Sequence[object]]:
    # How far the sheet says that it reaches would have blank cells made up to there.
    sheet.reset_dimensions()
    return _bounded(file, sheet.iter_rows(values_only=True))


def _bounded(file: Path, rows: Iterable[_Row]) -> Iterator[_Row]:
    cells = 0
    for row in rows:
        cells += max(len(row), 1)
        if cells > _MOST_CELLS:
            raise BadFile(f"A sheet spans more than {_MOST_CELLS:,} cells; remove what is empty.", file=file)
        yield row


def _check_unpacked_size(file: Path, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST_UNPACKED:
            raise BadFile("The workbook unpacks to more than can be read.", file=file)


def _sheet_of_csv(file: Path, content: bytes) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise BadFile("The text is neither UTF-8 nor Windows-1252; save the file as UTF-8.", file=file) from error
    try:
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [tuple(map(str.strip, row)) for row in _bounded(file, lines)]
    except csv.Error as error:
        raise BadFile(f"This is no CSV file: {error}.", file=file) from error
    return _checked(Sheet(file=file, name=None, rows=tuple(rows)))


def _checked(sheet: Sheet) -> Sheet:
    for number, row in enumerate(sheet.rows, start=1):
        if not all(map(is_storable, row)):
            raise sheet.bad("A cell holds a character that cannot be stored; remove it.", row=number)
    return sheet


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def find_headers(sheet: Sheet, *wanted: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The number of the first row that has one of each group of headers, and where each header stands; or None."""
    for number, row in enumerate(sheet.rows[:_ROWS_BEFORE_HEADERS], start=1):
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            if cell:
                columns.setdefault(normalised(cell), place)
        if all(any(header in columns for header in group) for group in wanted):
            return number, columns
    return None


def records_below(sheet: Sheet, number: int, columns: dict[str, int]) -> Iterator[Record]:
    """The rows below the headers in row ``number``, blank ones left out."""
    for row, cells in enumerate(sheet.rows[number:], start=number + 1):
        if any(cells):
            yield Record(sheet=sheet, row=row, cells=cells, columns=columns)
