"""Accounts of what was spent, as sliding windows of the library `limits`: one of this process, and one in Valkey or
Redis that all processes share, where there is one.

Only who has spent a tenth of what they may is put to the shared one, so that nearly nobody is. With it gone, the
account of the process is what counts: nobody is refused for it.

Nothing asks the library while somebody waits: in limits 5.8 each hit on a storage in memory begins a look through all
keys.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool

from api.rates.rate import Account, Rate

log = structlog.get_logger(__name__)

_SECONDS_BETWEEN: Final = 1.0
_SECONDS_TO_ANSWER: Final = 1.0
_SECONDS_UNTIL_TRIED_AGAIN: Final = 5.0
_SHARED_FROM: Final = 0.1
_SHARING: Final = ("redis://", "rediss://")


class Settling:
    """Settles rates for as long as ``running`` is open. ``url`` is that of the broker: shared are those of `redis://`
    and the like.
    """

    def __init__(self, url: str, rates: Sequence[Rate], *, seconds_between: float = _SECONDS_BETWEEN) -> None:
        self._rates = [rate for rate in rates if rate.most]
        self._items = {
            rate.name: RateLimitItemPerMinute(rate.most, namespace=f"mentoring:{rate.name}") for rate in rates
        }
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool = ConnectionPool.from_url(url) if url.startswith(_SHARING) else None
        self._shared = _shared(self._pool) if self._pool else None
        self._seconds_between = seconds_between
        self._not_before = 0.0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        if not self._rates:
            yield
            return
        task = asyncio.create_task(self._keep_settling(), name="rates")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        """Let go of the connections to what is shared."""
        if self._pool:
            await self._pool.disconnect()

    async def _keep_settling(self) -> None:
        while True:
            await asyncio.sleep(self._seconds_between)
            await self.settle()

    async def settle(self) -> None:
        """Put to account what was spent since the last time."""
        for rate in self._rates:
            much: list[tuple[str, Account]] = []
            for key, account in rate.due():
                spent = account.spent
                left = await self._put(self._own, rate, key, spent)
                account.unshared += spent
                rate.settle(key, account, spent=spent, left=left)
                if self._shared and rate.most - left >= rate.most * _SHARED_FROM:
                    much.append((key, account))
            if self._shared and much and asyncio.get_running_loop().time() >= self._not_before:
                await self._share(self._shared, rate, much)

    async def _share(
        self, shared: SlidingWindowCounterRateLimiter, rate: Rate, accounts: Sequence[tuple[str, Account]]
    ) -> None:
        try:
            async with asyncio.timeout(_SECONDS_TO_ANSWER):
                for key, account in accounts:
                    # What has left this process's window meanwhile counts no more.
                    amount, account.unshared = min(account.unshared, rate.most - account.left), 0
                    account.left = min(account.left, await self._put(shared, rate, key, amount))
        except Exception as error:  # noqa: BLE001 - whatever keeps it from answering, each process goes on alone
            log.warning("rates_not_shared", error=repr(error))
            self._not_before = asyncio.get_running_loop().time() + _SECONDS_UNTIL_TRIED_AGAIN

    async def _put(self, limiter: SlidingWindowCounterRateLimiter, rate: Rate, key: str, amount: int) -> int:
        """Put an amount to an account, or as much of it as there is room for. Returns what is left."""
        item = self._items[rate.name]
        if amount and not await limiter.hit(item, key, cost=amount):
            room = (await limiter.get_window_stats(item, key)).remaining
            if room:
                await limiter.hit(item, key, cost=room)
        return (await limiter.get_window_stats(item, key)).remaining


def _shared(pool: ConnectionPool) -> SlidingWindowCounterRateLimiter:
    # The URL is not looked at where there is a pool, but for its scheme.
    options: Any = {"connection_pool": pool}
    return SlidingWindowCounterRateLimiter(RedisStorage("async+redis://", implementation="redispy", **options))
