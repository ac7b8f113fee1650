"""The skills of an organisation, as each process remembers them. They change when somebody imports a framework, and are
shown with every list; so the database is asked whether they are still the same, and for the rows only where not.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

from tortoise.connection import get_connection

from api.models import Skill
from api.models.statements import columns_of, row_of
from api.search.mentee import FRAMEWORK_VERSION

_KEPT: Final = 256
_VERSION_NOW: Final = FRAMEWORK_VERSION.format(organisation="$1")
_VERSION: Final = f"SELECT ({_VERSION_NOW}) AS version"
_SKILLS: Final = f"""
SELECT {{columns}}, ({_VERSION_NOW}) AS version FROM skill WHERE organisation_id = $1 ORDER BY id
"""


class Framework:
    """All skills and attributes of an organisation, retired ones included."""

    def __init__(self, version: str | None, skills: Iterable[Skill]) -> None:
        self.version = version
        # Codes are compared as they are written, wherever the database would file them.
        self._skills: Mapping[int, Skill] = {skill.id: skill for skill in sorted(skills, key=lambda each: each.code)}
        self._places = {skill_id: place for place, skill_id in enumerate(self._skills)}

    def skill(self, skill_id: int) -> Skill:
        """A skill that a row points to. Raises ``LookupError`` where there is none."""
        found = self._skills.get(skill_id)
        if found is None:
            raise LookupError(f"skill {skill_id} is gone although a row points to it")
        return found

    def place(self, skill_id: int) -> int:
        """Where a skill stands in the order of codes. Raises ``LookupError``."""
        return self._places[skill_id]


class Frameworks:
    """Those that a process has read last."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Framework] = OrderedDict()

    async def of(self, organisation_id: int, version: str | None = None) -> Framework:
        """As the rows are now, or were when ``version`` was read; one statement, one more where they have changed, and
        one less where the version is given.
        """
        known = self._known.get(organisation_id)
        if known is not None:
            if version is None:
                (row,) = await get_connection("default").execute_query_dict(_VERSION, [organisation_id])
                version = row["version"]
            if version == known.version:
                return known
        statement = _SKILLS.format(columns=columns_of(Skill, "skill"))
        rows = await get_connection("default").execute_query_dict(statement, [organisation_id])
        framework = Framework(rows[0]["version"] if rows else None, [row_of(Skill, row) for row in rows])
        self._known[organisation_id] = framework
        self._known.move_to_end(organisation_id)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return framework
