"""Bring an organisation's framework up to what was read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tortoise.connection import get_connection

from api.actions.work import Work, action
from api.frameworks.rows import FrameworkRows, SkillRow
from api.models import Skill
from api.notifications.outbox import defer_reconcile

Progress = Callable[[int, int], None]

BATCH: Final = 1_000

# The levels travel as texts: unnest takes arrays apart to the last element.
_UPSERT: Final = """
INSERT INTO skill (organisation_id, kind, code, name, category, subcategory, levels, retired)
SELECT $1, kind, code, name, category, subcategory, levels::smallint[], false
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     AS given (kind, code, name, category, subcategory, levels)
ON CONFLICT (organisation_id, kind, code) DO UPDATE
SET name = excluded.name, category = excluded.category, subcategory = excluded.subcategory,
    levels = excluded.levels, retired = false
WHERE (skill.name, skill.category, skill.subcategory, skill.levels, skill.retired)
      IS DISTINCT FROM (excluded.name, excluded.category, excluded.subcategory, excluded.levels, false)
RETURNING (xmax = 0) AS added
"""

_NAME_LEVELS: Final = """
INSERT INTO framework_level (organisation_id, level, name)
SELECT $1, level, name FROM unnest($2::smallint[], $3::text[]) AS given (level, name)
ON CONFLICT (organisation_id, level) DO UPDATE SET name = excluded.name
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkCounts:
    """What an import did to the framework."""

    read: int
    added: int
    changed: int
    retired: int

    def __str__(self) -> str:
        return f"{self.read} skills read: {self.added} added, {self.changed} changed, {self.retired} retired"


@action
async def import_framework(
    work: Work, *, organisation_id: int, rows: FrameworkRows, progress: Progress | None = None
) -> FrameworkCounts:
    """Add and change skills and attributes by kind and code, and name the levels.

    Of each kind that was read, those that are no longer there are retired: people keep them, nobody is measured by
    them. Reading the same again changes nothing.
    """
    outcomes: list[bool] = []
    for start in range(0, len(rows.skills), BATCH):
        batch = rows.skills[start : start + BATCH]
        outcomes += await _upsert(organisation_id, batch)
        if progress:
            progress(start + len(batch), len(rows.skills))
    retired = 0
    for kind in {skill.kind for skill in rows.skills}:
        codes = [skill.code for skill in rows.skills if skill.kind == kind]
        retired += await Skill.filter(
            organisation_id=organisation_id, kind=kind, retired=False, code__not_in=codes
        ).update(retired=True)
    if rows.level_names:
        await get_connection("default").execute_query(
            _NAME_LEVELS, [organisation_id, list(rows.level_names), list(rows.level_names.values())]
        )
    counts = FrameworkCounts(
        read=len(rows.skills), added=sum(outcomes), changed=len(outcomes) - sum(outcomes), retired=retired
    )
    await defer_reconcile(work.connection, organisation_id)
    work.audit(
        organisation_id=organisation_id,
        actor_id=None,
        verb="import_framework",
        subject="organisation",
        subject_id=organisation_id,
        outcome=str(counts),
    )
    return counts


async def _upsert(organisation_id: int, batch: tuple[SkillRow, ...]) -> list[bool]:
    """For each skill that was not there as it is, whether it is new."""
    columns = [
        [skill.kind.value for skill in batch],
        [skill.code for skill in batch],
        [skill.name for skill in batch],
        [skill.category for skill in batch],
        [skill.subcategory for skill in batch],
        ["{" + ",".join(map(str, skill.levels)) + "}" for skill in batch],
    ]
    rows = await get_connection("default").execute_query_dict(_UPSERT, [organisation_id, *columns])
    return [row["added"] for row in rows]
