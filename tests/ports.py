"""Ports that nobody listens on."""

import os
import random
import socket
from itertools import count

# Below those that systems give out by themselves, so that no client's end of a connection lies there; some for each
# process of a test run, which look for ports at the same time.
_FIRST = 12_000
_EACH = 2_000
_PROCESSES = 10


def _own() -> range:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = _FIRST + int(worker) % _PROCESSES * _EACH
    return range(first, first + _EACH)


_ports = _own()
_next = count(random.randrange(_EACH))


def free_port() -> int:
    for _ in _ports:
        port = _ports[next(_next) % _EACH]
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError("no port is free")
