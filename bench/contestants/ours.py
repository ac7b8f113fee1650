"""The service as shipped. Mails are the business of a worker of its own: the others send none."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from api.domain.ids import decode_id, encode_id
from bench.contestants.contestant import POOL_SIZE, Command, Contestant, Surroundings
from bench.contestants.words import asking
from tests.allowances import OUT_OF_REACH

NAME: Final = "Mentoring API"


def _start(there: Surroundings, allowances: Mapping[str, str] = OUT_OF_REACH) -> Command:
    return Command(
        arguments=[str(Path(sys.executable).with_name("mentoring-api")), "serve"],
        environment={
            "PORT": str(there.port),
            "DATABASE_URL": there.database_url,
            "MENTORING_DATA": str(there.folder),
            "MENTORING_DATABASE_POOL_SIZE": str(POOL_SIZE),
            "MENTORING_WORKER": "false",
            **allowances,
        },
    )


def _key(identity: str) -> int:
    decoded = decode_id(identity)
    if decoded is None:
        raise ValueError(f"not an id of ours: {identity}")
    return decoded[1]


OURS: Final = Contestant(name=NAME, start=_start, asking=asking(_key, encode_id), peer=False)
# With what a person and an address may do left as it is.
OURS_WITH_LIMITS: Final = Contestant(name=NAME, start=partial(_start, allowances={}), asking=OURS.asking, peer=False)
