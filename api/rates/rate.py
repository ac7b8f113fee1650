"""What each may spend in a minute, as it is decided at the moment of asking: in memory, without waiting for anything.

What was spent is put to account in the background (`settling.py`). In between, the account is what it was, and what was
spent since is taken off; what leaves the minute's window is made up for at the pace of the limit. So a burst is exact,
and what several processes let through together is more than the limit by at most what they let through in the second
before they heard of one another.
"""

import math
import time
from collections.abc import Iterator
from typing import Final

SECONDS: Final = 60


class Account:
    """What one may still spend, as of ``settled_at``, and what was ``spent`` since. ``unshared`` was put to this
    process's account and not yet to the one of all; ``kept`` says that there is an account at all.
    """

    __slots__ = ("kept", "left", "refused", "settled_at", "spent", "unshared")

    def __init__(self, left: int, settled_at: float) -> None:
        self.left = left
        self.settled_at = settled_at
        self.spent = 0
        self.unshared = 0
        self.refused = False
        self.kept = False


class Rate:
    """At most ``most`` a minute for each key; with 0 as much as they like. ``name`` tells it from others in a store."""

    def __init__(self, name: str, most: int = 0) -> None:
        self.name = name
        self.most = most
        self._accounts: dict[str, Account] = {}

    def spend(self, key: str, amount: int = 1) -> int:
        """Spend so much. Returns 0; or, where that is too much, after how many seconds to try again: then nothing was
        spent.
        """
        if not self.most:
            return 0
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = Account(self.most, time.monotonic())
        if account.spent + amount <= account.left:
            account.spent += amount
            return 0
        left = self._left_now(account)
        if amount <= left:
            account.spent += amount
            return 0
        account.refused = True
        return min(SECONDS, max(1, math.ceil((amount - left) * SECONDS / self.most)))

    def _left_now(self, account: Account) -> int:
        regained = (time.monotonic() - account.settled_at) * self.most / SECONDS
        return min(self.most, account.left - account.spent + int(regained))

    def due(self) -> Iterator[tuple[str, Account]]:
        """The accounts to be settled. Whoever spends less than the pace of the limit needs none, and is forgotten."""
        now = time.monotonic()
        for key, account in list(self._accounts.items()):
            pace = (now - account.settled_at) * self.most / SECONDS
            if not account.kept and not account.refused and account.spent <= pace:
                del self._accounts[key]
            elif account.spent or account.refused or now - account.settled_at >= SECONDS:
                yield key, account

    def settle(self, key: str, account: Account, *, spent: int, left: int) -> None:
        """Note what is left after so much of what was spent has been put to account."""
        account.spent -= spent
        account.left = left
        account.settled_at = time.monotonic()
        account.refused = False
        account.kept = True
        if left >= self.most and not account.spent:
            self._accounts.pop(key, None)

    @property
    def held(self) -> int:
        """How many accounts are in memory."""
        return len(self._accounts)
