"""The schema, put together from its roots."""

import strawberry
from graphql import GraphQLError, get_named_type, get_operation_ast
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from api.costing import Bounds
from api.schema.disclosure import TOLD_ALL, Disclosure
from api.schema.execution import CompiledSchema, execution
from api.schema.federation import SCALARS, SubgraphQuery
from api.schema.mutations.administration import AdministrationMutations
from api.schema.mutations.availability import AvailabilityMutations
from api.schema.mutations.device import DeviceMutations
from api.schema.mutations.mentorship import MentorshipMutations
from api.schema.mutations.notification import NotificationMutations
from api.schema.mutations.plan import PlanMutations
from api.schema.mutations.profile import ProfileMutations
from api.schema.mutations.request import RequestMutations
from api.schema.notification import NOTIFICATION_TYPES
from api.schema.query import Query
from api.schema.subscription import Subscription


@strawberry.type(
    description="What can be changed. What the person did wrong comes back in `errors`, and nothing was changed."
)
class Mutation(
    ProfileMutations,
    RequestMutations,
    MentorshipMutations,
    PlanMutations,
    AvailabilityMutations,
    NotificationMutations,
    DeviceMutations,
    AdministrationMutations,
):
    pass


class Schema(CompiledSchema):
    """Errors are logged where they are shown to the client, under the id that the client sees."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        pass

    def describe_inputs(self) -> None:
        """An argument that is all of a mutation's input means what its type says."""
        mutations = self._schema.mutation_type
        for field in mutations.fields.values() if mutations else ():
            for argument in field.args.values():
                argument.description = argument.description or get_named_type(argument.type).description

    def checked(self, query: str, name: str | None) -> tuple[list[GraphQLError], OperationType | None]:
        """What is wrong with an operation, before any of it is run, and of what kind it is."""
        known = self.documents.of(query)
        if known.tree is None or known.errors:
            return known.errors, None
        operation = get_operation_ast(known.tree, name)
        if operation is None:
            cause = CannotGetOperationTypeError(name)
            return [GraphQLError(cause.as_http_error_reason(), original_error=cause)], None
        return [], OperationType(operation.operation.value)


def build_schema(
    *, subgraph: bool = False, compiled: bool = True, bounds: Bounds | None = None, disclosure: Disclosure = TOLD_ALL
) -> Schema:
    """``subgraph`` adds what a router asks a subgraph of Apollo Federation for. ``compiled`` says that operations are
    executed by functions made for them; what they answer is the same either way. ``bounds`` are those of documents,
    ``disclosure`` says how much of the schema a client is told.
    """
    schema = Schema(
        query=SubgraphQuery if subgraph else Query,
        mutation=Mutation,
        subscription=Subscription,
        types=NOTIFICATION_TYPES,
        execution_context_class=execution(compiled=compiled, suggestions=disclosure.suggestions),
        bounds=bounds,
        disclosure=disclosure,
        config=StrawberryConfig(enable_experimental_incremental_execution=True, scalar_map=SCALARS if subgraph else {}),
    )
    schema.describe_inputs()
    return schema


def sdl() -> str:
    """The schema definition as it is committed beside this module."""
    return build_schema().as_str() + "\n"
