"""Rows by statements that stay the same: what Tortoise takes to build one is more than PostgreSQL takes to answer it,
so whatever is asked for with every question or event is built once.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, Final, Generic, TypeVar

from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.queryset import QuerySet

Row = TypeVar("Row", bound=Model)
Asker = TypeVar("Asker")

# What stands for a key while a statement is built, which no key of ours ever is.
_SOME_KEY: Final = -4_611_686_018_427_387_904


@cache
def columns_of(model: type[Model], table: str) -> str:
    """All columns of a model, for a statement in which its table goes by this name."""
    return ", ".join(f'{table}."{column}"' for column in model._meta.fields_db_projection.values())  # noqa: SLF001


def number_of_columns(model: type[Model]) -> int:
    return len(model._meta.fields_db_projection)  # noqa: SLF001


async def records_of(statement: str, *values: object) -> list[Any]:
    """What a statement finds, as the driver gives it: by name, and by place."""
    _, records = await get_connection("default").execute_query(statement, list(values))
    return records  # type: ignore[return-value]


async def rows_of(model: type[Row], statement: str, *values: object) -> list[Row]:
    """What a statement that asks for ``columns_of`` the model finds, in its order."""
    return rows_from(model, await records_of(statement, *values))


def rows_from(model: type[Row], records: Sequence[Any], after: int = 0) -> list[Row]:
    """The rows that the columns of a model make, of which each record has all, ``after`` so many others. They are what
    Tortoise would make; it would set each attribute by itself.
    """
    if not records:
        return []
    fields, conversions, state = _recipe(model)
    upto = after + len(fields)
    names = [fields[column] for column in list(records[0].keys())[after:upto]]
    rows = []
    for record in records:
        row = model.__new__(model)
        attributes = row.__dict__
        attributes.update(state)
        attributes["_await_when_save"] = {}
        attributes.update(zip(names, record[after:upto], strict=True))
        for name, convert in conversions:
            if (value := attributes[name]) is not None:
                attributes[name] = convert(value)
        rows.append(row)
    return rows


@cache
def _recipe(
    model: type[Model],
) -> tuple[dict[str, str], list[tuple[str, Callable[[Any], Any]]], dict[str, object]]:
    """A model's fields by their columns, those whose values are converted, and what Tortoise notes of a row."""
    meta = model._meta  # noqa: SLF001
    fields = {column: field for field, column in meta.fields_db_projection.items()}
    conversions: list[tuple[str, Callable[[Any], Any]]] = [
        (name, field.field_type) for _, name, field in meta.db_default_fields
    ]
    conversions += [(name, field.to_python_value) for _, name, field in meta.db_complex_fields]
    generated = meta.db_pk_column in meta.generated_db_fields
    return fields, conversions, {"_partial": False, "_saved_in_db": True, "_custom_generated_pk": not generated}


class RowsByKey(Generic[Asker, Row]):
    """The rows with any of some keys that somebody may read: ``readable`` says which as a query, of which the statement
    is made at first use. Whatever it takes from ``Asker``, it takes as numbers: attributes named in ``taken``.
    """

    def __init__(
        self, readable: Callable[[Any], QuerySet[Row]], key: str = "id", *, taken: Collection[str] = ()
    ) -> None:
        self.key = key
        self._readable = readable
        self._taken = {_SOME_KEY - number: name for number, name in enumerate(taken, start=1)}
        self._built: tuple[type[Row], str, list[object]] | None = None

    async def read(self, asker: Asker, keys: Collection[int]) -> list[Row]:
        """In order of their ids; one statement."""
        model, statement, values = self._built or self._build()
        given = [self._given(value, asker, keys) for value in values]
        return await rows_of(model, statement, *given)

    def _build(self) -> tuple[type[Row], str, list[object]]:
        someone = _Someone({name: number for number, name in self._taken.items()})
        query = self._readable(someone).filter(**{f"{self.key}__in": [_SOME_KEY]}).order_by("id")
        query.sql()
        statement, values = query.query.get_parameterized_sql()
        place = values.index(_SOME_KEY) + 1
        asked = f"IN (${place})"
        if statement.count(asked) != 1:
            raise LookupError(f"not a statement by key: {statement}")
        self._built = query.model, statement.replace(asked, f"= ANY(${place}::bigint[])"), values
        return self._built

    def _given(self, value: object, asker: Asker, keys: Collection[int]) -> object:
        if value == _SOME_KEY:
            return list(keys)
        name = self._taken.get(value) if isinstance(value, int) else None
        return value if name is None else getattr(asker, name)


class _Someone:
    """Stands for whoever asks while a statement is built."""

    def __init__(self, attributes: dict[str, int]) -> None:
        self.__dict__.update(attributes)
