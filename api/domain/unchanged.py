"""What was not said, as distinct from what was said to be nothing."""

from enum import Enum
from typing import Final, Literal


class Unchanged(Enum):
    UNCHANGED = "UNCHANGED"


UNCHANGED: Final = Unchanged.UNCHANGED
NotSaid = Literal[Unchanged.UNCHANGED]
