"""What was not said, as distinct from what was said to be nothing."""

from enum import Enum
from typing import Any, Final, Literal


class Unchanged(Enum):
    UNCHANGED = "UNCHANGED"


UNCHANGED: Final = Unchanged.UNCHANGED
NotSaid = Literal[Unchanged.UNCHANGED]


def said(**values: object) -> dict[str, Any]:
    """Those of the values that were said."""
    return {name: value for name, value in values.items() if value is not UNCHANGED}
