"""Which object an id stands for, if the viewer may see it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from strawberry import ID
from strawberry.dataloader import DataLoader

from api.domain.access import Aspect, may
from api.domain.ids import decode_id
from api.domain.matching import MatchBasis
from api.resolvers.notifications import entry_of
from api.resolvers.plans import change_of
from api.schema.action import Action, ActionChange, ActionPlan, ActionType
from api.schema.device import Device
from api.schema.match import ID_TYPES
from api.schema.mentor import Mentor
from api.schema.mentorship import Mentorship
from api.schema.node import Info, Node
from api.schema.notification import NOTIFICATION_TYPES, notification_view
from api.schema.option import PreferenceOption
from api.schema.organisation import Organisation
from api.schema.person import Person
from api.schema.references import match_view
from api.schema.request import MentorRequest
from api.schema.role import RoleProfile
from api.schema.skill import Skill

Finder = Callable[[Info, int], Awaitable[Node | None]]


async def find_node(info: Info, node_id: ID) -> Node | None:
    """The object, or None where there is none or it is not for the viewer: the two look alike."""
    parsed = decode_id(node_id)
    finder = _FINDERS.get(parsed[0]) if parsed else None
    return await finder(info, parsed[1]) if parsed and finder else None


def _row(loader: str, view: Callable[..., Node]) -> Finder:
    """Finds what one of the loaders reads; each of them reads only what the viewer may see."""

    async def find(info: Info, key: int) -> Node | None:
        rows: DataLoader[int, Any] = getattr(info.context.loaders, loader)
        record = await rows.load(key)
        return view(record=record) if record else None

    return find


async def _action(info: Info, key: int) -> Action | None:
    record = await info.context.loaders.action.load(key)
    return Action(record=record) if record and record.removed_at is None else None


async def _action_change(info: Info, key: int) -> ActionChange | None:
    record = await change_of(key)
    action = await info.context.loaders.action.load(record.action_id) if record else None
    if record is None or action is None or action.removed_at is not None:
        return None
    relations = await info.context.loaders.relations.load(action.owner_id)
    return ActionChange(record=record) if may(relations, Aspect.HISTORY) else None


async def _action_plan(info: Info, key: int) -> ActionPlan | None:
    relations = await info.context.loaders.relations.load(key)
    return ActionPlan(owner_id=key) if may(relations, Aspect.PLAN) else None


def _match(basis: MatchBasis) -> Finder:
    async def find(info: Info, key: int) -> Node | None:
        mentor = await info.context.loaders.mentor_card.load(key)
        found: object = await match_view(info, mentor, basis) if mentor else None
        return found if isinstance(found, Node) else None

    return find


def _notification(type_name: str) -> Finder:
    async def find(info: Info, key: int) -> Node | None:
        entry = await entry_of(info.context, key)
        found: object = notification_view(entry) if entry else None
        return found if isinstance(found, Node) and type(found).__name__ == type_name else None

    return find


_FINDERS: Final[dict[str, Finder]] = {
    "Organisation": _row("organisation", Organisation),
    "Person": _row("person", Person),
    "Mentor": _row("mentor_card", Mentor),
    "PreferenceOption": _row("option", PreferenceOption),
    "Skill": _row("skill", Skill),
    "RoleProfile": _row("role_profile", RoleProfile),
    "MentorRequest": _row("request", MentorRequest),
    "Mentorship": _row("mentorship", Mentorship),
    "ActionType": _row("action_type", ActionType),
    "Device": _row("device", Device),
    "Action": _action,
    "ActionChange": _action_change,
    "ActionPlan": _action_plan,
    **{name: _match(basis) for basis, name in ID_TYPES.items()},
    **{kind.__name__: _notification(kind.__name__) for kind in NOTIFICATION_TYPES},
}
