"""How operations are executed: by functions that were compiled for them, or by graphql-core, as the settings say."""

import asyncio
import contextlib
import inspect
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, get_operation_ast
from graphql import ExecutionResult as CoreResult
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from api.compiled import CompiledExecution, CompiledOperations, fragments_of
from api.compiled.strawberry_adapter import StrawberryAdapter
from api.costing import Bounds
from api.schema.disclosure import TOLD_ALL, Disclosure
from api.schema.documents import KnownDocuments

_DOCUMENTS_KEPT: Final = 512
# Longer ones would crowd out the others.
_LONGEST: Final = 16_384
_NO_HELPERS: Final = GraphQLResolveInfoHelpers(gather=lambda values: asyncio.gather(*values), track=lambda _: None)
_ALL: Final = frozenset(OperationType)


class _Execution(StrawberryGraphQLCoreExecutionContext):
    """Without the helpers for resolvers, which ours do without: through them an execution leads to itself, and nothing
    of it would go before the collector comes by.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.async_helpers = _NO_HELPERS


class _Reticent(_Execution):
    """Suggests no names where a variable cannot be read: its names are those of the schema."""

    @classmethod
    def build(cls, *args: Any, **kwargs: Any) -> Any:
        kwargs["hide_suggestions"] = True
        return super().build(*args, **kwargs)


def execution(*, compiled: bool, suggestions: bool = True) -> type[StrawberryGraphQLCoreExecutionContext]:
    """The class that executes the operations of one schema; ``suggestions`` as in ``Disclosure``."""
    plain = _Execution if suggestions else _Reticent
    if not compiled:
        return plain

    class Compiled(CompiledExecution, plain):  # type: ignore[valid-type, misc]
        compiled_operations = CompiledOperations(StrawberryAdapter, kept=_DOCUMENTS_KEPT, longest=_LONGEST)

    return Compiled


@dataclass(frozen=True, slots=True)
class _Known:
    """A query or a mutation that was parsed and validated, and is compiled."""

    document: DocumentNode
    kind: OperationType


class CompiledSchema(strawberry.Schema):
    """What was compiled is executed without Strawberry's stages around it: they parse, validate, and ask extensions.
    Where there are extensions, all is as in Strawberry, but for documents, which are read and validated once.
    """

    def __init__(
        self, *args: Any, bounds: Bounds | None = None, disclosure: Disclosure = TOLD_ALL, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.documents = KnownDocuments(self._schema, bounds or Bounds(), disclosure)
        self._known: OrderedDict[tuple[str | None, str | None], _Known] = OrderedDict()
        # Untyped, since graphql-core's executors and Strawberry's differ in the predicates that they take.
        self._executors: Any = self.execution_context_class
        self._at_once = issubclass(self._executors, CompiledExecution) and not self.extensions

    async def stream(  # noqa: PLR0917 - Strawberry's
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> AsyncGenerator[Any, None]:
        kinds = _ALL if allowed_operation_types is None else allowed_operation_types
        known = self._known_as(query, operation_name, kinds)
        if known is None:
            return await super().stream(
                query,
                variable_values=variable_values,
                context_value=context_value,
                root_value=root_value,
                operation_name=operation_name,
                operation_extensions=operation_extensions,
                allowed_operation_types=allowed_operation_types,
            )
        return self._answered(
            known.document,
            root_value=root_value,
            context_value=context_value,
            raw_variable_values=variable_values,
            operation_name=operation_name,
            operation_extensions=operation_extensions,
        )

    async def answer(
        self,
        query: str,
        *,
        context_value: Any,
        variable_values: dict[str, Any] | None,
        operation_name: str | None,
        operation_extensions: dict[str, Any] | None,
        allowed_operation_types: Iterable[OperationType],
    ) -> Any:
        """What `stream` would give first, and for a query or a mutation of one piece, all of it."""
        known = self._known_as(query, operation_name, allowed_operation_types)
        if known is None:
            results = await self.stream(
                query,
                variable_values=variable_values,
                context_value=context_value,
                operation_name=operation_name,
                operation_extensions=operation_extensions,
                allowed_operation_types=allowed_operation_types,
            )
            async with contextlib.aclosing(results):
                return await anext(results)
        return await self._answer(
            known.document,
            root_value=None,
            context_value=context_value,
            raw_variable_values=variable_values,
            operation_name=operation_name,
            operation_extensions=operation_extensions,
        )

    def _known_as(self, query: str | None, name: str | None, kinds: Iterable[OperationType]) -> _Known | None:
        """What was asked for before, where it is of one of these kinds."""
        known = self._known.get((query, name))
        if known is None or known.kind not in kinds:
            return None
        self._known.move_to_end((query, name))
        return known

    async def _answered(self, document: DocumentNode, **given: Any) -> AsyncGenerator[ExecutionResult, None]:
        yield await self._answer(document, **given)

    async def _answer(self, document: DocumentNode, **given: Any) -> ExecutionResult:
        try:
            result = await self._executed(document, given)
        except Exception as error:  # noqa: BLE001 - as in Strawberry
            failure = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
            return PreExecutionError(data=None, errors=[failure], extensions={})
        if result.errors:
            self._process_errors(result.errors)
        return ExecutionResult(data=result.data, errors=result.errors, extensions={})

    async def _executed(self, document: DocumentNode, given: dict[str, Any]) -> CoreResult:
        executor = self._executors.build(self._schema, document, is_awaitable=optimized_is_awaitable, **given)
        if isinstance(executor, list):
            return CoreResult(None, executor)
        result: Any = executor.execute_operation()
        executed: CoreResult = await result if inspect.iscoroutine(result) else result
        return executed

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        if context.query:
            known = self.documents.of(context.query)
            if known.tree is None:
                context.pre_execution_errors = known.errors
                return PreExecutionError(data=None, errors=known.errors)
            # Strawberry is spared the reading and the validation.
            context.graphql_document = known.tree
            context.pre_execution_errors = known.errors or _ambiguous(known.tree, context)
        failure = await super()._prepare_operation_async(context, extensions_runner)
        if failure is None and self._at_once:
            self._remember(context)
        return failure

    def _remember(self, context: ExecutionContext) -> None:
        name = context._provided_operation_name  # noqa: SLF001 - the public one names the first
        document, kind = context.graphql_document, context.operation_type
        if document is None or kind is OperationType.SUBSCRIPTION or len(context.query or "") > _LONGEST:
            return
        operations: CompiledOperations = self._executors.compiled_operations
        operation = get_operation_ast(document, name)
        if operation is None or operations.of(self._schema, operation, fragments_of(document)) is None:
            return
        self._known[context.query, name] = _Known(document, kind)
        while len(self._known) > _DOCUMENTS_KEPT:
            self._known.popitem(last=False)


def _ambiguous(document: DocumentNode, context: ExecutionContext) -> list[GraphQLError]:
    """Strawberry 0.341 runs the first of several operations where none is named."""
    named = context._provided_operation_name is not None  # noqa: SLF001 - the public one names the first
    if named or sum(isinstance(each, OperationDefinitionNode) for each in document.definitions) <= 1:
        return []
    return [GraphQLError("Say by `operationName` which operation is to be run.")]
