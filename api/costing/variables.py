"""How much the variables of a request hold, which are read anew each time."""

from collections.abc import Mapping
from typing import Any

from api.costing.bounds import Bounds


def check_variables(variables: Mapping[str, Any] | None, bounds: Bounds) -> None:
    """Raises ``Exceeded``: ``values`` where they hold too many in all, ``literal_depth`` where they are nested deeper
    than a literal may be.
    """
    if not variables:
        return
    values = len(variables)
    level: list[Any] = [each for each in variables.values() if isinstance(each, list | dict)]
    depth = 0
    while level:
        depth += 1
        bounds.check("literal_depth", depth)
        values += sum(map(len, level))
        # As soon as it is too much, so that nothing is looked through that is refused.
        bounds.check("values", values)
        level = [
            each
            for held in level
            for each in (held.values() if isinstance(held, dict) else held)
            if isinstance(each, list | dict)
        ]
    bounds.check("values", values)
