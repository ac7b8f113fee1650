"""How many fields answer under the same name at the same place.

graphql-core's `OverlappingFieldsCanBeMerged` compares any two of them: their number, and not that of the document's
tokens, is what it costs. It is counted in nearly linear time. A place is a node of a tree of response names; where a
fragment is spread, its own tree and the place become one (union-find), with all that lies beneath.
"""

Place = int


class Places:
    """The places in the answers to a document, each by a number that stands for it."""

    def __init__(self) -> None:
        self._joined: list[Place] = []
        # Of each place: how many fields answer under a name there, and the place beneath them.
        self._fields: list[dict[str, int]] = []
        self._beneath: list[dict[str, Place]] = []

    def new(self) -> Place:
        """A place that nothing leads to yet, such as the root of an operation or of a fragment."""
        self._joined.append(len(self._joined))
        self._fields.append({})
        self._beneath.append({})
        return len(self._joined) - 1

    def answer(self, place: Place, name: str) -> Place:
        """Note a field that answers under this name there. Returns the place beneath it."""
        own = self._found(place)
        fields, beneath = self._fields[own], self._beneath[own]
        if name not in beneath:
            beneath[name] = self.new()
        fields[name] = fields.get(name, 0) + 1
        return beneath[name]

    def join(self, one: Place, other: Place) -> None:
        """What answers at either answers at both."""
        pairs = [(one, other)]
        while pairs:
            larger, smaller = map(self._found, pairs.pop())
            if larger == smaller:
                continue
            if len(self._beneath[larger]) < len(self._beneath[smaller]):
                larger, smaller = smaller, larger
            self._joined[smaller] = larger
            fields, beneath = self._fields[larger], self._beneath[larger]
            for name, place in self._beneath[smaller].items():
                fields[name] = fields.get(name, 0) + self._fields[smaller][name]
                pairs.append((beneath.setdefault(name, place), place))
            self._fields[smaller], self._beneath[smaller] = {}, {}

    def _found(self, place: Place) -> Place:
        while (further := self._joined[place]) != place:
            self._joined[place] = self._joined[further]
            place = further
        return place

    def overlaps(self) -> int:
        """How many pairs of fields there are in all whose names and places are the same."""
        return sum(count * (count - 1) // 2 for fields in self._fields for count in fields.values())
