"""The console: its page under every path that it knows, and its files, read once and kept as they are sent."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.transport.headers import page_headers

# What `web/console/src/app/pages.tsx` shows. Mails link to requests, mentorships, mentors and the settings.
PATHS: Final = (
    "/",
    "/demo",
    "/find",
    "/mentors/{id}",
    "/mentorships",
    "/mentorships/{id}",
    "/notifications",
    "/plan",
    "/preferences",
    "/profile",
    "/requests",
    "/requests/{id}",
    "/settings/notifications",
)
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# The name of a file holds the hash of what is in it.
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    plain: bytes
    zipped: bytes
    type: str
    tag: str

    @classmethod
    def read(cls, path: Path) -> Self:
        plain = path.read_bytes()
        return cls(
            plain=plain,
            zipped=gzip.compress(plain, mtime=0),
            type=_TYPES[path.suffix],
            # Weak, since it stands for both forms.
            tag=f'W/"{sha256(plain).hexdigest()[:32]}"',
        )

    def response(self, asked: Headers, headers: Mapping[str, str]) -> Response:
        told = {**headers, "ETag": self.tag, "Vary": "Accept-Encoding"}
        if self.tag in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=told)
        if not re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", asked.get("accept-encoding", "")):
            return Response(self.plain, headers=told, media_type=self.type)
        return Response(self.zipped, headers={**told, "Content-Encoding": "gzip"}, media_type=self.type)


class Console:
    """Everything that the console consists of, from the folder that `web/console` is built into."""

    def __init__(self, folder: Path) -> None:
        self._page = _File.read(folder / "index.html")
        self._assets = {path.name: _File.read(path) for path in (folder / "assets").iterdir()}

    def routes(self) -> list[BaseRoute]:
        return [*(Route(path, self._show) for path in PATHS), Route("/assets/{name}", self._asset)]

    async def _show(self, request: Request) -> Response:
        # The demo shows two people side by side, in frames.
        headers = {"Cache-Control": _ASK_FIRST, **page_headers(request.headers.get("host", ""), framed=True)}
        return self._page.response(request.headers, headers)

    async def _asset(self, request: Request) -> Response:
        found = self._assets.get(request.path_params["name"])
        if found is None:
            return Response("There is no such file.", status_code=404, media_type="text/plain")
        return found.response(request.headers, {"Cache-Control": _FOR_EVER})
