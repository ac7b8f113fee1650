"""What few people may do who stand for many: the limits are looked after as ever, and nobody comes near them."""

from typing import Final

_NAMES: Final = (
    "MENTORING_PERSON_OPERATIONS",
    "MENTORING_PERSON_POINTS",
    "MENTORING_PERSON_CONNECTIONS",
    "MENTORING_ADDRESS_STRANGERS",
    "MENTORING_ADDRESS_CONNECTIONS",
)
OUT_OF_REACH: Final = dict.fromkeys(_NAMES, "1000000000")
