"""What the figures were taken on."""

import os
import platform
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path
from typing import Final

import asyncpg
import orjson
import psutil

from bench.contestants.contestant import node_itself
from bench.cores import Cores

_OURS: Final = ("uvicorn", "starlette", "strawberry-graphql", "graphql-core", "asyncpg", "orjson", "uvloop")
_NODE: Final = Path(__file__).parent / "node"
_OF_DEBIAN: Final = "--with-wheel-pkg-dir=/usr/share/python-wheels"


async def facts(database_url: str, cores: Cores, *, peers: bool = True) -> dict[str, str]:
    """By name, for people, with ``peers`` those about Node among them. Nothing here names the machine itself."""
    connection = await asyncpg.connect(database_url)
    try:
        postgresql = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "System": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "Cores": f"server {_named(cores.server)}, load {_named(cores.load)}, database {_named(cores.database)}",
        "Load before": f"{os.getloadavg()[0]:.1f} over a minute",
        "Python": f"{platform.python_version()}, {_build()}",
        "PostgreSQL": postgresql,
        "Python packages": ", ".join(f"{name} {version(name)}" for name in _OURS),
        **({"Node": _node_version(), "Node packages": ", ".join(_node_packages())} if peers else {}),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _node_version() -> str:
    found = subprocess.run([node_itself(), "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return found.stdout.strip()


def _named(cores: frozenset[int]) -> str:
    return "+".join(map(str, sorted(cores)))


def _build() -> str:
    """Whether the interpreter was optimised by a profile: it makes a fifth or so of the speed."""
    arguments = str(sysconfig.get_config_var("CONFIG_ARGS"))
    if _OF_DEBIAN in arguments and sys.base_prefix == "/usr":
        # Its rules do so beside the arguments.
        return "Debian's, with PGO and LTO"
    profiled = "--enable-optimizations" in arguments
    linked = "--with-lto" in arguments
    return f"{'with' if profiled else 'without'} PGO, {'with' if linked else 'without'} LTO"


def _node_packages() -> list[str]:
    named: dict[str, str] = {}
    for file in sorted(_NODE.glob("*/package.json")):
        named |= orjson.loads(file.read_bytes())["dependencies"]
    return [f"{name} {number}" for name, number in sorted(named.items())]
