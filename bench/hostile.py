"""`python -m bench.hostile`: how long a worker is at documents that are made to be expensive.

Each of `tests/hostile.py` is read, measured and validated as if it had never come before: once as large as it may be,
and once as it is refused. The median of several, in milliseconds, as a table for `docs/limits.md`.

A second table says how long others wait while a server answers them, and others that cost as much as they may.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvloop
from graphql import get_introspection_query

from api.domain.errors import Fault
from api.schema.build import build_schema
from api.schema.documents import KnownDocument, KnownDocuments
from bench.blocks import blocks
from tests.hostile import ATTACKS, Attack

_ROUNDS: Final = 9
_FOLDER: Final = Path("data/bench")


def milliseconds(work: Callable[[], object]) -> float:
    """Of the processor's time; the median of several."""
    taken = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        taken.append((time.process_time() - started) * 1_000)
    return statistics.median(taken)


def new(documents: KnownDocuments, text: str) -> KnownDocument:
    """A document as if nobody had sent it yet."""
    return KnownDocument(text, documents.schema, documents.prices, documents.bounds)


def answered(documents: KnownDocuments, attack: Attack, size: int) -> float:
    text, variables = attack.make(size), attack.variables(size)

    def once() -> None:
        known = new(documents, text)
        try:
            known.cost(None, variables)
        except Fault:
            return
        assert known.errors is not None

    return milliseconds(once)


def main() -> None:
    documents = build_schema().documents
    print("| what is asked | limit | as large as it may be | refused |\n|---|---|---|---|")
    for attack in ATTACKS:
        fits, refused = (answered(documents, attack, size) for size in (attack.fits, attack.refused))
        print(f"| {attack.name} | `{attack.limit}` | {fits:.1f} | {refused:.1f} |")
    whole = get_introspection_query()
    print(f"\nIntrospection: {milliseconds(lambda: new(documents, whole).errors):.1f} ms\n")
    print("| what is asked and answered | points | others wait | answered after | bytes |\n|---|---|---|---|---|")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for each in uvloop.run(blocks(documents, _FOLDER)):
        print(f"| {each.name} | {each.points:,} | {each.longest:.0f} | {each.answered:.0f} | {each.length:,} |")


if __name__ == "__main__":
    main()
