"""Ids by which lines of a log, and what clients report, are brought together."""

import re
import uuid
from collections.abc import Mapping
from typing import Final

import structlog

from api.domain.viewer import Viewer
from api.models.row_security import settle, unsettle

REQUEST_ID: Final = "X-Request-Id"
_SANE: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,100}")


def bind_request(headers: Mapping[str, str]) -> str:
    """The id of a request or a socket, that of the client where it is sane; from now on in every line of this task.
    Whoever was asking before on the same connection, it is nobody until it is known who asks now.
    """
    given = headers.get(REQUEST_ID, "")
    request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    unsettle()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def bind_viewer(viewer: Viewer) -> None:
    """Who asks, from now on in this task and in those that it starts: their key, and nothing else of them, in every
    line; and the rows of their organisation, and no others, in every statement.
    """
    structlog.contextvars.bind_contextvars(person_id=viewer.person_id)
    settle(viewer.organisation_id)
