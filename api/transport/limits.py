"""How much a client may keep open, and how often it is looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``ping_seconds`` is how often a client is asked, or told, that the connection is alive, ``operations`` how many
    may run on a socket at once, ``check_seconds`` how often it is looked up whether the person may still be here.
    """

    ping_seconds: float = 12.0
    operations: int = 100
    check_seconds: float = 30.0
