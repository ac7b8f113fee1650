"""Documents are parsed and validated once: clients send the same few over and over, and a subscription holds its own
for as long as it lasts.

Strawberry 0.341's `ParserCache` makes a syntax error an error of the server's
(`tests/acceptance/test_sockets.py`: `test_a_wrong_operation_is_an_error_message_and_the_socket_goes_on`).
"""

import contextlib
from collections.abc import Iterator
from typing import Final

from graphql import GraphQLError
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

_DOCUMENTS_KEPT: Final = 512


class _Parsed(ParserCache):
    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        # What cannot be parsed is left to Strawberry, which tells the client.
        with contextlib.suppress(GraphQLError):
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        yield


def parsed_once() -> SchemaExtension:
    return _Parsed(maxsize=_DOCUMENTS_KEPT)


def validated_once() -> SchemaExtension:
    return ValidationCache(maxsize=_DOCUMENTS_KEPT)
