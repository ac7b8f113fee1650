"""The last statement of a transaction: what a story kept until then, who did what, who is to hear of it, and the mails
and pushes that follow. All of it is one statement, whatever there is of it.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import orjson

from api.domain.events import SUBJECTS, Event, SubjectKind
from api.notifications.outbox import DEFER_MESSAGES


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

# Whoever is being erased is waited for, and then hears of nothing. All of them before any log, and the logs in the same
# order in every transaction, so that no two of them wait for one another.
_RECIPIENT: Final = """
SELECT person.id, given.organisation_id, given.entries
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS given (id, organisation_id, entries)
JOIN person ON person.id = given.id AND person.erased_at IS NULL
ORDER BY person.id FOR KEY SHARE OF person
"""
_HEAD: Final = """
INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
SELECT id, organisation_id, gen_random_uuid(), entries, 0 FROM recipient ORDER BY id
ON CONFLICT (id) DO UPDATE SET seq = event_log.seq + excluded.seq
RETURNING id, organisation_id, seq
"""
_SUBJECT_COLUMNS: Final = ", ".join(f"{subject}_id" for subject in SubjectKind)
_SUBJECT_VALUES: Final = ", ".join(f"CASE subject WHEN '{subject}' THEN subject_id END" for subject in SubjectKind)
_ENTRY: Final = f"""
INSERT INTO event (organisation_id, person_id, seq, kind, {_SUBJECT_COLUMNS}, created_at)
SELECT head.organisation_id, head.id, head.seq - before_the_last, kind, {_SUBJECT_VALUES}, clock_timestamp()
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY
     AS told (person_id, before_the_last, kind, subject, subject_id, place)
JOIN head ON head.id = told.person_id
ORDER BY place
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
            values += (*self._recipient_columns(), *self._event_columns())
        if not values:
            return None
        return _composed(tuple(parts), audited=bool(self._audited), told=bool(self._announced)), values

    def _audit_columns(self) -> list[list[object]]:
        rows = [(*each[:-1], orjson.dumps(each.detail).decode()) for each in self._audited]
        return [list(column) for column in zip(*rows, strict=True)]

    def _recipient_columns(self) -> list[list[object]]:
        organisations = {event.recipient_id: organisation_id for organisation_id, event in self._announced}
        entries = Counter(event.recipient_id for _, event in self._announced)
        return [list(organisations), list(organisations.values()), [entries[each] for each in organisations]]

    def _event_columns(self) -> list[list[object]]:
        """In the order of their recipients, and of each recipient's as they were announced."""
        left = Counter(event.recipient_id for _, event in self._announced)
        rows = []
        for _, event in sorted(self._announced, key=lambda each: each[1].recipient_id):
            left[event.recipient_id] -= 1
            subject = SUBJECTS[event.kind].value
            rows.append((event.recipient_id, left[event.recipient_id], event.kind.value, subject, event.subject_id))
        return [list(column) for column in zip(*rows, strict=True)]


@cache
def _composed(written: tuple[str, ...], *, audited: bool, told: bool) -> str:
    """Each part's parameters begin with $1, and come after those of the parts before it."""
    parts = [(f"written_{number}", statement) for number, statement in enumerate(written)]
    actors = "0"
    if audited:
        parts += [("actor", _ACTOR), ("audited", _AUDITED)]
        actors = "(SELECT count(*) FROM actor)"
    if told:
        parts += [("recipient", _RECIPIENT), ("head", _HEAD), ("entry", _ENTRY), ("job", DEFER_MESSAGES)]
    texts, before = [], 0
    for name, statement in parts:
        numbers = [int(number) for number in _PARAMETER.findall(statement)]
        texts.append(f"{name} AS ({_shifted(statement, before)})")
        before += max(numbers, default=0)
    return f"WITH {', '.join(texts)} SELECT {actors} AS actors"


def _shifted(statement: str, by: int) -> str:
    return _PARAMETER.sub(lambda match: f"${int(match[1]) + by}", statement)


_PARAMETER: Final = re.compile(r"\$(\d+)")
