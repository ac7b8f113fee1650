"""graphql-ws on Node's ws."""

from typing import Final

from bench.contestants.contestant import Contestant, node

GRAPHQL_WS: Final = Contestant(name="graphql-ws on ws", start=node("sockets/server.mjs"))
