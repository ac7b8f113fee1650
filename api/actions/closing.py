"""The last statement of a transaction: what a story kept until then, who did what, who is to hear of it, and the mails
and pushes that follow. All of it is one statement, whatever there is of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import orjson

from api.domain.events import SUBJECTS, Event, SubjectKind
from api.notifications.outbox import DEFERRED, JOBS


class Audited(NamedTuple):
    """Who did what; an ``actor_id`` of None is the service itself."""

    organisation_id: int
    actor_id: int | None
    verb: str
    subject: str
    subject_id: int
    detail: Mapping[str, object]


# The entry points to the actor, and so waits for an erasure that is under way.
_ACTOR: Final = "SELECT id FROM person WHERE id = ANY($1::bigint[]) AND erased_at IS NULL FOR KEY SHARE"
_AUDITED: Final = """
INSERT INTO audit_entry (organisation_id, actor_id, verb, subject_type, subject_id, detail, at)
SELECT organisation_id, actor_id, verb, subject_type, subject_id, detail::jsonb, clock_timestamp()
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[]) WITH ORDINALITY
     AS given (organisation_id, actor_id, verb, subject_type, subject_id, detail, place)
ORDER BY place
"""

# Whoever is being erased is waited for, and then hears of nothing.
_RECIPIENT: Final = """
SELECT id FROM person WHERE id = ANY($1::bigint[]) AND erased_at IS NULL ORDER BY id FOR KEY SHARE
"""
_TOLD: Final = """
SELECT person_id, organisation_id, kind, subject, subject_id,
       row_number() OVER (PARTITION BY person_id ORDER BY place) AS nth,
       count(*) OVER (PARTITION BY person_id) AS number
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY
     AS given (person_id, organisation_id, kind, subject, subject_id, place)
WHERE person_id IN (SELECT id FROM recipient)
"""
# In the same order in every transaction, so that no two of them wait for one another.
_HEAD: Final = """
INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
SELECT person_id, organisation_id, gen_random_uuid(), number, 0 FROM told WHERE nth = 1 ORDER BY person_id
ON CONFLICT (id) DO UPDATE SET seq = event_log.seq + excluded.seq
RETURNING id, seq
"""
_SUBJECT_COLUMNS: Final = ", ".join(f"{subject}_id" for subject in SubjectKind)
_SUBJECT_VALUES: Final = ", ".join(f"CASE subject WHEN '{subject}' THEN subject_id END" for subject in SubjectKind)
_ENTRY: Final = f"""
INSERT INTO event (organisation_id, person_id, seq, kind, {_SUBJECT_COLUMNS}, created_at)
SELECT organisation_id, person_id, head.seq - number + nth, kind, {_SUBJECT_VALUES}, clock_timestamp()
FROM told JOIN head ON head.id = told.person_id
ORDER BY person_id, nth
RETURNING id, person_id, kind
"""


@dataclass(frozen=True, slots=True)
class Closing:
    """What is kept until the end."""

    _written: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    _audited: list[Audited] = field(default_factory=list)
    _announced: list[tuple[int, Event]] = field(default_factory=list)

    def write(self, statement: str, *values: object) -> None:
        self._written.append((statement, values))

    def audit(self, entry: Audited) -> None:
        self._audited.append(entry)

    def announce(self, organisation_id: int, *events: Event) -> None:
        self._announced.extend((organisation_id, event) for event in events)

    @property
    def actors(self) -> set[int]:
        return {each.actor_id for each in self._audited if each.actor_id is not None}

    @property
    def recipients(self) -> set[int]:
        return {event.recipient_id for _, event in self._announced}

    def statement(self) -> tuple[str, list[object]] | None:
        """The statement and its values; it finds one row that tells how many of the ``actors`` are there. None where
        nothing is kept.
        """
        parts: list[str] = [statement for statement, _ in self._written]
        values: list[object] = [value for _, given in self._written for value in given]
        if self._audited:
            values += (list(self.actors), *self._audit_columns())
        if self._announced:
            values += (list(self.recipients), *self._event_columns())
        if not values:
            return None
        return _composed(tuple(parts), audited=bool(self._audited), told=bool(self._announced)), values

    def _audit_columns(self) -> list[list[object]]:
        rows = [(*each[:-1], orjson.dumps(each.detail).decode()) for each in self._audited]
        return [list(column) for column in zip(*rows, strict=True)]

    def _event_columns(self) -> list[list[object]]:
        rows = [
            (event.recipient_id, organisation_id, event.kind.value, SUBJECTS[event.kind].value, event.subject_id)
            for organisation_id, event in self._announced
        ]
        return [list(column) for column in zip(*rows, strict=True)]


@cache
def _composed(written: tuple[str, ...], *, audited: bool, told: bool) -> str:
    """Each part's parameters begin with $1, and come after those of the parts before it."""
    parts = [(f"written_{number}", statement) for number, statement in enumerate(written)]
    found = ["0 AS actors"]
    if audited:
        parts += [("actor", _ACTOR), ("audited", _AUDITED)]
        found = ["(SELECT count(*) FROM actor) AS actors"]
    if told:
        parts += [("recipient", _RECIPIENT), ("told", _TOLD), ("head", _HEAD), ("entry", _ENTRY)]
        parts += [("job", JOBS), ("deferred", DEFERRED)]
        found.append("(SELECT jobs FROM deferred) AS jobs")
    texts, before = [], 0
    for name, statement in parts:
        numbers = [int(number) for number in _PARAMETER.findall(statement)]
        texts.append(f"{name} AS ({_shifted(statement, before)})")
        before += max(numbers, default=0)
    return f"WITH {', '.join(texts)} SELECT {', '.join(found)}"


def _shifted(statement: str, by: int) -> str:
    return _PARAMETER.sub(lambda match: f"${int(match[1]) + by}", statement)


_PARAMETER: Final = re.compile(r"\$(\d+)")
