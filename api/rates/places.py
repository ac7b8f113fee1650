"""What may be held open at a time, such as connections."""

from collections import Counter


class Full(Exception):  # noqa: N818 - an answer to whoever wanted one more
    """Somebody holds as many as they may."""


class Places:
    """Counts what each holds in this process, ``most`` of them at a time; with 0 as many as they like."""

    def __init__(self, most: int = 0) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()

    def take(self, key: str) -> None:
        """Take one, which is to be given back. Raises ``Full``."""
        if self.most and self._taken[key] >= self.most:
            raise Full
        self._taken[key] += 1

    def give_back(self, key: str) -> None:
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]
