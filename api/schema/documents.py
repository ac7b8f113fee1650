"""Documents are read, measured and validated once: clients send the same few over and over, and a subscription holds
its own for as long as it lasts.

What is too large is refused as soon as it is read, before it is validated: some of graphql-core's rules take time that
grows with the square of what they look at.
"""

from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_operation_ast,
    specified_rules,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.costing import Bounds, Exceeded, Measured, Prices, check_variables, measure, read_document
from api.domain.errors import Fault, FaultCode
from api.resolvers.paging import DEFAULT_PAGE, LARGEST_PAGE
from api.schema.disclosure import TOLD_ALL, Disclosure

UNKNOWN: Final = "unknown"
_DOCUMENTS_KEPT: Final = 512
_TOKENS_KEPT: Final = 100_000
# A document that is wrong in more ways is refused all the same, and each suggestion of what was meant takes its time.
_MOST_ERRORS: Final = 8
_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
# How many entries the lists have that come as a whole, such as the skills of a person.
_ENTRIES: Final = 10
# What clients are told, and what they can do.
_WORDS: Final = {
    "characters": ("characters", "characters", "Send several operations."),
    "tokens": ("tokens", "tokens", "Send several operations."),
    "depth": ("depth", "fields within one another", "Ask for what lies deeper by `node`."),
    "width": ("width", "selections side by side", "Send several operations."),
    "root_fields": ("rootFields", "fields at its root", "Send several operations, or ask for `nodes`."),
    "aliases": ("aliases", "aliases", "Send several operations."),
    "directives": ("directives", "directives", "Send several operations."),
    "operations": ("operations", "operations", "Send several documents."),
    "fragments": ("fragments", "fragments", "Send several operations."),
    "variables": ("variables", "variables", "Put what belongs together into an input object."),
    "literal_depth": ("literalDepth", "lists or objects within one another, in an argument or a variable", ""),
    "values": ("values", "values in its variables", "Send them in several requests."),
    "overlaps": ("overlaps", "pairs of fields that answer under one name", "Ask for each field once."),
    "cost": ("cost", "fields that its answer may hold, by its cost", "Ask for fewer entries or for fewer fields."),
}


class KnownDocument:
    """A document, and what there is to know of it: ``tree`` where it could be read, else ``wrong`` where it is none, or
    ``refusal`` where it is too large.
    """

    def __init__(
        self, text: str, schema: GraphQLSchema, prices: Prices, bounds: Bounds, disclosure: Disclosure = TOLD_ALL
    ) -> None:
        self._schema = schema
        self._disclosure = disclosure
        self._bounds = bounds
        self.tree: DocumentNode | None = None
        self.wrong: GraphQLSyntaxError | None = None
        self._excess: Exceeded | None = None
        self._measured: Measured | None = None
        self._described: dict[str | None, tuple[str, str]] = {}
        try:
            tree = read_document(text, bounds)
            self._measured = measure(tree, prices, bounds)
            self._measured.check(bounds)
            self.tree = tree
        except Exceeded as exceeded:
            self._excess = exceeded.with_traceback(None)
        except GraphQLSyntaxError as error:
            # Its frames would hold what was read so far.
            self.wrong = error.with_traceback(None)

    @property
    def refusal(self) -> Fault | None:
        """Made anew each time: one that is raised holds whoever it went through."""
        return _too_much(self._excess) if self._excess else None

    @property
    def tokens(self) -> int:
        return self.tree.token_count or 0 if self.tree else 0

    @cached_property
    def errors(self) -> list[GraphQLError]:
        """Why it cannot be run; the first reasons, where there are many."""
        if refusal := self.refusal:
            return [GraphQLError(refusal.message, original_error=refusal)]
        if self.tree is None:
            return [self.wrong] if self.wrong else []
        return self._disclosure.wrong(self._schema, self.tree, _RULES, most=_MOST_ERRORS)

    def described(self, name: str | None) -> tuple[str, str]:
        """Kind and name of the operation that is to be run; `unknown` where the document does not say."""
        found = self._described.get(name)
        if found is None:
            operation = get_operation_ast(self.tree, name) if self.tree else None
            if not isinstance(operation, OperationDefinitionNode):
                # Not to be kept: clients can think of any number of names.
                return UNKNOWN, ""
            found = operation.operation.value, operation.name.value if operation.name else ""
            self._described[name] = found
        return found

    def cost(self, name: str | None, variables: Mapping[str, Any] | None) -> int:
        """What an operation of it costs with these variables, in fields that the answer may hold: each counts once, or
        ten times where it is a page of a list or a change. Raises ``Fault`` (COST_EXCEEDED) where that, or anything
        else about it, is more than allowed.
        """
        if refusal := self.refusal:
            raise refusal
        try:
            check_variables(variables, self._bounds)
            cost = self._measured.cost(name, variables) if self._measured else 0
            self._bounds.check("cost", cost)
        except Exceeded as exceeded:
            raise _too_much(exceeded) from None
        return cost


class KnownDocuments:
    """The documents that were asked for last, by their text: so many, and not more than so many tokens in all."""

    def __init__(self, schema: GraphQLSchema, bounds: Bounds, disclosure: Disclosure = TOLD_ALL) -> None:
        self.bounds = bounds
        self._disclosure = disclosure
        self.schema = schema
        self.prices = Prices(schema, page=DEFAULT_PAGE, largest=LARGEST_PAGE, entries=_ENTRIES)
        self._known: OrderedDict[str, KnownDocument] = OrderedDict()
        self._tokens = 0

    def of(self, text: str) -> KnownDocument:
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        known = KnownDocument(text, self.schema, self.prices, self.bounds, self._disclosure)
        if known.refusal and known.refusal.details["limit"] == "characters":
            # Found out at once, and long.
            return known
        self._known[text] = known
        self._tokens += known.tokens
        while len(self._known) > 1 and (len(self._known) > _DOCUMENTS_KEPT or self._tokens > _TOKENS_KEPT):
            _, gone = self._known.popitem(last=False)
            self._tokens -= gone.tokens
        return known


def _too_much(exceeded: Exceeded) -> Fault:
    name, what, instead = _WORDS[exceeded.limit]
    asked = f"more than {exceeded.allowed}" if exceeded.at_least else str(exceeded.asked)
    return Fault(
        FaultCode.COST_EXCEEDED,
        f"This document has {asked} {what}; at most {exceeded.allowed} are allowed. {instead}".rstrip(),
        limit=name,
        asked=exceeded.asked,
        allowed=exceeded.allowed,
    )
