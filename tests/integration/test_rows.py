"""Rows that are made past Tortoise's own loop are what Tortoise would make."""

from tortoise.connection import get_connection
from tortoise.models import Model

from api import models
from api.actions.connect import connect
from api.actions.decide import accept
from api.models.statements import columns_beside, columns_of, row_beside, row_of
from tests.houses import House, viewer_of
from tests.wakers import Recorder

MODELS = sorted(
    (each for each in vars(models).values() if isinstance(each, type) and issubclass(each, Model)),
    key=lambda each: each.__name__,
)


async def some_of_everything() -> None:
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 5}, capacity=3)
    mentee = await house.person(held={"PROG": 2}, required={"PROG": 5, "DESN": 3}, wants=["Leadership"], manager=mentor)
    for decide in (True, False):
        other = mentor if decide else await house.mentor(held={"PROG": 4})
        request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=other.id, idempotency_key=f"{decide}")
        if decide:
            await accept(Recorder(), viewer=viewer_of(mentor), request_id=request.id, comment="Yes")


async def test_rows_are_those_of_tortoise(database: str) -> None:
    await some_of_everything()
    met = 0
    for model in MODELS:
        table = model._meta.db_table
        for row in await get_connection("default").execute_query_dict(
            f'SELECT {columns_of(model, "it")}, {columns_beside(model, "it")} FROM "{table}" AS it'
        ):
            plain = {name: value for name, value in row.items() if not name.startswith("it.")}
            expected = model._init_from_db(**plain)
            for made in (row_of(model, row), row_beside(model, "it", row)):
                assert type(made) is model
                assert vars(made) == vars(expected)
                assert made == expected
            met += 1
    assert met > 30
