"""The same schema as an Apollo Federation 2 subgraph, for a router that puts several services together.

Whatever has an identity of its own can be extended by other services through its `id`: the router asks for it by
`_entities`, which shows no more than `node` does.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final, NewType

import strawberry
from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)
from strawberry import ID
from strawberry.types import get_object_definition
from strawberry.types.scalar import ScalarDefinition

from api.domain.errors import Fault, FaultCode
from api.resolvers.paging import LARGEST_PAGE
from api.schema.action import Action, ActionPlan, ActionType
from api.schema.mentor import Mentor
from api.schema.mentorship import Mentorship
from api.schema.node import Info
from api.schema.nodes import find_node
from api.schema.option import PreferenceOption
from api.schema.organisation import Organisation
from api.schema.person import Person
from api.schema.query import Query
from api.schema.request import MentorRequest
from api.schema.role import RoleProfile
from api.schema.skill import Skill

# Its names are Apollo's (Federation subgraph specification).
_LINK: Final = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])

"""
ENTITIES: Final = (
    Organisation,
    Person,
    Mentor,
    PreferenceOption,
    Skill,
    RoleProfile,
    MentorRequest,
    Mentorship,
    ActionType,
    Action,
    ActionPlan,
)
Entity = Annotated[
    Organisation
    | Person
    | Mentor
    | PreferenceOption
    | Skill
    | RoleProfile
    | MentorRequest
    | Mentorship
    | ActionType
    | Action
    | ActionPlan,
    strawberry.union("_Entity", description="Whatever other services can extend."),
]
Representation = NewType("Representation", object)
SCALARS: Final[Mapping[object, ScalarDefinition]] = {
    Representation: strawberry.scalar(
        name="_Any", description="What the router knows of an object: an object with `__typename` and `id`."
    )
}


@strawberry.type(name="_Service", description="This subgraph.")
class Service:
    sdl: str = strawberry.field(description="Its schema, with the directives of a federation.")


@strawberry.type(
    name="Query",
    description="What can be read, by a router too. Everything is seen with the eyes of the signed-in person.",
)
class SubgraphQuery(Query):
    """What a subgraph answers beside everything else."""

    @strawberry.field(name="_service", description="For a router: what this subgraph is.")
    def service(self, info: Info) -> Service:
        return Service(sdl=subgraph_sdl(info.schema.as_str()))

    @strawberry.field(
        name="_entities",
        description="For a router: the objects that it knows by type and id, at most 100, in the same order; null for "
        "each that is not there or that the viewer may not see.",
    )
    async def entities(
        self,
        info: Info,
        representations: Annotated[
            list[Representation], strawberry.argument(description="What the router knows of each of them.")
        ],
    ) -> list[Entity | None]:
        if len(representations) > LARGEST_PAGE:
            raise Fault(FaultCode.BAD_USER_INPUT, f"Ask for at most {LARGEST_PAGE} entities at a time.")
        return await asyncio.gather(*(_entity(info, each) for each in representations))


async def _entity(info: Info, representation: Any) -> Entity | None:
    known = representation if isinstance(representation, dict) else {}
    kind, identity = known.get("__typename"), known.get("id")
    if not isinstance(kind, str) or not isinstance(identity, str):
        raise Fault(FaultCode.BAD_USER_INPUT, "A representation is an object with `__typename` and `id`.")
    found = await find_node(info, ID(identity))
    return found if isinstance(found, ENTITIES) and _name_of(type(found)) == kind else None


def subgraph_sdl(sdl: str) -> str:
    """A schema definition with what a router has to know: which types are entities, and which may be elsewhere too."""
    key, shareable = _directives('@key(fields: "id")'), _directives("@shareable")
    marks = dict.fromkeys(map(_name_of, ENTITIES), key) | {"PageInfo": shareable}
    definitions: list[DefinitionNode] = []
    for each in parse(sdl).definitions:
        # The directives are those of `@defer` and `@stream`, which are the router's own.
        if isinstance(each, DirectiveDefinitionNode) or _is_for_routers(each):
            continue
        definitions.append(_marked(each, marks) if isinstance(each, ObjectTypeDefinitionNode) else each)
    return _LINK + print_ast(DocumentNode(definitions=tuple(definitions)))


def _marked(
    definition: ObjectTypeDefinitionNode, marks: Mapping[str, tuple[ConstDirectiveNode, ...]]
) -> ObjectTypeDefinitionNode:
    return ObjectTypeDefinitionNode(
        name=definition.name,
        description=definition.description,
        interfaces=definition.interfaces,
        directives=marks.get(definition.name.value, definition.directives),
        fields=tuple(each for each in definition.fields or () if not _is_for_routers(each)),
    )


def _is_for_routers(definition: Any) -> bool:
    """Whether the router adds it by itself."""
    name = getattr(definition, "name", None)
    return name is not None and name.value.startswith("_")


def _directives(text: str) -> tuple[ConstDirectiveNode, ...]:
    (definition,) = parse(f"type Marked {text}").definitions
    return (definition.directives or ()) if isinstance(definition, ObjectTypeDefinitionNode) else ()


def _name_of(kind: type) -> str:
    return get_object_definition(kind, strict=True).name
