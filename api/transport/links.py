"""Where the links in mails lead while this server is what people use: to GraphiQL, with what to run filled in."""

from typing import Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.domain.ids import decode_id

_PERSON: Final = "id name jobTitle location timeZone email"
_NODES: Final = {
    "requests": (
        "MentorRequest",
        f"id status message comment expiresAt\n    mentee {{ {_PERSON} }}\n    mentor {{ person {{ {_PERSON} }} }}",
    ),
    "mentorships": (
        "Mentorship",
        f"id active startedAt endedAt endReason\n    mentor {{ {_PERSON} }}\n    mentee {{ {_PERSON} }}",
    ),
    "mentors": (
        "Mentor",
        f"id available person {{ {_PERSON} }}\n    match {{ percent listed unlistedReasons {{ message }} }}",
    ),
}
_SETTINGS: Final = "query {\n  viewer { notificationSettings { kind email } }\n}"


def link_routes(graphiql_path: str) -> list[BaseRoute]:
    """Routes for every link that mails hold."""

    def show(query: str) -> Response:
        return RedirectResponse(f"{graphiql_path}#{urlencode({'query': query}, quote_via=quote)}")

    def to_node(kind: str) -> BaseRoute:
        async def endpoint(request: Request) -> Response:
            return show(_operation(kind, request.path_params["id"]))

        return Route(f"/{kind}/{{id}}", endpoint)

    async def to_settings(_request: Request) -> Response:
        return show(_SETTINGS)

    return [*map(to_node, _NODES), Route("/settings/notifications", to_settings)]


def _operation(kind: str, node_id: str) -> str:
    """What to run in order to see the object; nothing where the id is none of ours, so that nobody's text gets in."""
    type_name, fields = _NODES[kind]
    parsed = decode_id(node_id)
    if parsed is None or parsed[0] != type_name:
        return ""
    return f'query {{\n  node(id: "{node_id}") {{ ... on {type_name} {{\n    {fields}\n  }} }}\n}}\n'
