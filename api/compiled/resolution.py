"""How a field gets its value, as far as generated code can do it by itself."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE
from types import FunctionType
from typing import Any, Final, TypeVar, cast

from graphql import GraphQLAbstractType, GraphQLEnumType, GraphQLField, GraphQLObjectType

Function = TypeVar("Function", bound=Callable[..., Any])
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the object; that there is none is an error."""

    name: str


@dataclass(frozen=True, slots=True)
class Default:
    """What graphql-core's default resolver finds: a key or an attribute, called where it can be."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """A function of its own signature, for a field without arguments. The object goes first where ``positional``, and
    by the names in ``sources``; where ``info`` is named, it gets what ``wrap`` makes of graphql-core's and ``field``.
    """

    function: Callable[..., Any]
    positional: bool
    sources: tuple[str, ...] = ()
    info: str | None = None
    wrap: Callable[[Any, Any], Any] | None = None
    field: Any = None


@dataclass(frozen=True, slots=True)
class Resolver:
    """A function as graphql-core calls it: the object, what is known of the execution, and the arguments."""

    function: Callable[..., Any]


Resolution = Attribute | Default | Direct | Resolver


class Adapter:
    """What is known of a schema beyond graphql-core's view of it: here, nothing. Whatever a subclass says must be so
    for every value, for generated code looks no further.
    """

    mark: str | None = None
    """An attribute by which an object says that its class tells nothing."""

    def resolution(self, name: str, definition: GraphQLField) -> Resolution:
        """How a field is resolved."""
        return Default(name) if definition.resolve is None else Resolver(definition.resolve)

    def class_of(self, kind: GraphQLObjectType) -> type | None:  # noqa: ARG002 - for subclasses
        """The class whose own instances are objects of this type, unless marked."""
        return None

    def classes_of(self, abstract: GraphQLAbstractType) -> Mapping[type, str]:  # noqa: ARG002 - for subclasses
        """The classes whose own instances are objects of the type of that name, unless marked."""
        return {}

    def enum_of(self, kind: GraphQLEnumType) -> type[Enum] | None:  # noqa: ARG002 - for subclasses
        """The enumeration whose members are values of this type, if each is always called the same."""
        return None


_PERHAPS_LATE: Final = "perhaps_late"


def perhaps_late(function: Function) -> Function:
    """Mark a plain function that may give a coroutine instead, so that both are expected."""
    setattr(function, _PERHAPS_LATE, True)
    return function


def later(coroutine: Coroutine[Any, Any, Value]) -> Value:
    """What a resolver gives in place of a value that is yet to come."""
    return cast("Value", coroutine)


def is_perhaps_late(function: object) -> bool:
    return getattr(function, _PERHAPS_LATE, False) is True


def is_coroutine_function(function: object) -> bool:
    """Whether calling it gives a coroutine, and nothing else, ever."""
    return isinstance(function, FunctionType) and bool(function.__code__.co_flags & CO_COROUTINE)


def is_plain_function(function: object) -> bool:
    return isinstance(function, FunctionType) and not function.__code__.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR)


def is_plain_class(kind: type) -> bool:
    """Whether its instances are neither awaited nor raised, and have the attributes that they seem to have."""
    return (
        not issubclass(kind, BaseException)
        and not hasattr(kind, "__await__")
        and not hasattr(kind, "__getattr__")
        and kind.__getattribute__ is object.__getattribute__
    )
