"""How long clients wait before they try again: longer each time, and never all at once."""

import random
from typing import Final

_FIRST_SECONDS: Final = 0.2
# npm's `graphql-ws` waits for up to 16 s; what is looked for here is how soon all is well again.
_LONGEST_SECONDS: Final = 1.0
_DOUBLINGS: Final = 8


def seconds_before(trial: int) -> float:
    """Before the next one, after so many in vain."""
    longest = min(_FIRST_SECONDS * 2.0 ** min(trial, _DOUBLINGS), _LONGEST_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - as clients do
