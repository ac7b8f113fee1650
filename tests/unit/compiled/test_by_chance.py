"""Whatever is asked of whatever schema, what was compiled answers as graphql-core does: data, errors, paths, order."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chance_operations import Chance
from tests.unit.compiled.both import both
from tests.unit.compiled.chance_schema import ChanceSchema, Thing, World

SCHEMAS = [ChanceSchema(seed) for seed in range(24)]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
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

    await both(schema.schema, operation.document, world, operation.variables, compiled=None)
