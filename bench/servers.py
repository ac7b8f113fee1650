"""Starting contestants, each in a process of its own on the server's core."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil

from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.settings import Settings
from bench.contestants.contestant import Contestant, Surroundings
from bench.cores import Cores, started_on
from tests.ports import free_port

_SECONDS_TO_START = 180.0
_SECONDS_TO_STOP = 15.0
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A contestant that runs."""

    contestant: Contestant
    port: int
    process: psutil.Popen
    log: Path

    def memory(self) -> int:
        """Resident, in bytes, of the process and whatever it started."""
        return sum(int(each.memory_info().rss) for each in (self.process, *self.process.children(recursive=True)))

    def seconds_of_processor(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where servers are started: a folder for what they keep, one database, one key."""

    folder: Path
    database_url: str
    cores: Cores

    @property
    def _settings(self) -> Settings:
        return Settings(data=self.folder)

    def token(self, subject: str) -> str:
        return issue_token(self._settings, local_key(self._settings.signing_key_file), subject)

    def memory(self, scenario: str) -> Path:
        """The file of what is answered from memory."""
        return self.folder / f"{scenario}.json"

    @asynccontextmanager
    async def running(self, contestant: Contestant, scenario: str = "find") -> AsyncIterator[Server]:
        """Raises ``RuntimeError`` with what it wrote where it does not start."""
        key = local_key(self._settings.signing_key_file)
        port = free_port()
        command = contestant.start(
            Surroundings(
                port=port,
                folder=self.folder,
                database_url=self.database_url,
                token_key=key.as_pem(private=False).decode(),
                memory=self.memory(scenario),
            )
        )
        log = self.folder / f"server-{next(_numbers)}.log"
        with log.open("wb") as out, started_on(self.cores.server):
            process = psutil.Popen(
                command.arguments,
                env={**os.environ, **command.environment},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(contestant=contestant, port=port, process=process, log=log)
        try:
            await _until_it_listens(server)
            yield server
        finally:
            await _end(server)

    @asynccontextmanager
    async def all_running(
        self, contestants: Sequence[Contestant], scenario: str = "find"
    ) -> AsyncIterator[list[Server]]:
        async with AsyncExitStack() as stack:
            yield [await stack.enter_async_context(self.running(each, scenario)) for each in contestants]


async def _until_it_listens(server: Server) -> None:
    try:
        async with asyncio.timeout(_SECONDS_TO_START):
            while server.process.poll() is None:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
                    writer.close()
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        pass
    raise RuntimeError(f"{server.contestant.name} did not start:\n{server.log.read_text(errors='replace')}")


async def _end(server: Server) -> None:
    """With whatever it started itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGTERM)
    try:
        await asyncio.to_thread(server.process.wait, _SECONDS_TO_STOP)
    except psutil.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        await asyncio.to_thread(server.process.wait)
