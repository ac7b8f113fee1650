"""What resolvers learn of the execution. Most ask for the context, if for anything: the rest is made when asked for."""

from collections.abc import Iterator
from typing import Any

from graphql.execution import Executor

from api.compiled.places import Indices, Place


class ResolveInfo:
    """Stands for graphql-core's, which its executor makes where more than the context is asked for."""

    __slots__ = ("_executor", "_indices", "_place", "_whole", "context")

    def __init__(self, executor: Executor[Any], place: Place, indices: Indices) -> None:
        self.context = executor.context_value
        self._executor = executor
        self._place = place
        self._indices = indices

    def __getattr__(self, name: str) -> Any:
        if name == "_whole":
            place = self._place
            whole = self._executor.build_resolve_info(
                place.definition, place.nodes, place.parent, place.path(self._indices)
            )
            self._whole = whole
            return whole
        return getattr(self._whole, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._whole)

    def __getitem__(self, index: Any) -> Any:
        return self._whole[index]

    def __len__(self) -> int:
        return len(self._whole)

    def __eq__(self, other: object) -> bool:
        return bool(self._whole == (other._whole if isinstance(other, ResolveInfo) else other))

    def __hash__(self) -> int:
        return hash(self._whole)
