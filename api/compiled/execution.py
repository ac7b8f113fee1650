"""An executor of graphql-core that executes what was compiled."""

from collections.abc import Coroutine
from types import CoroutineType
from typing import Any

from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor, default_field_resolver

from api.compiled.operation import CompiledOperations, Root
from api.compiled.shape import is_serial


class CompiledExecution(Executor[Any]):
    """Mixed into an executor's class, before it. Queries, mutations and events of subscriptions all come through
    ``execute_operation``; whatever is not compiled, or is executed in a way of its own, goes on to the class beneath.
    """

    compiled_operations: CompiledOperations
    failures = 0
    """How many fields have failed, whether their errors are told or not: where one above has failed, they are not."""

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: FBT001 - graphql-core's
        root = self._root(serially)
        if root is None:
            return super().execute_operation(serially)
        data: Any
        try:
            data = root(self, self.root_value)
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            data = None
        if type(data) is CoroutineType:
            return self._responded(data)
        return ExecutionResult(data, self.collected_errors.errors or None)

    def handle_field_error(self, *given: Any, **named: Any) -> None:
        self.failures += 1
        super().handle_field_error(*given, **named)

    async def _responded(self, coming: Coroutine[Any, Any, dict[str, Any]]) -> ExecutionResult:
        data: dict[str, Any] | None
        try:
            data = await coming
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            data = None
        return ExecutionResult(data, self.collected_errors.errors or None)

    def _root(self, serially: bool | None) -> Root | None:  # noqa: FBT001 - as above
        if (
            (serially is not None and serially != is_serial(self.operation))
            or self.abort_signal is not None
            or self.hooks is not None
            or (self.middleware_manager is not None and self.middleware_manager.middlewares)
            or self.field_resolver is not default_field_resolver
        ):
            return None
        return self.compiled_operations.root(self)
