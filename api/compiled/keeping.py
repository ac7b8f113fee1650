"""What was completed of objects that never change is kept with them: whoever asks for it again is given the same,
wherever in a response it stands.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

Kind = TypeVar("Kind", bound=type)
Item = TypeVar("Item")

ATTRIBUTE: Final = "completed_by_shape"
# By shape, of which clients may make up as many as they like.
_MOST: Final = 8
_NOTHING: Final[Mapping[object, Any]] = MappingProxyType({})


def unchanging(kind: Kind) -> Kind:
    """Mark a class whose instances never change, as little as what their fields give where these take neither arguments
    nor what is known of the execution. Instances need a ``__dict__``.
    """
    setattr(kind, ATTRIBUTE, _NOTHING)
    return kind


@unchanging
class UnchangingList(list[Item]):
    """A list that is not changed once it was made. What was completed of it is kept where all that is in it is
    unchanging as well.
    """


def is_unchanging(kind: type | None) -> bool:
    """Whether a class was marked itself: subclasses are others."""
    return kind is not None and ATTRIBUTE in vars(kind)


def keep(value: Any, shape: object, completed: Any) -> None:
    """Keep what a shape made of an instance."""
    kept = getattr(value, ATTRIBUTE)
    if kept is _NOTHING or len(kept) >= _MOST:
        kept = {}
        setattr(value, ATTRIBUTE, kept)
    kept[shape] = completed
