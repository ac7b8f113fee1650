"""Stand-ins for whoever wakes subscriptions, where a test looks only at what was written."""


class Recorder:
    """Keeps who was woken."""

    def __init__(self) -> None:
        self.woken: list[int] = []

    def wake(self, person_ids: list[int], /) -> None:
        self.woken.extend(person_ids)
