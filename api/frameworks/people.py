"""People, their roles and their skill levels, from a CSV file of a row a person. `docs/import.md` describes it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.domain.levels import HIGHEST, LOWEST
from api.frameworks.rows import HeldRow, PersonRow
from api.frameworks.tables import Record, find_headers, read_sheets, records_below

COLUMNS: Final = (
    "email",
    "name",
    "subject",
    "job title",
    "location",
    "time zone",
    "line manager",
    "role profile",
    "required levels",
    "held levels",
    "endorsed",
)
LONGEST_EMAIL: Final = 320
LONGEST_LINE: Final = 200
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_LEVEL: Final = re.compile(r"(\S+?)[\s:=]+([1-7])")
_BETWEEN: Final = re.compile(r"[;,\n]")


def read_people(file: Path) -> tuple[PersonRow, ...]:
    """The people of a file. Raises ``BadFile``."""
    (sheet, *_) = read_sheets(file)
    found = find_headers(sheet, ("email",), ("name",))
    if found is None:
        raise sheet.bad("The headers Email and Name are needed; one row a person, the email is the key.", row=1)
    number, columns = found
    if unknown := set(columns) - set(COLUMNS):
        known = ", ".join(column.capitalize() for column in COLUMNS)
        raise sheet.bad(f"This column is not known; the columns are {known}.", row=number, column=min(unknown))
    people: dict[str, PersonRow] = {}
    subjects: set[str] = set()
    roles: dict[str, tuple[int, Mapping[str, int]]] = {}
    for record in records_below(sheet, number, columns):
        person = _person(record)
        if person.email in people:
            raise record.bad(f"{person.email} stands in the file already; each person has one row.", "email")
        subject = person.subject or person.email
        if subject in subjects:
            raise record.bad(f"{subject} stands for somebody else of the file; a subject signs in as one.", "subject")
        _check_role(record, person, roles)
        subjects.add(subject)
        people[person.email] = person
    if not people:
        raise sheet.bad("There is nobody below the headers.", row=number)
    return tuple(people.values())


def _person(record: Record) -> PersonRow:
    return PersonRow(
        row=record.row,
        email=_email(record, "email", record.required("email")),
        name=record.required("name") and record.fitting("name", LONGEST_LINE),
        subject=record.fitting("subject", LONGEST_EMAIL) or None,
        job_title=_if_spoken_of(record, "job title"),
        location=_if_spoken_of(record, "location"),
        time_zone=_time_zone(record),
        line_manager_email=_manager(record),
        role_profile=_if_spoken_of(record, "role profile"),
        required=_levels(record, "required levels"),
        held=_held(record),
    )


def _if_spoken_of(record: Record, header: str) -> str | None:
    return record.fitting(header, LONGEST_LINE) if header in record.columns else None


def _email(record: Record, header: str, text: str) -> str:
    if not _EMAIL.fullmatch(text) or len(text) > LONGEST_EMAIL:
        raise record.bad(f"{text[:80]!r} is no email address.", header)
    return text.lower()


def _manager(record: Record) -> str | None:
    text = _if_spoken_of(record, "line manager")
    if not text:
        return text
    manager = _email(record, "line manager", text)
    if manager == record.get("email").lower():
        raise record.bad("Nobody is their own line manager.", "line manager")
    return manager


def _time_zone(record: Record) -> str | None:
    zone = _if_spoken_of(record, "time zone")
    if zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise record.bad(f"{zone!r} is no IANA time zone, such as Europe/Lisbon.", "time zone") from error
    return zone


def _levels(record: Record, header: str) -> dict[str, int] | None:
    """Levels by code, written as `PROG 5; DESN 4`; None where the file has no such column."""
    if header not in record.columns:
        return None
    levels: dict[str, int] = {}
    for part in filter(None, map(str.strip, _BETWEEN.split(record.get(header)))):
        found = _LEVEL.fullmatch(part)
        if found is None:
            raise record.bad(
                f"{part[:80]!r} is no code with a level from {LOWEST} to {HIGHEST}; write for example PROG 5; DESN 4.",
                header,
            )
        code = found[1].upper()
        if code in levels:
            raise record.bad(f"{code} is given twice.", header)
        levels[code] = int(found[2])
    return levels


def _held(record: Record) -> dict[str, HeldRow] | None:
    levels = _levels(record, "held levels")
    endorsed = {code.strip().upper() for code in _BETWEEN.split(record.get("endorsed")) if code.strip()}
    if strange := endorsed - set(levels or ()):
        raise record.bad(f"{min(strange)} is endorsed but not among the held levels.", "endorsed")
    if levels is None:
        return None
    return {code: HeldRow(level=level, endorsed=code in endorsed) for code, level in levels.items()}


def _check_role(record: Record, person: PersonRow, roles: dict[str, tuple[int, Mapping[str, int]]]) -> None:
    """One role requires one set of levels, however many rows name it; some of them may leave it to the others."""
    if not person.required:
        return
    if not person.role_profile:
        raise record.bad("Levels are required by a role profile; name one.", "role profile")
    row, required = roles.setdefault(person.role_profile, (record.row, person.required))
    if required != person.required:
        raise record.bad(
            f"{person.role_profile!r} requires other levels here than in row {row}; a role profile has one set.",
            "required levels",
        )
