"""What kind of operation a document holds, for those who count and trace."""

from functools import lru_cache
from typing import Final

from graphql import GraphQLError, OperationDefinitionNode, get_operation_ast, parse

# Longer ones would crowd out the others.
_LONGEST: Final = 16_384
UNKNOWN: Final = "unknown"


def describe(query: str, name: str | None) -> tuple[str, str]:
    """Kind and name of the operation that is to be run; `unknown` where the document does not say."""
    if len(query) > _LONGEST:
        return UNKNOWN, name or ""
    return _described(query, name)


@lru_cache(maxsize=512)
def _described(query: str, name: str | None) -> tuple[str, str]:
    try:
        operation = get_operation_ast(parse(query, no_location=True), name)
    except (GraphQLError, RecursionError):
        operation = None
    if not isinstance(operation, OperationDefinitionNode):
        return UNKNOWN, ""
    return operation.operation.value, operation.name.value if operation.name else ""
