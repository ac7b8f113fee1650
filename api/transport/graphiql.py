"""GraphiQL: a page and its files."""

from os import PathLike, stat_result
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.transport.headers import page_headers

# The name of a file holds the hash of what is in it, but that of the page does not.
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"


class GraphiQL(StaticFiles):
    """The files of the folder that `web/graphiql` is built into. Its editor writes styles, and images into
    them.
    """

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        page = str(full_path).endswith(".html")
        response.headers["Cache-Control"] = _ASK_FIRST if page else _FOR_EVER
        if page:
            response.headers.update(page_headers(Headers(scope=scope).get("host", ""), editor=True))
        return response
