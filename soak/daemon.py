"""A process, with its children, that can be killed, paused and started again as it was."""

import asyncio
import contextlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil


class Daemon:
    """Takes over a process that runs already; ``log`` is where its output goes once it was started again. Where it gave
    itself another title, ``arguments`` are those that it was started with.
    """

    def __init__(self, pid: int, log: Path, *, arguments: Sequence[str] | None = None) -> None:
        self._process = psutil.Process(pid)
        self._command = self._process.cmdline() if arguments is None else [self._process.exe(), *arguments]
        self._executable = self._process.exe()
        self._folder = self._process.cwd()
        self._user = self._process.uids().real
        self._group = self._process.gids().real
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None

    def _everybody(self) -> list[psutil.Process]:
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return [self._process]

    async def kill(self) -> None:
        """SIGKILL for all of it: nothing is put in order."""
        killed = self._everybody()
        for process in killed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if self._child:
            await asyncio.to_thread(self._child.wait)
        await asyncio.to_thread(psutil.wait_procs, killed, 5)

    def start(self) -> None:
        """Run it again, as the user that it ran as."""
        with self._log.open("ab") as out:
            self._child = subprocess.Popen(  # noqa: S603 - the command is the one that ran
                self._command,
                executable=self._executable,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                user=self._user,
                group=self._group,
                start_new_session=True,
            )
        self._process = psutil.Process(self._child.pid)

    async def paused(self, seconds: float) -> None:
        """SIGSTOP for all of it, then SIGCONT."""
        stopped = self._everybody()
        try:
            for process in stopped:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.suspend()
            await asyncio.sleep(seconds)
        finally:
            for process in stopped:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()

    async def kill_one(self, named: str) -> None:
        """SIGKILL for one child whose command line has this in it."""
        for process in self._everybody()[1:]:
            with contextlib.suppress(psutil.NoSuchProcess, IndexError):
                if named in " ".join(process.cmdline()):
                    process.kill()
                    return
