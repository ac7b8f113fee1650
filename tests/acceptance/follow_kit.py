"""The Python kit, which says as JSON what it is at: see `kits.py`.

usage: python follow_kit.py URL CURSOR TOKEN...
"""

import asyncio
import json
import sys
from typing import Any

from mentoring_client import Retry, SubscriptionStopped, Timing, subscribe_with_resume

URL, CURSOR, *TOKENS = sys.argv[1:]
EVENTS = "subscription ($after: String) { notificationReceived(after: $after) { __typename cursor } }"


def say(**word: Any) -> None:
    print(json.dumps(word), flush=True)  # noqa: T201 - these are the words


async def token() -> str:
    """The next; the last of them for ever."""
    found = TOKENS.pop(0) if len(TOKENS) > 1 else TOKENS[0]
    say(token=found)
    return found


class SaidStore:
    def load(self) -> str:
        return CURSOR

    async def save(self, cursor: str, /) -> None:
        say(saved=cursor)


def told(retry: Retry) -> None:
    say(retry=retry.code, why=retry.why)


async def follow() -> None:
    events = subscribe_with_resume(
        url=URL,
        token=token,
        document=EVENTS,
        cursor_of=cursor_of,
        store=SaidStore(),
        on_reset=lambda cursor: say(reset=cursor),
        on_retry=told,
        timing=Timing(first_wait=0.02, longest_wait=0.2, silence=2),
    )
    try:
        async for event in events:
            say(begun=cursor_of(event))
            await asyncio.sleep(0.05)
            say(handled=cursor_of(event))
    except SubscriptionStopped as stopped:
        say(stopped=stopped.code, message=str(stopped))
    finally:
        await events.aclose()


def cursor_of(event: dict[str, Any]) -> str:
    cursor: str = event["notificationReceived"]["cursor"]
    return cursor


async def main() -> None:
    following = asyncio.create_task(follow())
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    stop = asyncio.create_task(reader.readline())
    await asyncio.wait({following, stop}, return_when=asyncio.FIRST_COMPLETED)
    if not following.done():
        following.cancel()
        await asyncio.wait({following})
        say(ended=True)
    elif error := following.exception():
        raise error
    stop.cancel()


asyncio.run(main())
