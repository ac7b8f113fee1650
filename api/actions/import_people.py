"""Bring an organisation's people up to what was read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.connection import get_connection

from api.actions import people_sql as sql
from api.actions.import_framework import BATCH, Progress
from api.actions.work import Work, action
from api.domain.errors import RefusalCode, Refused
from api.frameworks.rows import PersonRow
from api.models import Person, RoleProfile, Skill
from api.notifications.outbox import defer_reconcile


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCounts:
    """What an import did to the people."""

    read: int
    added: int
    levels: int

    def __str__(self) -> str:
        return f"{self.read} people read, {self.added} of them new, with {self.levels} skill levels"


@action
async def import_people(
    work: Work, *, organisation_id: int, rows: Sequence[PersonRow], progress: Progress | None = None
) -> PeopleCounts:
    """Add and change people by email, with their managers, roles and levels. Whoever is not among them stays as is.

    Reading the same again changes nothing. Raises ``Refused`` (INVALID, NOT_FOUND), naming the row, where a subject is
    somebody else's, or a line manager or a code is not known.
    """
    # The plan that fits any arrays fits none: it would compare each row with each.
    await _run("SET LOCAL plan_cache_mode = force_custom_plan")
    added = 0
    for batch in _batches(rows):
        await _check_subjects(organisation_id, batch)
        added += await _upsert_people(organisation_id, batch)
    await _run(sql.BEGIN_LOGS, organisation_id)
    people = dict(await Person.filter(organisation_id=organisation_id).values_list("email", "id"))
    await _set_managers(organisation_id, rows, people)
    skills = await _skills_by_code(organisation_id)
    await _set_roles(organisation_id, rows, people, skills)
    levels = done = 0
    for batch in _batches(rows):
        levels += await _set_levels(organisation_id, batch, people, skills)
        done += len(batch)
        if progress:
            progress(done, len(rows))
    counts = PeopleCounts(read=len(rows), added=added, levels=levels)
    await defer_reconcile(work.connection, organisation_id)
    work.changes_search()
    work.audit(
        organisation_id=organisation_id,
        actor_id=None,
        verb="import_people",
        subject="organisation",
        subject_id=organisation_id,
        outcome=str(counts),
    )
    return counts


def _batches(rows: Sequence[PersonRow]) -> Iterator[Sequence[PersonRow]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


async def _run(statement: str, *values: object) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))


def _refused(person: PersonRow, column: str, code: RefusalCode, message: str) -> Refused:
    place = f"row {person.row}, column {column!r}, {person.email}" if person.row else person.email
    return Refused(code, f"{place}: {message}")


async def _check_subjects(organisation_id: int, batch: Sequence[PersonRow]) -> None:
    """A subject signs in as one person, over all organisations."""
    subjects = [person.subject or person.email for person in batch]
    taken = await _run(sql.SUBJECTS_OF_OTHERS, organisation_id, subjects, [person.email for person in batch])
    if taken:
        person = batch[subjects.index(taken[0]["subject"])]
        raise _refused(
            person,
            "Subject",
            RefusalCode.INVALID,
            f"somebody else signs in with the subject {taken[0]['subject']!r}; give another.",
        )


async def _upsert_people(organisation_id: int, batch: Sequence[PersonRow]) -> int:
    first = batch[0]
    rows = await _run(
        sql.UPSERT_PEOPLE,
        organisation_id,
        [person.subject for person in batch],
        [person.email for person in batch],
        [person.name for person in batch],
        [person.job_title or "" for person in batch],
        [person.location or "" for person in batch],
        [person.time_zone or "" for person in batch],
        first.job_title is not None,
        first.location is not None,
        first.time_zone is not None,
    )
    return sum(row["added"] for row in rows)


async def _set_managers(organisation_id: int, rows: Sequence[PersonRow], people: Mapping[str, int]) -> None:
    spoken_of = [person for person in rows if person.line_manager_email is not None]
    for person in spoken_of:
        if person.line_manager_email and person.line_manager_email not in people:
            raise _refused(
                person,
                "Line manager",
                RefusalCode.NOT_FOUND,
                f"the line manager {person.line_manager_email} is not among the people.",
            )
    managers = [people.get(person.line_manager_email or "") for person in spoken_of]
    await _run(sql.SET_MANAGERS, organisation_id, [people[person.email] for person in spoken_of], managers)


async def _skills_by_code(organisation_id: int) -> dict[str, int]:
    skills = await Skill.filter(organisation_id=organisation_id, retired=False).order_by("kind")
    return {skill.code: skill.id for skill in skills}


def _skill(skills: Mapping[str, int], person: PersonRow, column: str, code: str) -> int:
    if code not in skills:
        raise _refused(
            person, column, RefusalCode.NOT_FOUND, f"{code} is no skill or attribute of the framework in use."
        )
    return skills[code]


async def _set_roles(
    organisation_id: int, rows: Sequence[PersonRow], people: Mapping[str, int], skills: Mapping[str, int]
) -> None:
    spoken_of = [person for person in rows if person.role_profile is not None]
    names = {person.role_profile for person in spoken_of if person.role_profile}
    await _run(sql.ADD_ROLES, organisation_id, sorted(names))
    roles = dict(await RoleProfile.filter(organisation_id=organisation_id).values_list("name", "id"))
    chosen = [roles.get(person.role_profile) for person in spoken_of]
    await _run(sql.SET_ROLES, organisation_id, [people[person.email] for person in spoken_of], chosen)
    stated = {person.role_profile: person for person in spoken_of if person.role_profile and person.required}
    required = [
        (roles[name], _skill(skills, person, "Required levels", code), level)
        for name, person in stated.items()
        for code, level in (person.required or {}).items()
    ]
    columns = [list(column) for column in zip(*required, strict=True)] or [[], [], []]
    await _run(sql.DROP_REQUIREMENTS, organisation_id, [roles[name] for name in stated], *columns[:2])
    await _run(sql.UPSERT_REQUIREMENTS, organisation_id, *columns)


async def _set_levels(
    organisation_id: int, batch: Sequence[PersonRow], people: Mapping[str, int], skills: Mapping[str, int]
) -> int:
    spoken_of = [person for person in batch if person.held is not None]
    held = [
        (people[person.email], _skill(skills, person, "Held levels", code), row.level, row.endorsed)
        for person in spoken_of
        for code, row in (person.held or {}).items()
    ]
    columns = [list(column) for column in zip(*held, strict=True)] or [[], [], [], []]
    await _run(sql.DROP_LEVELS, organisation_id, [people[person.email] for person in spoken_of], *columns[:2])
    await _run(sql.UPSERT_LEVELS, organisation_id, *columns)
    return len(held)
