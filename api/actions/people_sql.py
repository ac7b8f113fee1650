"""The statements of `import_people`: each takes whole columns, and $1 is the organisation throughout."""

from typing import Final

UPSERT_PEOPLE: Final = """
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

SUBJECTS_OF_OTHERS: Final = "SELECT subject FROM subjects_of_others($1, $2, $3)"

BEGIN_LOGS: Final = """
INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
SELECT id, organisation_id, gen_random_uuid(), 0, 0 FROM person WHERE organisation_id = $1
ON CONFLICT (id) DO NOTHING
"""

SET_MANAGERS: Final = """
UPDATE person SET line_manager_id = given.manager
FROM unnest($2::bigint[], $3::bigint[]) AS given (id, manager)
WHERE person.organisation_id = $1 AND person.id = given.id AND person.line_manager_id IS DISTINCT FROM given.manager
"""

SET_ROLES: Final = SET_MANAGERS.replace("line_manager_id", "role_profile_id").replace("manager", "role")

ADD_ROLES: Final = """
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
DROP_REQUIREMENTS: Final = _DROP.format(table="role_requirement", owner="role_profile_id")
DROP_LEVELS: Final = _DROP.format(table="held_level", owner="person_id")

UPSERT_REQUIREMENTS: Final = """
INSERT INTO role_requirement (organisation_id, role_profile_id, skill_id, level)
SELECT $1, role, skill, level FROM unnest($2::bigint[], $3::bigint[], $4::smallint[]) AS given (role, skill, level)
ON CONFLICT (role_profile_id, skill_id) DO UPDATE SET level = excluded.level
"""

UPSERT_LEVELS: Final = """
INSERT INTO held_level (organisation_id, person_id, skill_id, level, endorsed)
SELECT $1, person, skill, level, endorsed
FROM unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::boolean[]) AS given (person, skill, level, endorsed)
ON CONFLICT (person_id, skill_id) DO UPDATE SET level = excluded.level, endorsed = excluded.endorsed
WHERE (held_level.level, held_level.endorsed) <> (excluded.level, excluded.endorsed)
"""
