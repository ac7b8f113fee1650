"""One process that expires what is due, batch by batch, and says each time how many it was."""

import asyncio
import sys

from api.actions.sweep import expire_requests
from api.database import connections
from api.settings import Settings
from tests.wakers import Recorder


async def sweep(url: str) -> None:
    async with connections(Settings(database_url=url), url):
        while count := await expire_requests(Recorder()):
            print(count, flush=True)  # noqa: T201 - this is how it is heard


if __name__ == "__main__":
    asyncio.run(sweep(sys.argv[1]))
