"""What may be held open at a time, such as connections."""

import contextlib
from collections import Counter
from collections.abc import Iterator


class Full(Exception):  # noqa: N818 - an answer to whoever wanted one more
    """Somebody holds as many as they may."""


class Places:
    """Counts what each holds in this process, ``most`` of them at a time; with 0 as many as they like."""

    def __init__(self, most: int = 0) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()

    @contextlib.contextmanager
    def taken(self, key: str) -> Iterator[None]:
        """One place, for as long as the block lasts. Raises ``Full``."""
        if self.most and self._taken[key] >= self.most:
            raise Full
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
