"""The service with replay switched off: whoever comes back hears of what happens from now on, whatever they missed.

It is there to show that the soak sees a loss.
"""

from api.cli import main
from api.models import EventLog
from api.resolvers import notifications


def _the_end(log: EventLog, cursor: str) -> int:  # noqa: ARG001 - that is the point
    return int(log.seq)


if __name__ == "__main__":
    setattr(notifications, "position", _the_end)  # noqa: B010 - the type checker is right that it is not ours
    main()
