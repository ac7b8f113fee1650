"""What is asked for below a field, so that what a list needs is read with the list."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionNode

from api.schema.node import Info

_KEPT: Final = 512
# By the first node of a field, which is kept so that its id stays its own: documents are parsed once, and asked often.
_known: Final[OrderedDict[int, tuple[FieldNode, frozenset[str]]]] = OrderedDict()


def fields_below(info: Info) -> frozenset[str]:
    """The names of all fields below this one, however deep, directives aside: a hint, and no more than that."""
    nodes = info._raw_info.field_nodes  # noqa: SLF001 - Strawberry makes objects of all that is selected
    if len(nodes) > 1:
        return _names(nodes, info._raw_info.fragments)  # noqa: SLF001
    found = _known.get(id(nodes[0]))
    if found is None:
        found = nodes[0], _names(nodes, info._raw_info.fragments)  # noqa: SLF001
        _known[id(nodes[0])] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found[1]


def _names(nodes: Iterable[SelectionNode], fragments: Mapping[str, FragmentDefinitionNode]) -> frozenset[str]:
    names: set[str] = set()
    spread: set[str] = set()
    rest = list(nodes)
    while rest:
        node = rest.pop()
        selection_set = getattr(node, "selection_set", None)
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in spread or name not in fragments:
                continue
            spread.add(name)
            selection_set = fragments[name].selection_set
        elif isinstance(node, FieldNode):
            names.add(node.name.value)
        if selection_set is not None:
            rest.extend(selection_set.selections)
    return frozenset(names)
