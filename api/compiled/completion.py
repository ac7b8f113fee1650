"""What generated code calls. Whatever it meets and was not written for goes on in graphql-core's own executor, from the
very value on: with its errors, their order and their paths.

A function that gives back a pair gives a completed value, and the awaitables of the object or list around it by their
keys, to which it has added its own where the value is yet to come.
"""
# ruff: noqa: PLR0917, FBT001 - generated code gives everything by position, which costs least

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from types import CoroutineType
from typing import Any

from graphql import GraphQLAbstractType, GraphQLObjectType, Undefined, get_nullable_type
from graphql.execution import Executor
from graphql.execution.executor import invalid_return_type_error
from graphql.execution.values import get_argument_values
from graphql.pyutils import gather_with_cancel

from api.compiled.info import ResolveInfo
from api.compiled.places import Indices, Place

Core = Executor[Any]
Pending = dict[Any, Awaitable[Any]] | None
Rest = Callable[[], Any]


def failed(executor: Core, place: Place, error: Exception, indices: Indices) -> None:
    """Put an error down where a value may be null; raise it, located, where not."""
    executor.handle_field_error(error, place.type, place.details, place.path(indices))


def complete(executor: Core, place: Place, value: Any, indices: Indices, awaited: bool) -> Any:
    """Complete a value as graphql-core does."""
    path = place.path(indices)
    info = executor.build_resolve_info(
        place.definition, place.nodes, place.parent, path if place is place.field else place.field.path(indices)
    )
    if not awaited and executor.is_awaitable(value):
        return executor.complete_awaitable_value(place.type, place.details, info, path, value, None)
    return executor.complete_value(place.type, place.details, info, path, value, None)


def arguments(executor: Core, place: Place) -> dict[str, Any]:
    """The arguments of a field, which hold variables."""
    details = place.details[0]
    return get_argument_values(
        place.definition,
        details.node,
        executor.variable_values,
        details.fragment_variable_values,
        executor.hide_suggestions,
    )


def slow(
    executor: Core, place: Place, value: Any, indices: Indices, pending: Pending, key: str | int
) -> tuple[Any, Pending]:
    """Complete a value that generated code was not written for."""
    try:
        awaitable = executor.is_awaitable(value)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the field's
        failed(executor, place, error, indices)
        return None, pending
    if awaitable:
        if pending is None:
            pending = {}
        # It is a coroutine, and handles its own errors.
        pending[key] = complete(executor, place, value, indices, False)
        return None, pending
    return resume(executor, place, partial(complete, executor, place, value, indices, False), indices, pending, key)


def resume(
    executor: Core, place: Place, rest: Rest, indices: Indices, pending: Pending, key: str | int
) -> tuple[Any, Pending]:
    """Go on with what a guard left to do."""
    try:
        completed = rest()
        if not executor.is_awaitable(completed):
            return completed, pending
    except Exception as error:  # noqa: BLE001 - as above
        failed(executor, place, error, indices)
        return None, pending
    if pending is None:
        pending = {}
    pending[key] = guarded(executor, place, completed, indices)
    return None, pending


async def slowly(executor: Core, place: Place, value: Any, indices: Indices) -> Any:
    """The same for a value that was awaited."""
    return await resumed(executor, place, partial(complete, executor, place, value, indices, True), indices)


async def resumed(executor: Core, place: Place, rest: Rest, indices: Indices) -> Any:
    try:
        completed = rest()
        return await completed if executor.is_awaitable(completed) else completed
    except Exception as error:  # noqa: BLE001 - as above
        failed(executor, place, error, indices)
        return None


async def guarded(executor: Core, place: Place, completed: Awaitable[Any], indices: Indices) -> Any:
    """What is yet to come, failing where it stands."""
    try:
        return await completed
    except Exception as error:  # noqa: BLE001 - as above
        failed(executor, place, error, indices)
        return None


async def joined(container: Any, pending: dict[Any, Awaitable[Any]]) -> Any:
    """An object or a list once everything in it is there. One awaitable is no task of its own, as in graphql-core:
    the order of errors depends upon it.
    """
    if len(pending) == 1:
        ((key, awaitable),) = pending.items()
        container[key] = await awaitable
        return container
    for key, value in zip(pending, await gather_with_cancel(*pending.values()), strict=True):
        container[key] = value
    return container


def settle(executor: Core, *levels: tuple[Any, ...]) -> None:
    """Let end in the background what was begun beneath a place that failed. A level has the awaitables of an object; or
    those of a list, with the list itself and what was completed of it where it was left half-way.
    """
    for pending, *half_done in levels:
        begun = list(pending.values()) if pending else []
        if half_done and half_done[0] is not None:
            items, done = half_done
            begun.extend(item for item in items[len(done) + 1 :] if executor.is_awaitable(item))
        if begun:
            executor.settle_in_background(begun)


def admits(
    executor: Core,
    place: Place,
    value: Any,
    indices: Indices,
    kind: GraphQLObjectType,
    awaited: bool,
) -> Any:
    """True where a value is an object of this type, or what is left to do."""
    try:
        if _is_special(executor, value):
            return partial(complete, executor, place, value, indices, awaited)
        return _checked(executor, place, value, indices, kind)
    except Exception as error:  # noqa: BLE001 - as above
        failed(executor, place, error, indices)
        return _nothing


def kind_of(
    executor: Core,
    place: Place,
    value: Any,
    indices: Indices,
    names: Mapping[str, Any],
    awaited: bool,
) -> Any:
    """The name of the type of a value, one of ``names``, or what is left to do."""
    try:
        if _is_special(executor, value):
            return partial(complete, executor, place, value, indices, awaited)
        return _resolved(executor, place, value, indices, names)
    except Exception as error:  # noqa: BLE001 - as above
        failed(executor, place, error, indices)
        return _nothing


def _nothing() -> None:
    """What is left to do where a failure was put down."""


def _is_special(executor: Core, value: Any) -> bool:
    """Whether a value is none of an object."""
    return value is None or value is Undefined or isinstance(value, Exception) or bool(executor.is_awaitable(value))


def _checked(executor: Core, place: Place, value: Any, indices: Indices, kind: GraphQLObjectType) -> Any:
    if kind.is_type_of is None:
        return True
    verdict = kind.is_type_of(value, ResolveInfo(executor, place.field, indices))  # type: ignore[arg-type]
    if executor.is_awaitable(verdict):
        return partial(_checked_later, executor, place, value, indices, kind, verdict)
    if not verdict:
        raise invalid_return_type_error(kind, value, place.details)
    return True


async def _checked_later(
    executor: Core,
    place: Place,
    value: Any,
    indices: Indices,
    kind: GraphQLObjectType,
    verdict: Awaitable[bool],
) -> Any:
    if not await verdict:
        raise invalid_return_type_error(kind, value, place.details)
    completed = executor.collect_and_execute_subfields(kind, place.details, place.path(indices), value, None)
    return await completed if executor.is_awaitable(completed) else completed


def _resolved(executor: Core, place: Place, value: Any, indices: Indices, names: Mapping[str, Any]) -> Any:
    abstract: GraphQLAbstractType = get_nullable_type(place.type)  # type: ignore[assignment]
    info: Any = ResolveInfo(executor, place.field, indices)
    name = (abstract.resolve_type or executor.type_resolver)(value, info, abstract)
    if executor.is_awaitable(name):
        return partial(_resolved_later, executor, place, value, indices, abstract, name)
    kind = executor.ensure_valid_runtime_type(name, abstract, place.details, info, value)
    verdict = _checked(executor, place, value, indices, kind)
    if verdict is not True:
        return verdict
    if kind.name in names:
        return kind.name
    return partial(executor.collect_and_execute_subfields, kind, place.details, place.path(indices), value, None)


async def _resolved_later(
    executor: Core,
    place: Place,
    value: Any,
    indices: Indices,
    abstract: GraphQLAbstractType,
    name: Awaitable[Any],
) -> Any:
    info: Any = ResolveInfo(executor, place.field, indices)
    kind = executor.ensure_valid_runtime_type(await name, abstract, place.details, info, value)
    completed = executor.complete_object_value(kind, place.details, info, place.path(indices), value, None)
    return await completed if executor.is_awaitable(completed) else completed


Part = Callable[[Core, Any], Any]


def serially(executor: Core, source: Any, fields: Sequence[tuple[str, Part]]) -> Any:
    """Execute the root fields of a mutation one after another."""
    results: dict[str, Any] = {}
    for number, (key, field) in enumerate(fields, 1):
        completed = field(executor, source)
        if type(completed) is CoroutineType:
            return _serially_on(executor, source, fields[number:], results, key, completed)
        results[key] = completed
    return results


async def _serially_on(
    executor: Core,
    source: Any,
    fields: Sequence[tuple[str, Part]],
    results: dict[str, Any],
    key: str,
    completed: Coroutine[Any, Any, Any],
) -> dict[str, Any]:
    results[key] = await completed
    for next_key, field in fields:
        outcome = field(executor, source)
        results[next_key] = await outcome if type(outcome) is CoroutineType else outcome
    return results
