"""Ids by which lines of a log, and what clients report, are brought together."""

import re
import uuid
from collections.abc import Mapping
from typing import Final

import structlog

REQUEST_ID: Final = "X-Request-Id"
_SANE: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,100}")


def bind_request(headers: Mapping[str, str]) -> str:
    """The id of a request or a socket, that of the client where it is sane; from now on in every line of this task."""
    given = headers.get(REQUEST_ID, "")
    request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def bind_person(person_id: int) -> None:
    """Who asks; their key, and nothing else of them."""
    structlog.contextvars.bind_contextvars(person_id=person_id)
