"""What is asked: the same of everybody, in whatever words each of them understands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any, Final

import orjson

PAGE: Final = 20
_MENTEES: Final = 200
_MENTORS_WITH_AN_INBOX: Final = range(1001, 1201)
_EVERYBODY_WHO_ASKS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``subject`` is the `sub` of whoever asks; the others are for those who ask a mentor."""

    subject: str
    mentor_id: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How one contestant is asked. ``answer`` makes the data of a response comparable."""

    document: str
    variables: Callable[[Question], Mapping[str, object]]
    answer: Callable[[Any], Any]

    def body(self, question: Question) -> bytes:
        return orjson.dumps({"query": self.document, "variables": self.variables(question)})


def finding() -> Iterator[Question]:
    """Mentees, again and again."""
    return cycle([Question(subject=subject_of(number)) for number in range(1, _MENTEES + 1)])


def looking_into_inboxes() -> Iterator[Question]:
    return cycle([Question(subject=subject_of(number)) for number in _MENTORS_WITH_AN_INBOX])


@dataclass
class Connecting:
    """Requests that nobody has made yet: ``mentors`` are those who can be asked and have no inbox so far."""

    mentors: Sequence[int]
    _numbers: Iterator[int] = field(default_factory=count)

    def __iter__(self) -> Iterator[Question]:
        return self

    def __next__(self) -> Question:
        turn, mentee = divmod(next(self._numbers), _EVERYBODY_WHO_ASKS)
        if turn >= len(self.mentors):
            raise StopIteration
        mentor = self.mentors[(7 * mentee + turn) % len(self.mentors)]
        return Question(subject=subject_of(1 + mentee), mentor_id=mentor, message="Would you mentor me?")


def subject_of(person_id: int) -> str:
    return f"person-{person_id}"


def milliseconds(moment: str) -> str:
    """A moment as far as JavaScript tells it."""
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat(timespec="milliseconds")
