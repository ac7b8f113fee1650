"""Flame graphs of the service under load: where its time goes."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench.contestants.ours import OURS
from bench.cores import started_on
from bench.http_scenarios import requests_for
from bench.load import load
from bench.questions import Question, finding, looking_into_inboxes
from bench.servers import Place

_CONNECTIONS: Final = 16
_TITLE: Final = re.compile(r'(<text id="title"[^>]*>)[^<]*')
_SAMPLES_A_SECOND: Final = 250
# Caches fill, and the index of an organisation is loaded beside what is asked.
_SECONDS_TO_WARM_UP: Final = 15.0
_QUESTIONS: Final[dict[str, Callable[[], Iterator[Question]]]] = {"find": finding, "inbox": looking_into_inboxes}


async def draw_flames(place: Place, results: Path, *, seconds: float, name: str) -> None:
    """One SVG a scenario. Not while anything is measured: it is looked at from outside, but looked at."""
    for scenario, questions in _QUESTIONS.items():
        async with place.running(OURS) as server:
            requests = requests_for(server, place, scenario, questions(), {})
            await load(server.port, requests, connections=_CONNECTIONS, seconds=min(_SECONDS_TO_WARM_UP, 5 * seconds))
            out = results / f"flames-{scenario}-{name}.svg"
            with started_on(place.cores.load):
                recorder = await asyncio.create_subprocess_exec(
                    Path(sys.executable).with_name("py-spy"),
                    *("record", "--pid", str(server.process.pid), "--output", str(out), "--format", "flamegraph"),
                    *("--rate", str(_SAMPLES_A_SECOND), "--duration", str(max(1, round(seconds)))),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                )
            under_load = load(server.port, requests, connections=_CONNECTIONS, seconds=seconds + 1)
            _, (_, wrong) = await asyncio.gather(under_load, recorder.communicate())
            if recorder.returncode:
                raise RuntimeError(f"py-spy: {wrong.decode(errors='replace')}")
            # The title is the command, with where things lie on this machine.
            out.write_text(_TITLE.sub(rf"\g<1>{scenario}, {_CONNECTIONS} connections", out.read_text(), count=1))
