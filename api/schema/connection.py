"""Relay connections: pages of a list, each entry with a cursor."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, TypeVar

import strawberry

from api.resolvers.paging import Page

NodeType = TypeVar("NodeType")
Row = TypeVar("Row")


@strawberry.type(description="Whether a list goes on beyond this page, and the cursors to go on from.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are entries after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are entries before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first entry; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last entry; null on an empty page.")


@strawberry.type(description="An entry of a list, with its place in it.")
class Edge(Generic[NodeType]):
    node: NodeType = strawberry.field(description="The entry itself.")
    place: strawberry.Private[Callable[[], str]]

    @strawberry.field(description="Where it stands; give it as `after` or `before` to page on from it.")
    def cursor(self) -> str:
        return self.place()


@strawberry.type(description="A page of a list.")
class Connection(Generic[NodeType]):
    edges: list[Edge[NodeType]] = strawberry.field(description="The entries of this page, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Whether there is more, and from where to go on.")

    @strawberry.field(description="The entries of this page without their cursors.")
    def nodes(self) -> list[NodeType]:
        return [edge.node for edge in self.edges]


@strawberry.type(name="Connection", description="A page of a list that can say how long it is.")
class CountedConnection(Generic[NodeType]):
    edges: list[Edge[NodeType]] = strawberry.field(description="The entries of this page, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Whether there is more, and from where to go on.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The entries of this page without their cursors.")
    def nodes(self) -> list[NodeType]:
        return [edge.node for edge in self.edges]

    @strawberry.field(description="How many entries there are on all pages together.")
    async def total_count(self) -> int:
        return await self.count()


def edges_of(
    page: Page[Row], view: Callable[[Row], NodeType], cursor_of: Callable[[Row], str]
) -> tuple[list[Edge[NodeType]], PageInfo]:
    """The edges of a page of rows, and what stands beside them."""
    rows = page.rows
    edges = [Edge(node=view(row), place=partial(cursor_of, row)) for row in rows]
    return edges, PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursor_of(rows[0]) if rows else None,
        end_cursor=cursor_of(rows[-1]) if rows else None,
    )
