"""Relay connections by keyset: arguments in, a window out; rows in, a page out."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import orjson
from tortoise.queryset import QuerySet

from api.domain.errors import Fault, FaultCode
from api.domain.text import is_storable
from api.search.criteria import Window

Key = TypeVar("Key")
Row = TypeVar("Row")
Record = TypeVar("Record", bound=Any)

DEFAULT_PAGE: Final = 20
LARGEST_PAGE: Final = 100
_LARGEST_KEY: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PageArguments:
    """`first`, `after`, `last`, `before` as the client gave them."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """The rows of one page in the connection's order, and whether there is more on either side."""

    rows: list[Row]
    has_next: bool
    has_previous: bool


def window(arguments: PageArguments, read_cursor: Callable[[str], Key]) -> Window[Key]:
    """The window to read: one row more than asked for, which tells whether there is more.

    Raises ``Fault`` (BAD_USER_INPUT) where the arguments make no page.
    """
    backwards = arguments.last is not None
    if backwards and arguments.first is not None:
        raise Fault(FaultCode.BAD_USER_INPUT, "Ask for `first` or for `last`, not for both.")
    size = arguments.last if arguments.last is not None else arguments.first
    size = DEFAULT_PAGE if size is None else size
    if not 0 <= size <= LARGEST_PAGE:
        name = "last" if backwards else "first"
        raise Fault(FaultCode.BAD_USER_INPUT, f"`{name}` is {size}; ask for 0 to {LARGEST_PAGE} at a time.")
    return Window(
        limit=size + 1,
        backwards=backwards,
        after=None if arguments.after is None else read_cursor(arguments.after),
        before=None if arguments.before is None else read_cursor(arguments.before),
    )


def page(rows: Sequence[Row], asked: Window[Any]) -> Page[Row]:
    """Cut what was read within a window to the page that was asked for."""
    size = asked.limit - 1
    more = len(rows) > size
    kept = list(rows[:size])
    if asked.backwards:
        return Page(rows=kept[::-1], has_next=asked.before is not None, has_previous=more or asked.after is not None)
    return Page(rows=kept, has_next=more or asked.before is not None, has_previous=asked.after is not None)


def cursor(kind: str, *key: int | str) -> str:
    """An opaque cursor that stands for a key in one kind of connection."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *key])).decode()


def cursor_reader(kind: str, make: Callable[..., Key], *types: type) -> Callable[[str], Key]:
    """Reads cursors of one kind, whose keys have these types.

    The reader raises ``Fault`` (BAD_USER_INPUT) for any text that is no such cursor.
    """

    def read(text: str) -> Key:
        try:
            found, *key = orjson.loads(base64.b64decode(text.encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, TypeError) as error:
            raise _unknown_cursor(text) from error
        if found != kind or len(key) != len(types) or not all(map(_fits, key, types)):
            raise _unknown_cursor(text)
        return make(*key)

    return read


def _fits(part: object, wanted: type) -> bool:
    """Whether a part of a key is what the database can compare with."""
    if isinstance(part, str):
        return wanted is str and is_storable(part)
    return type(part) is wanted and isinstance(part, int) and abs(part) <= _LARGEST_KEY


def _unknown_cursor(text: str) -> Fault:
    shown = text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004
    return Fault(FaultCode.BAD_USER_INPUT, f"{shown!r} is no cursor of this list; use one that came with its edges.")


async def page_by_id(
    rows: QuerySet[Record], arguments: PageArguments, kind: str, *, newest_first: bool
) -> Page[Record]:
    """A page of rows in order of their keys."""
    asked = window(arguments, cursor_reader(kind, int, int))
    lower, upper = ("before", "after") if newest_first else ("after", "before")
    if (bound := getattr(asked, lower)) is not None:
        rows = rows.filter(id__gt=bound)
    if (bound := getattr(asked, upper)) is not None:
        rows = rows.filter(id__lt=bound)
    descending = newest_first is not asked.backwards
    return page(await rows.order_by("-id" if descending else "id").limit(asked.limit), asked)
