"""Documents are parsed and validated once: clients send the same few over and over, and a subscription holds its own
for as long as it lasts.

Faults of Strawberry 0.341 that are absent here, both with
`tests/acceptance/test_socket_protocol.py`: `test_a_wrong_operation_is_told_in_errors_and_the_socket_goes_on`:

- `ParserCache` makes a syntax error an error of the server's.
- Of several operations, none of which is named, it runs the first (GraphQL specification, 6.1: a request error).
"""

import contextlib
from collections.abc import Iterator
from typing import Final

from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

_DOCUMENTS_KEPT: Final = 512


class _Parsed(ParserCache):
    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        # What cannot be parsed is left to Strawberry, which tells the client.
        with contextlib.suppress(GraphQLError):
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        yield


class _Validated(ValidationCache):
    def on_validate(self) -> Iterator[None]:
        for each in super().on_validate():
            context = self.execution_context
            document, name = context.graphql_document, context._provided_operation_name  # noqa: SLF001
            ambiguous = name is None and document and get_operation_ast(document) is None
            if ambiguous and not context.pre_execution_errors:
                context.pre_execution_errors = [GraphQLError("Say by `operationName` which of the operations to run.")]
            yield each


def parsed_once() -> SchemaExtension:
    return _Parsed(maxsize=_DOCUMENTS_KEPT)


def validated_once() -> SchemaExtension:
    return _Validated(maxsize=_DOCUMENTS_KEPT)
