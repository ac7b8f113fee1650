"""Processes that run the command line, each begun in a fraction of the time that importing all of it takes.

They are forked from one that has imported the service, and has done nothing else: no thread, no event loop and no
connection is there to be inherited. What a process begins with, its arguments and environment among it, is its own.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

_FORKS: Final[Any] = get_context("forkserver")
# Beside the command line, what uvicorn imports once it begins.
_FORKS.set_forkserver_preload(
    ["api.cli", "uvicorn.lifespan.on", "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl", __name__]
)


class Process:
    """What tests use of `subprocess.Popen`, over a process that was forked."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self._process = _FORKS.Process(target=_run, args=(arguments, dict(environment), log))
        self._process.start()
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Its exit code, or the number of the signal that ended it below zero; None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int:
        """The same once it has ended. Raises `subprocess.TimeoutExpired` after so many seconds."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code

    def send_signal(self, sign: int) -> None:
        """One that has ended is sent nothing."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sign)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(arguments: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with Path(os.devnull).open("rb") as nothing, log.open("wb") as out:
        for standard, file in enumerate((nothing, out, out)):
            os.dup2(file.fileno(), standard)
    # uvicorn hands it on by its number.
    sys.stdin = os.fdopen(0, closefd=False)
    sys.argv = ["mentoring-api", *arguments]
    from api.cli import main  # noqa: PLC0415 - not where the tests themselves are

    main()
