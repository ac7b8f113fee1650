"""The ways to P's objects, as operations. Where one reaches an object that is to be compared, it spreads `...Type`,
which stands for every field that the served schema gives this type.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from api.schema.build import sdl
from tests.acceptance.access_rules import DEVELOPERS, ORGANISATION, PERSONAL, PUBLIC, RULES, SKIPPED, Role

SERVED: Final[GraphQLSchema] = build_schema(sdl())


def _typed(name: str) -> GraphQLInterfaceType:
    found = SERVED.type_map[name]
    assert isinstance(found, GraphQLInterfaceType)
    return found


TYPES: Final[dict[str, GraphQLObjectType]] = {
    name: found
    for name, found in SERVED.type_map.items()
    if isinstance(found, GraphQLObjectType)
    and not name.startswith("__")
    and not any(fnmatchcase(name, pattern) for pattern in SKIPPED)
}
NODES: Final = tuple(sorted(each.name for each in SERVED.get_possible_types(_typed("Node"))))
ENTRIES: Final = tuple(sorted(each.name for each in SERVED.get_possible_types(_typed("Notification"))))


def _selected(name: str, field: GraphQLField) -> str:
    found = get_named_type(field.type)
    return name if is_leaf_type(found) else f"{name} {{ {_enough(found)} }}"


def _enough(found: GraphQLNamedType) -> str:
    """To tell which object it is: of one that has an id, what everybody may see; of a plain value, everything."""
    if not isinstance(found, GraphQLObjectType):
        return "__typename id"
    if found.name.endswith("Connection"):
        return f"nodes {{ {_enough(get_named_type(found.fields['nodes'].type))} }}"
    if found.name in NODES:
        public = (
            name
            for name, field in found.fields.items()
            if is_leaf_type(get_named_type(field.type)) and RULES.get(f"{found.name}.{name}") == PUBLIC
        )
        return " ".join(dict.fromkeys(("__typename", "id", *public)))
    return " ".join(("__typename", *(_selected(name, field) for name, field in found.fields.items())))


def document(operation: str) -> str:
    """The operation, with the fragments that it spreads."""
    spread = sorted({name for name in re.findall(r"\.\.\.\s*(\w+)", operation) if name != "on"})
    fragments = (
        f"fragment {name} on {name} {{ __typename "
        + " ".join(_selected(each, field) for each, field in TYPES[name].fields.items())
        + " }"
        for name in spread
    )
    return "\n".join((operation, *fragments))


Place = tuple[str | int, ...]


def shown_in(value: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The objects of a response where a `...Type` stood, and their places in it."""
    found = TYPES.get(value.get("__typename", "")) if isinstance(value, dict) else None
    if found and found.fields.keys() <= value.keys():
        yield place, value
    if isinstance(value, list):
        for key, each in enumerate(value):
            yield from shown_in(each, (*place, key))
    if isinstance(value, dict):
        for name, each in value.items():
            if f"{value.get('__typename')}.{name}" not in PERSONAL:
                yield from shown_in(each, (*place, name))


_CARD: Final = "...Mentor person { ...Person }"
_MENTORSHIP: Final = "...Mentorship mentor { ...Person } mentee { ...Person }"
_REQUEST: Final = f"...MentorRequest mentee {{ ...Person }} mentor {{ {_CARD} }} mentorship {{ {_MENTORSHIP} }}"
_ACTION: Final = f"...Action createdBy {{ ...Person }} updatedBy {{ ...Person }} mentorship {{ {_MENTORSHIP} }}"
_PLAN: Final = f"...ActionPlan owner {{ ...Person }} actions {{ nodes {{ {_ACTION} }} }}"
_ABOUT: Final = {"MentorRequest": _REQUEST, "Mentorship": _MENTORSHIP, "Action": _ACTION}


def _entries() -> Iterator[str]:
    """Each kind of entry, and beneath it what it tells of."""
    for kind in ENTRIES:
        yield f"...{kind}"
        for name, field in TYPES[kind].fields.items():
            about = get_named_type(field.type).name
            if about in _ABOUT:
                yield f"... on {kind} {{ {name} {{ {_ABOUT[about]} }} }}"


LOG: Final = f"{{ notifications(first: 100) {{ nodes {{ {' '.join(_entries())} }} }} }}"
STREAM: Final = f"subscription ($after: String) {{ notificationReceived(after: $after) {{ {' '.join(_entries())} }} }}"
# P's objects that have no id, and how to read them.
WITHOUT_ID: Final = {
    "Administration": "{ administration { ...Administration } }",
}
_MATCHES: Final = f'{{ matches(filter: {{search: "Pia"}}) {{ nodes {{ ...Match mentor {{ {_CARD} }} }} }} }}'

Finds = dict[Role, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """An operation, asked with `$id` or `$ids` of P's objects of the types ``of``.

    ``finds`` tells the types of P's objects that it must bring to a role; None stands for every object of the types
    ``of`` that the rules let the role see. Whoever of those that it ``refuses`` is brought nothing gets FORBIDDEN at
    ``refused``, where that is a place.
    """

    name: str
    operation: str
    of: tuple[str, ...] = ()
    finds: Finds | None = None
    refused: str = ""
    refuses: frozenset[Role] = ORGANISATION


def _to(types: str, *roles: Role) -> Finds:
    return dict.fromkeys(roles, frozenset(types.split()))


def _nodes(of: str, selection: str) -> str:
    return f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {of} {{ {selection} }} }} }}"


def _node(of: str, selection: str) -> str:
    return f"query ($id: ID!) {{ node(id: $id) {{ ... on {of} {{ {selection} }} }} }}"


# Whoever could ask P today: P is not among them, nor whom P mentors already.
_ASKERS: Final = ORGANISATION - {Role.SELF, Role.ACTIVE_MENTEE}
_ASKED: Final = (Role.ACTIVE_MENTOR, Role.PAST_MENTOR)
_SIDES: Final = (Role.SELF, Role.ACTIVE_MENTEE, *_ASKED)

PATHS: Final = (
    *(Path(name=f"node(id): {each}", operation=_node(each, f"...{each}"), of=(each,)) for each in NODES),
    *(Path(name=f"nodes(ids): {each}", operation=_nodes(each, f"...{each}"), of=(each,)) for each in NODES),
    Path(name="notifications", operation=LOG, of=ENTRIES),
    Path(name="viewer", operation="{ viewer { ...Person } }", finds=_to("Person", Role.SELF)),
    Path(
        name="viewer.devices",
        operation="{ viewer { devices { ...Device } } }",
        finds=_to("Device", Role.SELF),
    ),
    Path(
        name="Person.devices",
        operation=_node("Person", "devices { ...Device }"),
        of=("Person",),
        finds=_to("Device", Role.SELF),
        refused="node.devices",
    ),
    Path(
        name="viewer.mentor",
        operation=f"{{ viewer {{ mentor {{ {_CARD} }} }} }}",
        finds=_to("Mentor Person", Role.SELF),
    ),
    Path(
        name="viewer.lineManager",
        operation="{ viewer { lineManager { ...Person } } }",
        finds=_to("Person", Role.COLLEAGUE),
    ),
    Path(
        name="viewer.actionPlan",
        operation=f"{{ viewer {{ actionPlan {{ {_PLAN} }} }} }}",
        finds=_to("ActionPlan Action Person Mentorship", Role.SELF) | _to("Person", Role.ACTIVE_MENTEE, Role.COLLEAGUE),
    ),
    Path(
        name="viewer.mentors",
        operation=f"{{ viewer {{ mentors {{ {_MENTORSHIP} }} }} }}",
        finds=_to("Mentorship Person", Role.SELF, Role.ACTIVE_MENTEE),
    ),
    Path(
        name="viewer.mentees",
        operation=f"{{ viewer {{ mentees {{ {_MENTORSHIP} }} }} }}",
        finds=_to("Mentorship Person", Role.SELF, *_ASKED),
    ),
    Path(
        name="requests(SENT)",
        operation=f"{{ requests(box: SENT) {{ nodes {{ {_REQUEST} }} }} }}",
        finds=_to("MentorRequest Mentorship Person", Role.SELF)
        | _to("MentorRequest Mentorship Mentor Person", Role.ACTIVE_MENTEE),
    ),
    Path(
        name="requests(RECEIVED)",
        operation=f"{{ requests(box: RECEIVED) {{ nodes {{ {_REQUEST} }} }} }}",
        finds=_to("MentorRequest Mentorship Mentor Person", Role.SELF)
        | _to("MentorRequest Mentorship Person", *_ASKED)
        | _to("MentorRequest Person", Role.DECLINED_MENTOR),
    ),
    Path(
        name="mentors(filter)",
        operation=f'{{ mentors(filter: {{search: "Pia"}}) {{ nodes {{ {_CARD} }} }} }}',
        finds=_to("Mentor Person", *_ASKERS),
    ),
    Path(name="matches(filter)", operation=_MATCHES, finds=_to("Match Mentor Person", *_ASKERS)),
    Path(
        name="administration",
        operation=WITHOUT_ID["Administration"],
        finds=_to("Administration", Role.ADMIN),
        refused="administration",
        refuses=ORGANISATION | {Role.OTHER_ORGANISATION},
    ),
    Path(
        name="administration.activeMentorships",
        operation="{ administration { activeMentorships { nodes { "
        "id active endReason mentor { ...Person } mentee { ...Person } } } } }",
        finds=_to("Person", Role.ADMIN),
        refused="administration",
        refuses=ORGANISATION | {Role.OTHER_ORGANISATION},
    ),
    Path(
        name="organisation",
        operation="{ organisation { ...Organisation preferenceOptions { ...PreferenceOption } "
        "actionTypes { ...ActionType } skills { nodes { ...Skill } } } }",
        finds=_to("Organisation PreferenceOption ActionType Skill", *ORGANISATION),
    ),
    Path(
        name="Person.mentor",
        operation=_node("Person", f"mentor {{ {_CARD} }}"),
        of=("Person",),
        finds=_to("Mentor Person", *ORGANISATION),
    ),
    Path(
        name="Person.actionPlan",
        operation=_node("Person", f"actionPlan {{ {_PLAN} }}"),
        of=("Person",),
        finds=_to("ActionPlan Action Person Mentorship", *DEVELOPERS),
        refused="node.actionPlan",
    ),
    Path(
        name="Person.mentors",
        operation=_node("Person", f"mentors {{ {_MENTORSHIP} }}"),
        of=("Person",),
        finds=_to("Mentorship Person", *DEVELOPERS),
        refused="node.mentors",
    ),
    Path(
        name="Person.mentees",
        operation=_node("Person", f"mentees {{ {_MENTORSHIP} }}"),
        of=("Person",),
        finds=_to("Mentorship Person", *DEVELOPERS),
        refused="node.mentees",
    ),
    Path(
        name="Action.createdBy and updatedBy",
        operation=_nodes("Action", _ACTION),
        of=("Action",),
        finds=_to("Action Person Mentorship", *DEVELOPERS),
    ),
    Path(
        name="Mentorship.mentor and mentee",
        operation=_nodes("Mentorship", _MENTORSHIP),
        of=("Mentorship",),
        finds=_to("Mentorship Person", *DEVELOPERS, *_SIDES),
    ),
    Path(
        name="MentorRequest.mentee and mentor",
        operation=_nodes("MentorRequest", _REQUEST),
        of=("MentorRequest",),
        finds=_to("MentorRequest Mentorship Person", *_SIDES) | _to("MentorRequest Person", Role.DECLINED_MENTOR),
    ),
    Path(
        name="Mentor.person",
        operation=_nodes("Mentor", _CARD),
        of=("Mentor",),
        finds=_to("Mentor Person", *ORGANISATION),
    ),
)

# What happens while everybody listens, in this order, and which of P's objects it brings to whom, in one entry each.
HAPPENS: Final[dict[str, Finds]] = {
    "P asks the viewer again": _to("RequestReceived MentorRequest Person", Role.PAST_MENTOR, Role.DECLINED_MENTOR),
    "P withdraws, and is accepted": _to("RequestWithdrawn MentorRequest Person", Role.DECLINED_MENTOR)
    | _to("RequestDecided MentorRequest Mentorship Person", Role.SELF),
    "P ends a mentorship": _to("MentorshipEnded Mentorship Person", Role.SELF, Role.PAST_MENTOR),
    "P changes P's plan": _to("ActionPlanChanged Action Person", Role.LINE_MANAGER, Role.ACTIVE_MENTOR),
    "P changes the viewer's plan": _to("Person", Role.ACTIVE_MENTEE, Role.COLLEAGUE),
}
