"""What every answer tells browsers not to do with it, and what a page of ours may do.

Each header costs an answer a microsecond: what says something to pages alone, pages alone bring.
"""

import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

# What pages and files of ours bring their own of.
_UNLESS_GIVEN: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
_OWN: Final = frozenset(name for name, _ in _UNLESS_GIVEN)
# Pages of allowed origins read answers by CORS, which `cross-origin-resource-policy` is not about.
_ALWAYS: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
# For answers that the application knows nothing of.
SAFE: Final = (*_ALWAYS, *_UNLESS_GIVEN)
_HOST: Final = re.compile(r"[\w.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


class SafeHeaders:
    """An ASGI middleware that adds them. ``hsts_seconds`` is for how long a browser that came by HTTPS is to come by
    nothing else; 0 says nothing of that.
    """

    def __init__(self, app: ASGIApp, *, hsts_seconds: int) -> None:
        self._app = app
        transport = ((b"strict-transport-security", b"max-age=%d" % hsts_seconds),) if hsts_seconds else ()
        self._always = (*_ALWAYS, *transport)
        self._all = (*self._always, *_UNLESS_GIVEN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                own = _OWN.intersection([name for name, _ in given])
                ours = [each for each in self._all if each[0] not in own] if own else self._all
                message["headers"] = [*given, *ours]
            await send(message)

        await self._app(scope, receive, send_safely if scope["type"] == "http" else send)


def page_headers(host: str, *, framed: bool = False, editor: bool = False) -> dict[str, str]:
    """For a page of ours: nothing from elsewhere, and no script inline. Not every browser counts sockets of the same
    ``host`` as its own. ``framed`` lets pages of ours show it in a frame; GraphiQL's ``editor`` writes styles, and
    images into them.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    drawing = " style-src 'self' 'unsafe-inline'; img-src 'self' data:;" if editor else ""
    frames = "'self'" if framed else "'none'"
    return {
        "Content-Security-Policy": (
            f"default-src 'self';{drawing} connect-src 'self'{sockets}; object-src 'none'; "
            f"frame-ancestors {frames}; base-uri 'none'; form-action 'self'"
        ),
        "X-Frame-Options": "SAMEORIGIN" if framed else "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
