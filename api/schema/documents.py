"""Documents are parsed and validated once: clients send the same few over and over, and a subscription holds its own
for as long as it lasts.

Strawberry 0.341's `ParserCache` makes a syntax error an error of the server's
(`tests/acceptance/test_socket_operations.py`: `test_a_wrong_operation_is_an_error_message_and_the_socket_goes_on`).
"""

import contextlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, specified_rules
from strawberry.extensions import ParserCache, SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.schema.disclosure import TOLD_ALL, Disclosure

RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_DOCUMENTS_KEPT: Final = 512


class _Parsed(ParserCache):
    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        # What cannot be parsed is left to Strawberry, which tells the client.
        with contextlib.suppress(GraphQLError):
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        yield


@lru_cache(maxsize=_DOCUMENTS_KEPT)
def _wrong(schema: GraphQLSchema, document: DocumentNode, disclosure: Disclosure) -> list[GraphQLError]:
    return disclosure.wrong(schema, document, RULES)


class _Validated(SchemaExtension):
    """Which operation is meant is validated, too: Strawberry 0.341 runs the first of several."""

    def on_validate(self) -> Iterator[None]:
        context, document = self.execution_context, self.execution_context.graphql_document
        if document is not None:
            disclosure = getattr(context.schema, "disclosure", TOLD_ALL)
            context.pre_execution_errors = _wrong(context.schema._schema, document, disclosure)  # noqa: SLF001 - as Strawberry does
        unnamed = context._provided_operation_name is None  # noqa: SLF001 - the public one names the first
        if not context.pre_execution_errors and unnamed and _several(document):
            context.pre_execution_errors = [GraphQLError("Say by `operationName` which operation is to be run.")]
        yield


def _several(document: DocumentNode | None) -> bool:
    definitions = document.definitions if document else ()
    return sum(isinstance(each, OperationDefinitionNode) for each in definitions) > 1


def parsed_once() -> SchemaExtension:
    return _Parsed(maxsize=_DOCUMENTS_KEPT)


def validated_once() -> SchemaExtension:
    return _Validated()
