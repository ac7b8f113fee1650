"""Operations that were compiled, and where they are kept."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, get_operation_ast
from graphql.execution import Executor
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from api.compiled.generation import Generator
from api.compiled.resolution import Adapter
from api.compiled.shape import NotCompilable, Shaper, conditions, is_serial

# Takes the executor and the root value; gives the data, or a coroutine of it.
Root = Callable[[Executor[Any], Any], Any]

_MOST_SHAPES: Final = 32


class CompiledOperation:
    """One operation of a document, in as many shapes as it was asked for. ``fields`` says how many there are in all of
    them: what it takes to keep it goes by that.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        adapter: Adapter,
    ) -> None:
        """Raises ``NotCompilable``."""
        self.operation = operation
        self.fields = 0
        self._schema = schema
        self._fragments = {name: FragmentDetails(each) for name, each in fragments.items()}
        self._adapter = adapter
        self._conditions = conditions(operation, fragments.values())
        self._shapes: dict[tuple[Any, ...], Root | None] = {}

    def root(self, variable_values: VariableValues) -> Root | None:
        """The function for what the variables leave in; None where graphql-core is to execute it."""
        values = variable_values.coerced
        choice = tuple([values.get(name) for name in self._conditions])
        found = self._shapes.get(choice)
        if found is None and choice not in self._shapes:
            # Anything else is an error, and where it is one is for graphql-core to say.
            fit = all(each is True or each is False for each in choice) and len(self._shapes) < _MOST_SHAPES
            if not fit:
                return None
            found = self._shapes[choice] = self._compiled(variable_values)
        return found

    def source(self, variable_values: VariableValues | None = None) -> str:
        """The text of what is executed, for people. Raises ``NotCompilable``."""
        return self._written(variable_values or VariableValues({}, {}))[0]

    def _compiled(self, variable_values: VariableValues) -> Root | None:
        try:
            text, names, fields = self._written(variable_values)
        except (NotCompilable, RecursionError):
            return None
        name = self.operation.name.value if self.operation.name else self.operation.operation.value
        exec(compile(text, f"<compiled {name}>", "exec"), names)  # noqa: S102 - holds no text but ours and GraphQL names
        self.fields += fields
        root: Root = names["root"]
        return root

    def _written(self, variable_values: VariableValues) -> tuple[str, dict[str, Any], int]:
        shaper = Shaper(self._schema, self.operation, self._fragments, variable_values)
        shape = shaper.root()
        generator = Generator(self._adapter)
        return generator.root(shape, serial=is_serial(self.operation)), generator.names(), shaper.fields


def compile_operation(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None = None, adapter: Adapter | None = None
) -> CompiledOperation | None:
    """An operation of a valid document, compiled; None where graphql-core is to execute it."""
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return None
    return _compile(schema, operation, fragments_of(document), adapter or Adapter())


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def _compile(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    adapter: Adapter,
) -> CompiledOperation | None:
    try:
        compiled = CompiledOperation(schema, operation, fragments, adapter)
    except (NotCompilable, RecursionError):
        return None
    return compiled


class CompiledOperations:
    """The operations that were executed last, compiled, by the text of their document and their name: so many of them,
    and not more than so many fields in all. Longer documents are left to graphql-core. A document is to be parsed once,
    for each parsing is one of its own.
    """

    def __init__(
        self,
        adapter: Callable[[GraphQLSchema], Adapter] = lambda _: Adapter(),
        *,
        kept: int = 512,
        fields: int = 20_000,
        longest: int = 16_384,
    ) -> None:
        self._adapter_of = adapter
        self._adapters: dict[int, tuple[GraphQLSchema, Adapter]] = {}
        self._most = kept
        self._most_fields = fields
        self._longest = longest
        self._operations: OrderedDict[tuple[str, str | None], tuple[OperationDefinitionNode, CompiledOperation | None]]
        self._operations = OrderedDict()
        self._fields = 0

    def __len__(self) -> int:
        return len(self._operations)

    def root(self, executor: Executor[Any]) -> Root | None:
        """The function for what an executor was made for; None where graphql-core is to execute it."""
        compiled = self.of(executor.schema, executor.operation, executor.fragment_definitions)
        if compiled is None:
            return None
        before = compiled.fields
        root = compiled.root(executor.variable_values)
        if compiled.fields != before:
            self._fields += compiled.fields - before
            self._forget()
        return root

    def of(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> CompiledOperation | None:
        """A valid operation; None where graphql-core is to execute it."""
        location = operation.loc
        if location is None or len(location.source.body) > self._longest:
            return None
        key = location.source.body, operation.name.value if operation.name else None
        known = self._operations.get(key)
        if known is not None and known[0] is operation:
            self._operations.move_to_end(key)
            return known[1]
        if known is not None:
            self._gone(*self._operations.pop(key))
        compiled = _compile(schema, operation, fragments, self._adapter(schema))
        self._operations[key] = operation, compiled
        self._forget()
        return compiled

    def _forget(self) -> None:
        """Let those go that were not asked for longest. The one asked for last stays."""
        while len(self._operations) > 1 and (len(self._operations) > self._most or self._fields > self._most_fields):
            _, gone = self._operations.popitem(last=False)
            self._gone(*gone)

    def _gone(self, _operation: OperationDefinitionNode, compiled: CompiledOperation | None) -> None:
        self._fields -= compiled.fields if compiled else 0

    def _adapter(self, schema: GraphQLSchema) -> Adapter:
        found = self._adapters.get(id(schema))
        if found is None:
            found = self._adapters[id(schema)] = schema, self._adapter_of(schema)
        return found[1]
