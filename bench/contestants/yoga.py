"""GraphQL Yoga on Node's own HTTP server, with DataLoader."""

from typing import Final

from bench.contestants.contestant import Contestant, node
from bench.contestants.words import asking

YOGA: Final = Contestant(name="GraphQL Yoga", start=node("yoga/server.mjs"), asking=asking())
