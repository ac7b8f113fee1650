"""Mercurius on Fastify, with loaders and graphql-jit."""

from typing import Final

from bench.contestants.contestant import Contestant, node
from bench.contestants.words import FROM_MEMORY, asking

MERCURIUS: Final = Contestant(name="Mercurius, graphql-jit", start=node("mercurius/server.mjs"), asking=asking())
MERCURIUS_FROM_MEMORY: Final = Contestant(
    name="Mercurius, graphql-jit", start=node("mercurius/memory.mjs"), asking={"execution": FROM_MEMORY}
)
