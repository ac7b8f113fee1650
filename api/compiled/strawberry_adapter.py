"""What is known of a schema that Strawberry 0.341 made. Where anything is not exactly as Strawberry makes it, nothing
is said, and graphql-core asks Strawberry.
"""

import keyword
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from graphql import GraphQLAbstractType, GraphQLEnumType, GraphQLField, GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry.types.info import Info

from api.compiled.resolution import (
    Adapter,
    Attribute,
    Direct,
    Resolution,
    is_coroutine_function,
    is_plain_class,
    is_plain_function,
)

_BACK = GraphQLCoreConverter.DEFINITION_BACKREF
_CONVERTER = "strawberry.schema.schema_converter.GraphQLCoreConverter"
_BASIC = f"{_CONVERTER}.from_resolver.<locals>._get_basic_result"
_WRAPPED = {f"{_CONVERTER}.from_resolver.<locals>.{name}" for name in ("_resolver", "_async_resolver")}
_IS_TYPE_OF = f"{_CONVERTER}.from_object.<locals>._get_is_type_of.<locals>.is_type_of"
_INTERFACE = f"{_CONVERTER}.from_interface.<locals>._get_resolve_type.<locals>.resolve_type"
_UNION = "strawberry.types.union.StrawberryUnion.get_type_resolver.<locals>._resolve_union_type"


class StrawberryAdapter(Adapter):
    """Knows plain fields, resolvers without arguments or extensions, classes of types, and enumerations."""

    mark = TYPE_CAST_ATTRIBUTE

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._strawberry: Any = schema.extensions[_BACK]

    def resolution(self, name: str, definition: GraphQLField) -> Resolution:
        field = definition.extensions.get(_BACK)
        if isinstance(field, StrawberryField) and type(field).get_result is StrawberryField.get_result:
            if _made_by(definition.resolve) == _BASIC and _is_name(field.python_name):
                # An instance's own, so that it is no method.
                if vars(field).get("default_resolver") is getattr:
                    return Attribute(field.python_name)
            elif _made_by(definition.resolve) in _WRAPPED and (direct := self._direct(field)):
                return direct
        return super().resolution(name, definition)

    def _direct(self, field: StrawberryField) -> Direct | None:
        resolver = field.base_resolver
        if (
            type(resolver) is not StrawberryResolver
            or field.extensions
            or field.arguments
            or self._strawberry.exception_handlers
        ):
            return None
        function: Any = resolver.wrapped_func
        if not (is_coroutine_function(function) if field.is_async else is_plain_function(function)):
            return None
        named = (resolver.parent_parameter, resolver.root_parameter)
        info = resolver.info_parameter
        return Direct(
            function=function,
            positional=resolver.self_parameter is not None,
            sources=tuple(dict.fromkeys(each.name for each in named if each)),
            info=info.name if info else None,
            wrap=_wrapping(self._strawberry.config.info_class),
            field=field,
        )

    def class_of(self, kind: GraphQLObjectType) -> type | None:
        definition = kind.extensions.get(_BACK)
        if not isinstance(definition, StrawberryObjectDefinition):
            return None
        if kind.is_type_of is not None and (definition.is_type_of or _made_by(kind.is_type_of) != _IS_TYPE_OF):
            return None
        generic = definition.concrete_of
        made: type = generic.origin if generic else definition.origin
        return made if is_plain_class(made) else None

    def classes_of(self, abstract: GraphQLAbstractType) -> Mapping[type, str]:
        maker = _made_by(abstract.resolve_type)
        if maker not in {_INTERFACE, _UNION}:
            return {}
        among = abstract.extensions[_BACK].origin if maker == _INTERFACE else object
        found: dict[type, str] = {}
        for kind in self._schema.get_possible_types(abstract):
            made = self.class_of(kind)
            definition: Any = kind.extensions.get(_BACK)
            # Which of its types an instance of a generic class is depends upon what it holds.
            own = made and not definition.concrete_of and vars(made).get("__strawberry_definition__") is definition
            if made and own and issubclass(made, among):
                found[made] = kind.name
        return found

    def enum_of(self, kind: GraphQLEnumType) -> type[Enum] | None:
        if type(kind) is not CustomGraphQLEnumType:
            return None
        members: Any = kind.wrapped_cls
        return members if issubclass(members, Enum) else None


def _made_by(function: object) -> str:
    """Where a function was made."""
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"


def _wrapping(kind: type[Info]) -> Callable[[Any, Any], Any]:
    return kind if kind is Info else lambda raw, field: kind(_raw_info=raw, _field=field)


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)
