"""How large a document may be, and what is said of one that is larger."""

from dataclasses import dataclass


class Exceeded(Exception):  # noqa: N818 - said to the client as it is
    """More was asked than is allowed. ``limit`` is the name of the bound; ``asked`` and ``allowed`` are counted in what
    it counts. ``at_least`` says that counting ended there.
    """

    def __init__(self, limit: str, *, asked: int, allowed: int, at_least: bool = False) -> None:
        super().__init__(f"{limit}: {asked} of {allowed}")
        self.limit = limit
        self.asked = asked
        self.allowed = allowed
        self.at_least = at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The most of each that a document may hold; 0 leaves it unbounded.

    ``characters`` and ``tokens`` are those of its text, comments among them. ``depth`` is how deep fields lie within
    one another, ``width`` how many selections stand side by side. ``literal_depth`` is how deep lists and objects lie
    within a literal or a variable, ``values`` how many the variables of a request hold. ``aliases``, ``directives``,
    ``operations``, ``fragments`` and ``variables`` are counted as they are written, ``root_fields`` with the fragments
    that they come from. ``overlaps`` is how many pairs of fields answer under the same name at the same place, all of
    which a validator compares. ``cost`` is how many fields an answer may hold.
    """

    characters: int = 32_768
    tokens: int = 2_000
    depth: int = 20
    width: int = 100
    root_fields: int = 30
    aliases: int = 50
    directives: int = 50
    operations: int = 50
    fragments: int = 100
    variables: int = 50
    literal_depth: int = 8
    values: int = 2_000
    overlaps: int = 5_000
    cost: int = 30_000

    def check(self, limit: str, asked: int) -> None:
        """Raises ``Exceeded``."""
        allowed: int = getattr(self, limit)
        if allowed and asked > allowed:
            raise Exceeded(limit, asked=asked, allowed=allowed)
