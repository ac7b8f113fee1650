"""Errors as clients see them: every one carries a code, and none tells what is inside."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any, Final

import structlog
from graphql import GraphQLError, GraphQLFormattedError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from api.domain.errors import Fault, FaultCode, Refused
from api.notifications.outages import is_outage

log = structlog.get_logger(__name__)

STOPPING: Final = "The service restarts. Try again in a moment; whatever carries an idempotencyKey is done only once."
_AWAY: Final = "The database is away. Try again in a moment; whatever carries an idempotencyKey is done only once."
_BROKEN: Final = "Something went wrong on our side. If it goes on, tell us this id: {}"


def present(errors: Sequence[GraphQLError]) -> list[GraphQLFormattedError]:
    """The errors of one response."""
    return [_present(error) for error in errors]


def internal_fault(error: BaseException) -> Fault:
    """What the client is told of an exception. What nobody foresaw is logged under an id, which the client sees."""
    if is_outage(error):
        log.warning("database_away", error=repr(error))
        return Fault(FaultCode.UNAVAILABLE, _AWAY)
    error_id = uuid.uuid4().hex
    log.error("internal_error", error_id=error_id, exc_info=error)
    return Fault(FaultCode.INTERNAL, _BROKEN.format(error_id), id=error_id)


def unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What somebody's work ended with who had left by then: a refusal was an answer that nobody waited for, an outage
    is told as everywhere else, the rest as by default.
    """
    error = context.get("exception")
    if is_outage(error):
        log.warning("database_away", error=repr(error))
    elif not isinstance(error, Refused | Fault):
        loop.default_exception_handler(context)


def told(fault: Fault) -> GraphQLFormattedError:
    """A fault outside of any field."""
    return {"message": fault.message, "extensions": {"code": fault.code.value, **fault.details}}


def _present(error: GraphQLError) -> GraphQLFormattedError:
    shown = error.formatted
    cause = _cause(error)
    if isinstance(cause, Fault):
        shown.update(told(cause))
    elif isinstance(cause, CannotGetOperationTypeError):
        shown.update(told(Fault(FaultCode.BAD_USER_INPUT, cause.as_http_error_reason())))
    elif isinstance(cause, MissingQueryError):
        shown.update(told(Fault(FaultCode.BAD_USER_INPUT, "Send an operation as `query`.")))
    elif isinstance(cause, InvalidOperationTypeError):
        kind = cause.operation_type.value
        shown.update(told(Fault(FaultCode.BAD_USER_INPUT, f"A {kind} cannot be run this way: send it by POST.")))
    elif cause is None:
        extensions: dict[str, Any] = dict(shown.get("extensions") or {})
        shown["extensions"] = {"code": FaultCode.BAD_USER_INPUT.value, **extensions}
    else:
        with structlog.contextvars.bound_contextvars(path=error.path):
            shown.update(told(internal_fault(cause)))
    return shown


def _cause(error: GraphQLError) -> Exception | None:
    """What raised, beneath GraphQL's own wrapping; None where GraphQL itself refused the document or a variable."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
