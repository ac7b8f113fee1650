"""How long clients wait before they try again: longer each time, and never all at once."""

import random
from typing import Final

_FIRST_SECONDS: Final = 0.2
_DOUBLINGS: Final = 8
# npm's `graphql-ws` waits for up to 16 s; what is looked for here is how soon all is well again.
LONGEST_FOR_A_DEVICE: Final = 1.0
LONGEST_FOR_A_QUESTION: Final = 4.0


def seconds_before(trial: int, *, longest: float) -> float:
    """Before the next one, after so many in vain."""
    return min(_FIRST_SECONDS * 2.0 ** min(trial, _DOUBLINGS), longest) * random.uniform(0.5, 1.0)  # noqa: S311
