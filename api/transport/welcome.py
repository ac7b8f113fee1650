"""How long somebody may stay on a connection that is open."""

import asyncio
from datetime import UTC, datetime

import structlog

from api.auth.tokens import Authenticator, Identity

log = structlog.get_logger(__name__)


async def until_unwelcome(authenticator: Authenticator, identity: Identity, *, check_seconds: float) -> str:
    """Wait until the token expires, or the person is signed out, deactivated or erased. Returns what to tell them."""
    left = (identity.expires_at - datetime.now(UTC)).total_seconds()
    try:
        async with asyncio.timeout(left):
            while True:
                await asyncio.sleep(check_seconds)
                try:
                    if not await authenticator.still_welcome(identity):
                        return "This token is not valid any more; sign in again."
                except Exception as error:  # noqa: BLE001 - the database is away: ask again
                    log.warning("welcome_not_checked", error=repr(error))
    except TimeoutError:
        return "The token has expired; sign in again."
