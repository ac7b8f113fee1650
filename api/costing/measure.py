"""The pass over a document: each of its nodes, and each fragment, is visited once."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from api.costing.amounts import MOST, Amount, Amounts, Late, Size, said
from api.costing.bounds import Bounds, Exceeded
from api.costing.overlaps import Place, Places
from api.costing.prices import Price, Prices


@dataclass(frozen=True, slots=True)
class _Part:
    """A selection set. ``cost`` is there once, ``an_entry`` for each entry of the page that the set is of."""

    depth: int
    roots: int
    cost: Amount
    an_entry: Amount = 0


_NOTHING = _Part(0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Operation:
    cost: Amount
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a document holds, and what each of its operations costs."""

    counts: Mapping[str, int]
    _amounts: Amounts
    _operations: Mapping[str | None, _Operation]

    def check(self, bounds: Bounds) -> None:
        """Raises ``Exceeded``. Costs are not looked at: they depend on variables."""
        for limit, asked in self.counts.items():
            bounds.check(limit, asked)

    def cost(self, name: str | None, variables: Mapping[str, Any] | None) -> int:
        """What an operation costs with these variables; 0 where the document has no such operation."""
        operation = self._operations.get(name)
        if operation is None:
            return 0
        if isinstance(operation.cost, Late):
            given = {**operation.defaults, **(variables or {})}
            return math.ceil(self._amounts.worked_out(operation.cost, given))
        return math.ceil(operation.cost)


def measure(document: DocumentNode, prices: Prices, bounds: Bounds) -> Measured:
    """Measure a document, valid or not. Raises ``Exceeded`` where it is nested deeper than can be looked at."""
    try:
        return _Pass(document, prices).measured()
    except RecursionError:
        raise Exceeded("depth", asked=bounds.depth + 1, allowed=bounds.depth, at_least=True) from None


@dataclass(slots=True)
class _Counts:
    width: int = 0
    aliases: int = 0
    directives: int = 0
    variables: int = 0
    literal_depth: int = 0


@dataclass(slots=True)
class _Selected:
    """What a selection set adds up to, as it is being looked at. Of the fields of different types one type's are there:
    the dearest counts.
    """

    depth: int = 0
    roots: int = 0
    common: list[Amount] = field(default_factory=list)
    by_type: dict[str, list[Amount]] = field(default_factory=dict)
    entries: list[Amount] = field(default_factory=list)


class _Pass:
    def __init__(self, document: DocumentNode, prices: Prices) -> None:
        self._prices = prices
        self._amounts = Amounts()
        self._counts = _Counts()
        definitions = document.definitions
        self._operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
        self._fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
        self._places = Places()
        self._known: dict[str, tuple[_Part, Place]] = {}

    def measured(self) -> Measured:
        operations: dict[str | None, _Operation] = {}
        parts = []
        for operation in self._operations:
            place, kind = self._places.new(), self._prices.roots.get(operation.operation.value)
            self._directives(operation.directives)
            part = self._part(operation.selection_set, kind, place)
            made = _Operation(part.cost, self._defaults(operation))
            operations[operation.name.value if operation.name else None] = made
            parts.append(part)
        if len(operations) == 1:
            operations[None] = made
        parts += [self._fragment(name)[0] for name in self._fragments]
        counts = {name: getattr(self._counts, name) for name in _Counts.__slots__}
        counts |= {
            "operations": len(self._operations),
            "fragments": len(self._fragments),
            "depth": max((each.depth for each in parts), default=0),
            "root_fields": max((each.roots for each in parts[: len(self._operations)]), default=0),
            "overlaps": self._places.overlaps(),
        }
        return Measured(counts, self._amounts, operations)

    def _defaults(self, operation: OperationDefinitionNode) -> dict[str, Any]:
        definitions = operation.variable_definitions or ()
        self._counts.variables += len(definitions)
        for each in definitions:
            self._directives(each.directives)
            if each.default_value:
                self._literal(each.default_value)
        return {each.variable.name.value: _literal_size(each.default_value) for each in definitions}

    def _fragment(self, name: str) -> tuple[_Part, Place]:
        if name not in self._known:
            place = self._places.new()
            # Whoever comes back to it from within finds nothing: a document with a circle is not valid.
            self._known[name] = _NOTHING, place
            if found := self._fragments.get(name):
                self._directives(found.directives)
                kind = found.type_condition.name.value
                self._known[name] = self._part(found.selection_set, kind, place), place
        return self._known[name]

    def _part(self, selection_set: SelectionSetNode, kind: str | None, place: Place) -> _Part:
        selected = _Selected()
        self._counts.width = max(self._counts.width, len(selection_set.selections))
        for selection in selection_set.selections:
            self._directives(selection.directives)
            if isinstance(selection, FieldNode):
                self._field(selection, kind, place, selected)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                part, other = self._fragment(name)
                self._places.join(place, other)
                found = self._fragments.get(name)
                self._add(selected, part, kind, found.type_condition.name.value if found else None)
            elif isinstance(selection, InlineFragmentNode):
                among = selection.type_condition.name.value if selection.type_condition else kind
                self._add(selected, self._part(selection.selection_set, among, place), kind, among)
        sums = [self._amounts.sum(each) for each in selected.by_type.values()]
        cost = self._amounts.sum([*selected.common, self._amounts.most(sums)])
        return _Part(selected.depth, selected.roots, cost, self._amounts.sum(selected.entries))

    def _add(self, selected: _Selected, part: _Part, kind: str | None, among: str | None) -> None:
        selected.depth = max(selected.depth, part.depth)
        selected.roots = min(MOST, selected.roots + part.roots)
        selected.entries.append(part.an_entry)
        one_of = kind in self._prices.abstract and among is not None and among not in self._prices.abstract
        (selected.by_type.setdefault(among or "", []) if one_of else selected.common).append(part.cost)

    def _field(self, node: FieldNode, kind: str | None, place: Place, selected: _Selected) -> None:
        self._counts.aliases += node.alias is not None
        for argument in node.arguments or ():
            self._literal(argument.value)
        price = self._prices.of(kind, node.name.value)
        beneath = self._places.answer(place, (node.alias or node.name).value)
        part = self._part(node.selection_set, price.of, beneath) if node.selection_set else _NOTHING
        size = _size(price, node.arguments or ())
        selected.depth = max(selected.depth, part.depth + 1)
        selected.roots += 1
        selected.common.append(price.own)
        if price.paged and size:
            selected.common += [part.cost, self._amounts.times(size, part.an_entry)]
        elif price.of_page:
            selected.entries.append(part.cost)
        else:
            selected.common.append(self._amounts.times(size, part.cost) if size else part.cost)

    def _directives(self, directives: Iterable[DirectiveNode] | None) -> None:
        for directive in directives or ():
            self._counts.directives += 1
            for argument in directive.arguments or ():
                self._literal(argument.value)

    def _literal(self, value: Node) -> None:
        waiting = [(value, 1)]
        while waiting:
            each, depth = waiting.pop()
            if isinstance(each, ListValueNode):
                waiting += [(value, depth + 1) for value in each.values]
            elif isinstance(each, ObjectValueNode):
                waiting += [(field.value, depth + 1) for field in each.fields]
            else:
                continue
            self._counts.literal_depth = max(self._counts.literal_depth, depth)


def _size(price: Price, arguments: Iterable[ArgumentNode]) -> Size | None:
    if price.entries is None:
        return None
    values = {each.name.value: each.value for each in arguments}
    given: list[int | str] = []
    for name in price.sized_by:
        value = values.get(name)
        if isinstance(value, VariableNode):
            given.append(value.name.value)
        elif value is not None and (number := said(_literal_size(value))) is not None:
            given.append(number)
            break
    return Size(tuple(given), price.entries, price.most)


def _literal_size(value: ValueNode | None) -> int | None:
    """What a literal says of the size of a list."""
    if isinstance(value, ListValueNode):
        return len(value.values)
    if isinstance(value, IntValueNode):
        # Python reads no number of more than 4,300 digits, and no list is as long as one of 20.
        return int(value.value) if len(value.value) < len(str(MOST)) else MOST
    return None
