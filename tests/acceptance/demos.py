"""The command line, run as people run it, and the demo that it serves."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.acceptance.servers import COMMAND, free_port


def run(data: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        env={**os.environ, "MENTORING_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass
class Demo:
    """A demo that runs, and what it printed."""

    port: int
    text: str

    def token(self, who: str) -> str:
        (token,) = re.findall(rf"^{who} token: (\S+)$", self.text, re.MULTILINE)
        return str(token)

    def operation(self, number: int) -> str:
        """The operation printed below the step with this number."""
        below = self.text.split(f"\n{number}. ", 1)[1]
        (found, *_) = re.findall(r"^(?:subscription|query|mutation) \{\n.*?^\}$", below, re.MULTILINE | re.DOTALL)
        return str(found)

    async def ask(self, who: str, operation: str, **variables: Any) -> dict[str, Any]:
        answer = await self.answer(who, operation, **variables)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def answer(self, who: str, operation: str, **variables: Any) -> dict[str, Any]:
        async with httpx.AsyncClient() as client:
            answer = await client.post(
                f"http://127.0.0.1:{self.port}/graphql",
                json={"query": operation, "variables": variables},
                headers={"Authorization": f"Bearer {self.token(who)}"},
            )
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def demo(data: Path) -> Iterator[Demo]:
    port = free_port()
    process = subprocess.Popen(
        [COMMAND, "demo"],
        env={**os.environ, "MENTORING_DATA": str(data), "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl+C" in line:
                break
        wait_until_ready(port)
        yield Demo(port, "".join(lines))
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()


def wait_until_ready(port: int) -> None:
    transport = httpx.HTTPTransport(retries=10)
    with httpx.Client(transport=transport, timeout=10) as client:
        assert client.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200


def databases_in(folder: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(folder / "postgresql") in (process.info["cmdline"] or [])
    ]
