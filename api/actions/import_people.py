"""Bring an organisation's people up to what was read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tortoise.connection import get_connection

from api.actions.import_framework import BATCH, Progress
from api.actions.work import Work, action
from api.domain.errors import RefusalCode, Refused
from api.frameworks.rows import PersonRow
from api.models import Person, RoleProfile, Skill

_UPSERT_PEOPLE: Final = """
INSERT INTO person (organisation_id, subject, email, name, job_title, location, time_zone)
SELECT $1, coalesce(subject, email), email, name, nullif(job_title, ''), nullif(location, ''), nullif(time_zone, '')
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     AS given (subject, email, name, job_title, location, time_zone)
ON CONFLICT (organisation_id, email) DO UPDATE
SET subject = coalesce((SELECT given.subject FROM unnest($2::text[], $3::text[]) AS given (subject, email)
                        WHERE given.email = person.email), person.subject),
    name = excluded.name,
    job_title = CASE WHEN $8 THEN excluded.job_title ELSE person.job_title END,
    location = CASE WHEN $9 THEN excluded.location ELSE person.location END,
    time_zone = CASE WHEN $10 THEN excluded.time_zone ELSE person.time_zone END
RETURNING (xmax = 0) AS added
"""

_SUBJECTS_OF_OTHERS: Final = """
SELECT person.subject FROM person
JOIN unnest($2::text[], $3::text[]) AS given (subject, email) ON person.subject = given.subject
WHERE (person.organisation_id, person.email) <> ($1::bigint, given.email)
ORDER BY person.subject LIMIT 1
"""

_BEGIN_LOGS: Final = """
INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
SELECT id, organisation_id, gen_random_uuid(), 0, 0 FROM person WHERE organisation_id = $1
ON CONFLICT (id) DO NOTHING
"""

_SET_MANAGERS: Final = """
UPDATE person SET line_manager_id = given.manager
FROM unnest($2::bigint[], $3::bigint[]) AS given (id, manager)
WHERE person.organisation_id = $1 AND person.id = given.id AND person.line_manager_id IS DISTINCT FROM given.manager
"""

_SET_ROLES: Final = _SET_MANAGERS.replace("line_manager_id", "role_profile_id").replace("manager", "role")

_ADD_ROLES: Final = """
INSERT INTO role_profile (organisation_id, name) SELECT $1, unnest($2::text[])
ON CONFLICT (organisation_id, name) DO NOTHING
"""

# Both for role_requirement and for held_level: what is stated takes the place of what was there.
_DROP: Final = """
DELETE FROM {table} USING unnest($2::bigint[]) AS given (owner)
WHERE {table}.organisation_id = $1 AND {table}.{owner} = given.owner
  AND NOT EXISTS (
      SELECT FROM unnest($3::bigint[], $4::bigint[]) AS kept (owner, skill_id)
      WHERE (kept.owner, kept.skill_id) = ({table}.{owner}, {table}.skill_id)
  )
"""
_DROP_REQUIREMENTS: Final = _DROP.format(table="role_requirement", owner="role_profile_id")
_DROP_LEVELS: Final = _DROP.format(table="held_level", owner="person_id")

_UPSERT_REQUIREMENTS: Final = """
INSERT INTO role_requirement (organisation_id, role_profile_id, skill_id, level)
SELECT $1, role, skill, level FROM unnest($2::bigint[], $3::bigint[], $4::smallint[]) AS given (role, skill, level)
ON CONFLICT (role_profile_id, skill_id) DO UPDATE SET level = excluded.level
"""

_UPSERT_LEVELS: Final = """
INSERT INTO held_level (organisation_id, person_id, skill_id, level, endorsed)
SELECT $1, person, skill, level, endorsed
FROM unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::boolean[]) AS given (person, skill, level, endorsed)
ON CONFLICT (person_id, skill_id) DO UPDATE SET level = excluded.level, endorsed = excluded.endorsed
WHERE (held_level.level, held_level.endorsed) <> (excluded.level, excluded.endorsed)
"""


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
    added = 0
    for batch in _batches(rows):
        await _check_subjects(organisation_id, batch)
        added += await _upsert_people(organisation_id, batch)
    await _run(_BEGIN_LOGS, organisation_id)
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
    await work.audit(
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
    taken = await _run(_SUBJECTS_OF_OTHERS, organisation_id, subjects, [person.email for person in batch])
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
        _UPSERT_PEOPLE,
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
    await _run(_SET_MANAGERS, organisation_id, [people[person.email] for person in spoken_of], managers)


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
    await _run(_ADD_ROLES, organisation_id, sorted(names))
    roles = dict(await RoleProfile.filter(organisation_id=organisation_id).values_list("name", "id"))
    chosen = [roles.get(person.role_profile) for person in spoken_of]
    await _run(_SET_ROLES, organisation_id, [people[person.email] for person in spoken_of], chosen)
    stated = {person.role_profile: person for person in spoken_of if person.role_profile and person.required}
    required = [
        (roles[name], _skill(skills, person, "Required levels", code), level)
        for name, person in stated.items()
        for code, level in (person.required or {}).items()
    ]
    columns = [list(column) for column in zip(*required, strict=True)] or [[], [], []]
    await _run(_DROP_REQUIREMENTS, organisation_id, [roles[name] for name in stated], *columns[:2])
    await _run(_UPSERT_REQUIREMENTS, organisation_id, *columns)


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
    await _run(_DROP_LEVELS, organisation_id, [people[person.email] for person in spoken_of], *columns[:2])
    await _run(_UPSERT_LEVELS, organisation_id, *columns)
    return len(held)
