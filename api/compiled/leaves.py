"""Leaves: which values of which types go out as they are."""

import datetime as dt
import decimal
import sys
import uuid
from typing import Final

from graphql import GraphQLLeafType, GraphQLScalarType, specified_scalar_types
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

_LARGEST: Final = repr(sys.float_info.max)
# Conditions under which graphql-core gives back the very value.
_AS_IT_IS: Final = {
    "String": "type({0}) is str or isinstance({0}, str)",
    "ID": "type({0}) is str or isinstance({0}, str)",
    "Int": f"type({{0}}) is int and {GRAPHQL_MIN_INT} <= {{0}} <= {GRAPHQL_MAX_INT}",
    "Float": f"type({{0}}) is float and -{_LARGEST} <= {{0}} <= {_LARGEST}",
    "Boolean": "{0} is True or {0} is False",
}
# Classes whose instances nobody awaits or raises.
PLAIN: Final = frozenset(
    {
        *(bool, int, float, str, bytes, list, tuple, dict, set, frozenset),
        *(dt.datetime, dt.date, dt.time, dt.timedelta, decimal.Decimal, uuid.UUID),
    }
)


def as_it_is(kind: GraphQLLeafType, value: str) -> str | None:
    """The condition under which a value goes out as it is, if there is one that can be told beforehand."""
    if isinstance(kind, GraphQLScalarType) and specified_scalar_types.get(kind.name) is kind:
        return _AS_IT_IS[kind.name].format(value)
    return None
