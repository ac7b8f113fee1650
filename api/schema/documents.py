"""Documents are parsed and validated once: clients send the same few over and over, and a subscription holds its own
for as long as it lasts.

Strawberry 0.341's `ParserCache` makes a syntax error an error of the server's
(`tests/acceptance/test_socket_operations.py`: `test_a_wrong_operation_is_an_error_message_and_the_socket_goes_on`).
"""

import contextlib
from collections.abc import Iterator
from typing import Final

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
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
    """Which operation is meant is validated, too: Strawberry 0.341 runs the first of several."""

    def on_validate(self) -> Iterator[None]:
        for _ in super().on_validate():
            context = self.execution_context
            unnamed = context._provided_operation_name is None  # noqa: SLF001 - the public one names the first
            if not context.pre_execution_errors and unnamed and _several(context.graphql_document):
                context.pre_execution_errors = [GraphQLError("Say by `operationName` which operation is to be run.")]
            yield


def _several(document: DocumentNode | None) -> bool:
    definitions = document.definitions if document else ()
    return sum(isinstance(each, OperationDefinitionNode) for each in definitions) > 1


def parsed_once() -> SchemaExtension:
    return _Parsed(maxsize=_DOCUMENTS_KEPT)


def validated_once() -> SchemaExtension:
    return _Validated(maxsize=_DOCUMENTS_KEPT)
