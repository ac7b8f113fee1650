"""Rows by statements that stay the same: what Tortoise takes to build one is more than PostgreSQL takes to answer it,
so whatever is asked for with every question or event is built once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import Any, Final, Generic, TypeVar

from tortoise import fields
from tortoise.connection import get_connection
from tortoise.fields.base import Field
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


@cache
def columns_beside(model: type[Model], table: str) -> str:
    """The same beside those of another model, under names that `row_beside` knows."""
    names = zip(_recipe(model).columns, _names_beside(model, table), strict=True)
    return ", ".join(f'{table}."{column}" AS "{name}"' for column, name in names)


def row_beside(model: type[Row], table: str, found: Mapping[str, Any]) -> Row:
    """The row that columns made by `columns_beside` make."""
    return _row(model, found, _names_beside(model, table))


@cache
def _names_beside(model: type[Model], table: str) -> tuple[str, ...]:
    return tuple(f"{table}.{column}" for column in _recipe(model).columns)


async def records(statement: str, *values: object) -> Sequence[Mapping[str, Any]]:
    """What a statement finds, as the driver gives it, with the errors that Tortoise has."""
    client: Any = get_connection("default")
    found: Sequence[Mapping[str, Any]] = await client._translate_exceptions(_fetched, statement, values)  # noqa: SLF001
    return found


async def _fetched(client: Any, statement: str, values: Sequence[object]) -> Sequence[Mapping[str, Any]]:
    async with client.acquire_connection() as connection:
        client.log.debug("%s: %s", statement, values)
        found: Sequence[Mapping[str, Any]] = await connection.fetch(statement, *values)
        return found


async def rows_of(model: type[Row], statement: str, *values: object) -> list[Row]:
    """What a statement that asks for ``columns_of`` the model finds, in its order."""
    return [row_of(model, each) for each in await records(statement, *values)]


def row_of(model: type[Row], found: Mapping[str, Any]) -> Row:
    """The row that these columns make; others beside them are left out."""
    return _row(model, found, _recipe(model).columns)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What Tortoise makes a row of: its fields and their columns, how values are converted that are not as they come,
    and what it notes of a row.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    conversions: tuple[tuple[str, Callable[[Any], Any]], ...]
    state: Mapping[str, object]


@cache
def _recipe(model: type[Model]) -> _Recipe:
    meta = model._meta  # noqa: SLF001
    conversions: list[tuple[str, Callable[[Any], Any]]] = [
        (name, field.field_type) for _, name, field in meta.db_default_fields
    ]
    conversions += [(name, _conversion(field)) for _, name, field in meta.db_complex_fields]
    generated = meta.db_pk_column in meta.generated_db_fields
    return _Recipe(
        names=tuple(meta.fields_db_projection),
        columns=tuple(meta.fields_db_projection.values()),
        conversions=tuple(conversions),
        state={"_partial": False, "_saved_in_db": True, "_custom_generated_pk": not generated},
    )


def _conversion(field: Field[Any]) -> Callable[[Any], Any]:
    """How a value is converted, without what is settled beforehand for moments and for enumerations."""
    slowly = field.to_python_value
    if isinstance(field, fields.DatetimeField):
        return lambda value: value if value.tzinfo is UTC else slowly(value)
    if members := getattr(field, "enum_type", None):
        known = {member.value: member for member in members}
        return lambda value: known.get(value) or slowly(value)
    return slowly


def _row(model: type[Row], found: Mapping[str, Any], columns: Iterable[str]) -> Row:
    """What Tortoise would make of these columns, in the order of its fields; it would set each attribute by itself."""
    recipe = _recipe(model)
    row = model.__new__(model)
    attributes = row.__dict__
    attributes.update(recipe.state)
    attributes["_await_when_save"] = {}
    attributes.update(zip(recipe.names, map(found.__getitem__, columns), strict=True))
    for name, convert in recipe.conversions:
        if (value := attributes[name]) is not None:
            attributes[name] = convert(value)
    return row


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
