"""What every field of one operation can reach."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.domain.viewer import Viewer
from api.notifications.push.offer import PushOffer
from api.notifications.wakeups import Wakeups
from api.resolvers.loaders import Loaders
from api.search.framework import Frameworks
from api.search.ranking import MentorSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a process holds for all operations. ``poll_seconds`` is how often a subscription looks unwoken, ``push``
    which devices can be registered.
    """

    search: MentorSearch
    frameworks: Frameworks = field(default_factory=Frameworks)
    wakeups: Wakeups
    poll_seconds: float
    push: PushOffer


@dataclass(slots=True, kw_only=True)
class Context:
    """One operation of one viewer. Made anew for each, on a socket too: loaders remember what they have read.

    ``live`` says that it delivers entries of a log: where one cannot be shown, the client is to come back for it.
    ``resume_after`` is the cursor that such a client came back with; ``cursor`` is that of the entry delivered last,
    ``position`` its number, ``written_at`` when it was written, and ``replayed`` says that this was before the client
    came. ``hand_over`` is asked whenever all of a log of some epoch was read, up to a number: where it says so,
    somebody else delivers the rest, and this one ends.
    """

    viewer: Viewer
    services: Services
    resume_after: str | None = None
    live: bool = False
    cursor: str | None = None
    written_at: datetime | None = None
    replayed: bool = False
    position: int = -1
    hand_over: Callable[[UUID, int], bool] | None = None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Forget what was read: the next event is a response of its own."""
        self.loaders = Loaders(self.viewer)
