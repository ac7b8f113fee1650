"""What people write: which text is kept, and which is refused."""

from typing import Final

from api.domain.errors import RefusalCode, Refused

LONGEST_TEXT: Final = 4_000
LONGEST_LINE: Final = 200


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, and nothing that is half a character."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def is_blank(text: str) -> bool:
    """Whether nothing of the text would be seen: spaces, controls and zero-width characters only."""
    return not any(character.isprintable() and not character.isspace() for character in text)


def optional_text(text: str | None, field: str, *, longest: int = LONGEST_TEXT) -> str | None:
    """The text as it is kept: without outer spaces, and None where it is blank.

    Raises ``Refused`` (INVALID) where it is longer than ``longest`` characters or cannot be stored.
    """
    if text is None:
        return None
    if not is_storable(text):
        raise Refused(RefusalCode.INVALID, "The text holds a character that cannot be stored; remove it.", field=field)
    kept = text.strip()
    if is_blank(kept):
        return None
    if len(kept) > longest:
        raise Refused(
            RefusalCode.INVALID,
            f"The text is {len(kept):,} characters long; shorten it to at most {longest:,}.",
            field=field,
        )
    return kept


def required_text(text: str | None, field: str, *, code: RefusalCode, message: str, longest: int = LONGEST_TEXT) -> str:
    """Like ``optional_text``, but a blank text is refused with ``code`` and ``message``."""
    kept = optional_text(text, field, longest=longest)
    if kept is None:
        raise Refused(code, message, field=field)
    return kept
