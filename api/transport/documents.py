"""Where a document says that a subscription is to begin, read once."""

from functools import lru_cache
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_operation_ast,
    parse,
    visit,
)

# Longer ones would crowd out the others.
_LONGEST: Final = 16_384
# Where every subscription begins.
_AFTER: Final = "after"


def cursor_variable(query: str, name: str | None) -> str | None:
    """The variable that says where a subscription begins, where it says nothing else."""
    return None if len(query) > _LONGEST else _cursor_variable(query, name)


@lru_cache(maxsize=512)
def _cursor_variable(query: str, name: str | None) -> str | None:
    document, operation = _read(query, name)
    if document is None or operation is None:
        return None
    for field in operation.selection_set.selections:
        for argument in (field.arguments or ()) if isinstance(field, FieldNode) else ():
            value = argument.value
            if argument.name.value == _AFTER and isinstance(value, VariableNode):
                used = _Uses(value.name.value)
                visit(document, used)
                # Where it is declared, and here.
                return value.name.value if used.count == 2 else None  # noqa: PLR2004
    return None


class _Uses(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.count = 0

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.count += node.name.value == self._name


def _read(query: str, name: str | None) -> tuple[DocumentNode | None, OperationDefinitionNode | None]:
    try:
        document = parse(query, no_location=True)
        operation = get_operation_ast(document, name)
    except (GraphQLError, RecursionError):
        return None, None
    return document, operation if isinstance(operation, OperationDefinitionNode) else None
