"""Whatever is asked of whatever schema, what was compiled answers as graphql-core does: data, errors, paths, order. The
resolvers are called in the same order, too.
"""

import gc
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chance_operations import Chance
from tests.unit.compiled.both import Compiling, both
from tests.unit.compiled.chance_schema import ChanceSchema, Thing, World

SCHEMAS = [ChanceSchema(seed) for seed in range(24)]


@pytest.fixture
def collected() -> Iterator[None]:
    yield
    gc.collect()


# Whoever fails leaves coroutines that nobody awaits: graphql-core does, and so it is the same here.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("collected")
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    schema=st.sampled_from(SCHEMAS),
    kind=st.sampled_from(["query", "query", "mutation"]),
    seed=st.integers(0, 2**32),
    trouble=st.sampled_from([0.0, 0.05, 0.15, 0.4]),
)
async def test_any_operation_is_answered_to_the_letter(
    schema: ChanceSchema, kind: str, seed: int, trouble: float
) -> None:
    operation = Chance(Random(seed), schema.schema).operation(kind)
    if operation is None:
        return

    def world() -> tuple[Thing, World]:
        made = schema.world(seed, trouble)
        return schema.root(made, kind.capitalize()), made

    executed = Compiling.executed
    await both(schema.schema, operation.document, world, operation.variables)
    assert Compiling.executed > executed
