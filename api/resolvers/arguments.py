"""Arguments that clients give in their own words."""

from typing import Final

from api.domain.errors import Fault, FaultCode
from api.domain.text import is_storable

LONGEST_SEARCH: Final = 200


def clean_search(text: str | None) -> str | None:
    """A text to look for, or None where there is none.

    Raises ``Fault`` (BAD_USER_INPUT) where no row could ever hold it.
    """
    if text is None or not text.strip():
        return None
    if len(text) > LONGEST_SEARCH or not is_storable(text):
        raise Fault(
            FaultCode.BAD_USER_INPUT, f"Look for at most {LONGEST_SEARCH} characters, none of them a control code."
        )
    return text.strip()
