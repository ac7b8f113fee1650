"""Which pages may call the API and open a socket."""

from collections.abc import Iterable

from starlette.websockets import WebSocket
from strawberry.http.websocket_origin import is_same_origin, normalize_allowed_origins, normalize_origin


class Origins:
    """Our own pages, those of the allowed origins, and whatever is no browser (which sends no `Origin`). ``allowed``
    are written as browsers write them. Raises ``ValueError`` where one is no origin.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = normalize_allowed_origins(tuple(allowed))

    def allow(self, socket: WebSocket) -> bool:
        origin = socket.headers.get("origin")
        if origin is None or is_same_origin(origin, socket.headers.get("host")):
            return True
        return "*" in self.allowed or normalize_origin(origin) in self.allowed
