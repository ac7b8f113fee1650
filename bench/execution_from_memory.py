"""What the scenario of execution from memory is about, and whoever takes part in it for us."""

from pathlib import Path
from typing import Final

import orjson

from bench.contestants.contestant import Contestant, asgi
from bench.contestants.ours import NAME
from bench.contestants.words import FROM_MEMORY

_MATCHES: Final = 20
_SKILLS: Final = 5

OURS_FROM_MEMORY: Final = Contestant(
    name=NAME, start=asgi("bench.apps.compiled_memory:application"), asking={"execution": FROM_MEMORY}, peer=False
)


def write_memory(file: Path) -> None:
    """20 matches with five skills each, as they are answered."""
    matches = [_match(number) for number in range(_MATCHES)]
    file.write_bytes(orjson.dumps({"data": {"matches": matches}}))


def _match(number: int) -> dict[str, object]:
    return {
        "percent": 100 - 2.5 * number,
        "mentor": {
            "id": str(1001 + number),
            "person": {"name": f"Ada Okafor {number}", "jobTitle": "Senior engineer", "location": "Lisbon"},
            "skills": [
                {"level": 1 + place, "skill": {"code": f"SK{place:03}", "name": f"Professional skill {place}"}}
                for place in range(_SKILLS)
            ],
        },
    }
