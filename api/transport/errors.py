"""Errors as clients see them: every one carries a code, and none tells what is inside."""

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLFormattedError
from strawberry.schema.exceptions import CannotGetOperationTypeError

from api.domain.errors import Fault, FaultCode

log = structlog.get_logger(__name__)


def present(errors: Sequence[GraphQLError]) -> list[GraphQLFormattedError]:
    """The errors of one response. What nobody foresaw is logged under an id, and the client sees the id."""
    return [_present(error) for error in errors]


def internal_error(error: BaseException) -> GraphQLFormattedError:
    """What the client sees of an exception, once it is logged."""
    return _present(GraphQLError("", original_error=error if isinstance(error, Exception) else None))


def told(fault: Fault) -> GraphQLFormattedError:
    """A fault outside of any field."""
    return {"message": fault.message, "extensions": {"code": fault.code.value, **fault.details}}


def _present(error: GraphQLError) -> GraphQLFormattedError:
    shown = error.formatted
    cause = _cause(error)
    if isinstance(cause, Fault):
        shown["message"] = cause.message
        shown["extensions"] = {"code": cause.code.value, **cause.details}
    elif isinstance(cause, CannotGetOperationTypeError):
        shown["message"] = cause.as_http_error_reason()
        shown["extensions"] = {"code": FaultCode.BAD_USER_INPUT.value}
    elif cause is None:
        extensions: dict[str, Any] = dict(shown.get("extensions") or {})
        shown["extensions"] = {"code": FaultCode.BAD_USER_INPUT.value, **extensions}
    else:
        error_id = uuid.uuid4().hex
        log.error("internal_error", error_id=error_id, path=error.path, exc_info=cause)
        shown["message"] = f"Something went wrong on our side. If it goes on, tell us this id: {error_id}"
        shown["extensions"] = {"code": FaultCode.INTERNAL.value, "id": error_id}
    return shown


def _cause(error: GraphQLError) -> Exception | None:
    """What raised, beneath GraphQL's own wrapping; None where GraphQL itself refused the document or a variable."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
