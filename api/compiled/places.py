"""Places in a response: what graphql-core has to know of one in order to complete a value there, or to fail there."""

from collections.abc import Sequence

from graphql import FieldNode, GraphQLField, GraphQLList, GraphQLObjectType, GraphQLOutputType, get_nullable_type
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

# A key of the response and the type it belongs to; an item of a list has neither before it is there.
Step = tuple[str | None, str | None]
Indices = tuple[int, ...]


class Place:
    """A field of one shape of an operation, or an item of the list that it holds. ``steps`` lead to it from the root,
    and ``field`` is the place of the field itself.
    """

    __slots__ = ("definition", "details", "field", "parent", "steps", "type")

    def __init__(  # noqa: PLR0917 - all of what it is
        self,
        details: FieldDetailsList,
        definition: GraphQLField,
        parent: GraphQLObjectType,
        type_: GraphQLOutputType,
        steps: tuple[Step, ...],
        field: "Place | None" = None,
    ) -> None:
        self.details = details
        self.definition = definition
        self.parent = parent
        self.type = type_
        self.steps = steps
        self.field = field or self

    @property
    def key(self) -> str:
        """What the field is called in the response."""
        node = self.details[0].node
        return node.alias.value if node.alias else node.name.value

    @property
    def nodes(self) -> list[FieldNode]:
        return [each.node for each in self.details]

    @property
    def lists_around(self) -> int:
        """How many lists it is in."""
        return sum(key is None for key, _ in self.steps)

    def of_items(self) -> "Place":
        """The place of the items of the list that stands here."""
        held = get_nullable_type(self.type)
        if not isinstance(held, GraphQLList):
            raise TypeError(f"{self.type} is no list")
        return Place(
            self.details, self.definition, self.parent, held.of_type, (*self.steps, (None, None)), field=self.field
        )

    def path(self, indices: Sequence[int]) -> Path:
        """Where it is in a response. There may be more indices than lead here, those of lists within."""
        places = iter(indices)
        path: Path | None = None
        for key, typename in self.steps:
            path = Path(path, next(places) if key is None else key, typename)
        if path is None:
            raise ValueError("The root is no place of a field")
        return path
