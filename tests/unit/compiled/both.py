"""The same operation executed by graphql-core alone and by what was compiled, and compared to the letter."""

import asyncio
import difflib
import inspect
import json
from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute, parse, subscribe
from graphql.execution import Executor
from graphql.execution.incremental import IncrementalExecutor

from api.compiled import CompiledExecution, CompiledOperations

World = Callable[[], tuple[Any, Any]]


class Compiling(CompiledExecution, IncrementalExecutor):
    """Counts what it executed that was compiled."""

    compiled_operations = CompiledOperations()
    executed = 0

    def _root(self, serially: bool | None) -> Any:
        found = super()._root(serially)
        Compiling.executed += found is not None
        return found


EXECUTORS: Sequence[type[Executor[Any]]] = (IncrementalExecutor, Compiling)


def shown(result: ExecutionResult) -> str:
    """A response as text: the order of keys, and what a number is, count as well."""
    errors = [
        {**each.formatted, "cause": f"{type(each.original_error).__name__}: {each.original_error}"}
        for each in result.errors or ()
    ]
    return json.dumps({"data": result.data, "errors": errors}, indent=1, default=repr)


async def settled(given: Any, before: AbstractSet[asyncio.Task[Any]]) -> ExecutionResult:
    """A result, once what goes on in the background for it has ended as well: tasks that were not there before."""
    result: ExecutionResult = await given if inspect.isawaitable(given) else given
    await quiet(before)
    return result


async def quiet(before: AbstractSet[asyncio.Task[Any]]) -> None:
    """Return once nothing goes on in the background that did not do so before."""
    while others := asyncio.all_tasks() - before:
        await asyncio.wait(others)


async def both(
    schema: GraphQLSchema,
    operation: str | DocumentNode,
    world: World = lambda: (None, None),
    variables: dict[str, Any] | None = None,
    *,
    compiled: bool | None = True,
    **options: Any,
) -> dict[str, Any]:
    """The response, which is the same either way. ``world`` makes a root value and a context, each time anew, and
    ``compiled`` says whether it is expected to be executed by what was compiled.
    """
    document = parse(operation) if isinstance(operation, str) else operation
    answers, logs = [], []
    before = Compiling.executed
    for kind in EXECUTORS:
        root, context = world()
        tasks = asyncio.all_tasks()
        given = execute(schema, document, root, context, variable_values=variables, executor_class=kind, **options)
        answers.append(shown(await settled(given, tasks)))
        logs.append(getattr(context, "log", []))
    _compare(answers, logs)
    assert compiled is None or compiled == (Compiling.executed > before)
    response: dict[str, Any] = json.loads(answers[1])
    return response


async def both_streams(
    schema: GraphQLSchema, operation: str, world: World, variables: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The responses to a subscription."""
    answers = []
    for kind in EXECUTORS:
        root, context = world()
        given: Any = subscribe(schema, parse(operation), root, context, variables, executor_class=kind)
        stream: Any = await given if inspect.isawaitable(given) else given
        responses: AsyncIterator[ExecutionResult] | list[ExecutionResult]
        responses = [stream] if isinstance(stream, ExecutionResult) else [each async for each in stream]
        answers.append("\n".join(shown(each) for each in responses))
    _compare(answers, [[], []])
    return _read(answers[1])


def _read(text: str) -> list[dict[str, Any]]:
    decoder, found = json.JSONDecoder(), []
    while text:
        response, end = decoder.raw_decode(text)
        found.append(response)
        text = text[end:].lstrip()
    return found


def _compare(answers: Sequence[str], logs: Sequence[Sequence[str]]) -> None:
    alone, compiled = answers
    assert compiled == alone, _difference(alone.splitlines(), compiled.splitlines())
    assert logs[1] == logs[0], "resolvers were called in another order\n" + _difference(*logs)


def _difference(alone: Sequence[str], compiled: Sequence[str]) -> str:
    return "\n".join(difflib.unified_diff(alone, compiled, "alone", "compiled", lineterm=""))
