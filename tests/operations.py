"""Operations executed in this process, with the schema and services that the application has."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from api.domain.devices import DeviceKind
from api.domain.viewer import Viewer
from api.models import Person
from api.notifications.push.offer import PushOffer
from api.notifications.wakeups import Wakeups
from api.resolvers.context import Context, Services
from api.schema.build import build_schema
from api.search.ranking import MentorSearch, PostgresMentorSearch
from api.settings import Settings
from api.transport.errors import present
from tests.houses import viewer_of

SCHEMA = build_schema(compiled=Settings().compiled)
OFFER = PushOffer(kinds=frozenset(DeviceKind), private=False, make_key=lambda: ec.generate_private_key(ec.SECP256R1()))


def services_of(search: MentorSearch | None = None) -> Services:
    return Services(search=search or PostgresMentorSearch(), wakeups=Wakeups("memory://"), poll_seconds=15, push=OFFER)


def context_of(viewer: Viewer, search: MentorSearch | None = None) -> Context:
    return Context(viewer=viewer, services=services_of(search))


async def answer(who: Person | Viewer, operation: str, **variables: Any) -> dict[str, Any]:
    """The response as a client gets it."""
    return await _answer(context_of(_viewer(who)), operation, variables)


async def data(who: Person | Viewer, operation: str, **variables: Any) -> dict[str, Any]:
    """The data of a response that must have no errors."""
    return _data(await answer(who, operation, **variables))


async def data_in(services: Services, who: Person | Viewer, operation: str, **variables: Any) -> dict[str, Any]:
    """The same in a process that goes on."""
    return _data(await _answer(Context(viewer=_viewer(who), services=services), operation, variables))


async def data_by(search: MentorSearch, who: Person | Viewer, operation: str, **variables: Any) -> dict[str, Any]:
    """The same where another search takes the place of the plain one."""
    return _data(await _answer(context_of(_viewer(who), search), operation, variables))


def _viewer(who: Person | Viewer) -> Viewer:
    return who if isinstance(who, Viewer) else viewer_of(who)


async def _answer(context: Context, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
    result = await SCHEMA.execute(operation, variable_values=variables, context_value=context)
    shown: dict[str, Any] = {"data": result.data}
    if result.errors:
        shown["errors"] = present(result.errors)
    return shown


def _data(response: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in response, response["errors"]
    found: dict[str, Any] = response["data"]
    return found
