"""Running operations. Every transport comes here, and differs in nothing but how it wraps what it is given."""

import contextlib
from collections.abc import AsyncGenerator, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import structlog
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from api import tracing
from api.domain.errors import Fault, FaultCode
from api.domain.viewer import Viewer
from api.metrics import Metrics, Run
from api.notifications.outages import is_outage
from api.resolvers.context import Context, Services
from api.schema.build import Schema
from api.transport.admission import Admission
from api.transport.audience import Audiences, Listener, Room, Said, Write
from api.transport.documents import cursor_variable
from api.transport.errors import present, told
from api.transport.increments import INCREMENTS, at_once, comes_in_parts, payload_of
from api.transport.parameters import Operation
from api.transport.persisted import Documents

log = structlog.get_logger(__name__)

_SLOW_SECONDS: Final = 1.0
ANY: Final = frozenset(OperationType)
AT_ONCE: Final = ANY - {OperationType.SUBSCRIPTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response. ``refused`` says that nothing was executed, with the kind of operation where it was the kind that
    was not allowed. ``cursor`` is where the log that it delivers from stands, for a subscription, and ``position`` the
    number in it.
    """

    payload: dict[str, Any]
    refused: bool = False
    refused_kind: OperationType | None = None
    cursor: str | None = None
    position: int = -1


async def _without_waiting() -> None:
    pass


class Interrupted(Exception):  # noqa: N818 - how a subscription ends
    """A live operation cannot go on. An error would end it for good; so the client comes back, to where it was."""


class Operations:
    """The schema, and what its operations need."""

    def __init__(
        self,
        schema: Schema,
        services: Services,
        metrics: Metrics,
        documents: Documents,
        admission: Admission | None = None,
    ) -> None:
        """Without ``admission`` everybody may ask as much as they like."""
        self._documents = documents
        self._admission = admission or Admission()
        self._schema = schema
        self._services = services
        self._metrics = metrics
        self._audiences = Audiences(services.wakeups)

    @property
    def spared(self) -> int:
        """How many subscriptions are open beyond those that run: see `audience.py`."""
        return self._audiences.spared

    def run(
        self,
        operation: Operation,
        viewer: Viewer,
        *,
        kinds: Iterable[OperationType] = ANY,
        increments: frozenset[str] = frozenset(),
        resume_after: str | None = None,
        write: Write | None = None,
        room: Room = _without_waiting,
    ) -> AsyncGenerator[Answer, None]:
        """The answers to an operation: one for a query or a mutation, unless it comes in parts by one of the directives
        in ``increments``. A subscription begins after ``resume_after``, whatever it asked for, where that is given;
        what others hear, too, goes through ``write``, where that is given, while no answer of its own is on its way;
        ``room`` is what to wait for where that fails.

        Raises ``Fault`` (RATE_LIMITED) at once where the person is to wait, and ``Interrupted`` from the answers.
        """
        try:
            asked = self._asked(operation, viewer)
        except Fault as fault:
            return _only(_refused(fault))
        return self._run(
            asked,
            operation,
            viewer,
            kinds=kinds,
            increments=increments,
            resume_after=resume_after,
            listener=self._listener(asked, operation, viewer, write, room) if write else None,
        )

    async def answer(self, operation: Operation, viewer: Viewer, *, kinds: Iterable[OperationType]) -> Answer:
        """The answer to a query or a mutation, in one piece. Raises ``Fault`` as `run` does."""
        try:
            asked = self._asked(operation, viewer)
        except Fault as fault:
            return _refused(fault)
        context = Context(viewer=viewer, services=self._services)
        with self._metrics.running(asked.kind, asked.name) as run, _followed(asked, run):
            try:
                result = await self._schema.answer(
                    at_once(asked.query),
                    variable_values=operation.variables,
                    context_value=context,
                    operation_name=operation.name,
                    operation_extensions=operation.extensions,
                    allowed_operation_types=kinds,
                )
            finally:
                context.loaders.forget()
            answer = self._with_cost(_answer(result, context), asked)
            run.answered(answer.payload, refused=answer.refused)
            return answer

    def _asked(self, operation: Operation, viewer: Viewer) -> "_Asked":
        """Raises ``Fault`` where it is not known, costs too much, or is to wait."""
        query = self._documents.text_of(operation)
        known = self._schema.documents.of(query)
        kind, name = known.described(operation.name)
        try:
            cost = known.cost(operation.name, operation.variables)
            self._admission.charge(viewer, points=cost)
        except Fault as fault:
            with self._metrics.running(kind, name) as run:
                run.answered({"errors": [told(fault)]}, refused=True)
            raise
        return _Asked(query=query, kind=kind, name=name, cost=cost, wants_cost=_wants_cost(operation))

    async def _run(
        self,
        asked: "_Asked",
        operation: Operation,
        viewer: Viewer,
        *,
        kinds: Iterable[OperationType],
        increments: frozenset[str],
        resume_after: str | None,
        listener: Listener | None,
    ) -> AsyncGenerator[Answer, None]:
        kind, name = asked.kind, asked.name
        query = at_once(asked.query, but=frozenset() if kind == "subscription" else increments)
        context = Context(viewer=viewer, services=self._services, resume_after=resume_after)
        with self._metrics.running(kind, name) as run, _followed(asked, run):
            try:
                while True:
                    if listener is not None:
                        context.hand_over = listener.hand_over
                    answers = self._answers(query, operation, context, asked=asked, kinds=kinds)
                    async with contextlib.aclosing(answers):
                        async for answer in answers:
                            run.answered(answer.payload, refused=answer.refused)
                            yield answer
                    if listener is None or not listener.handed_over:
                        return
                    # Thousands may wait here, perhaps for hours.
                    del answers, context
                    context = Context(viewer=viewer, services=self._services, resume_after=await listener.left())
            finally:
                if listener is not None:
                    self._audiences.forget(listener)

    async def _answers(
        self, query: str, operation: Operation, context: Context, *, asked: "_Asked", kinds: Iterable[OperationType]
    ) -> AsyncGenerator[Answer, None]:
        results = await self._schema.stream(
            query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
            operation_extensions=operation.extensions,
            allowed_operation_types=kinds,
        )
        async with contextlib.aclosing(results), _forgetting(context):
            async for result in results:
                if context.live and _met_outage(result):
                    raise Interrupted("The database is away. Come back in a moment.")
                with self._metrics.delivering(context.written_at, live=not context.replayed):
                    yield self._with_cost(_answer(result, context), asked)
                if context.written_at and not context.replayed:
                    tracing.delivered(asked.name, context.written_at)

    def _with_cost(self, answer: Answer, asked: "_Asked") -> Answer:
        if asked.wants_cost and not answer.refused:
            cost = {"points": asked.cost, "allowed": self._schema.documents.bounds.cost or None}
            answer.payload["extensions"] = {**answer.payload.get("extensions", {}), "cost": cost}
        return answer

    def _listener(
        self, asked: "_Asked", operation: Operation, viewer: Viewer, write: Write, room: Room
    ) -> Listener | None:
        if asked.kind != "subscription":
            return None
        query = at_once(asked.query)

        async def shared(after: str) -> AsyncGenerator[Said, None]:
            context = Context(viewer=viewer, services=self._services, resume_after=after)
            async with contextlib.aclosing(self._answers(query, operation, context, asked=asked, kinds=ANY)) as answers:
                async for answer in answers:
                    if answer.refused:
                        return
                    yield Said(answer.payload, answer.position)

        listener = self._audiences.listener(write, room)
        begins = cursor_variable(query, operation.name)
        variables = {name: value for name, value in (operation.variables or {}).items() if name != begins}
        listener.ask(viewer, query, operation.name, [variables, operation.extensions], shared)
        return listener

    def text_of(self, operation: Operation) -> str:
        """Raises ``Fault`` where it is not known, or not allowed."""
        return self._documents.text_of(operation)

    def refusal_of(self, operation: Operation, *, kinds: Collection[OperationType] = ANY) -> Answer | None:
        """What is wrong with an operation that nothing of has been run yet."""
        try:
            query = self._documents.text_of(operation)
            self._schema.documents.of(query).cost(operation.name, operation.variables)
        except Fault as fault:
            return Answer(payload={"errors": [told(fault)]}, refused=True)
        errors, kind = self._schema.checked(query, operation.name)
        if errors:
            return Answer(payload={"errors": present(errors)}, refused=True)
        if kind not in kinds:
            return Answer(payload={}, refused=True, refused_kind=kind)
        return None

    def come_in_parts(self, operation: Operation, *, read: frozenset[str]) -> bool:
        """Whether a query or a mutation asks for parts that the client reads."""
        try:
            query = self._documents.text_of(operation)
        except Fault:
            return False
        known = self._schema.documents.of(query)
        if known.tree is None:
            return False
        return comes_in_parts(query, read=read) and known.described(operation.name)[0] != "subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    query: str
    kind: str
    name: str
    cost: int
    wants_cost: bool


def _refused(fault: Fault) -> Answer:
    """What to answer instead. Raises it where that is for the transport to say."""
    if fault.code is FaultCode.RATE_LIMITED:
        raise fault
    return Answer(payload={"errors": [told(fault)]}, refused=True)


async def _only(answer: Answer) -> AsyncGenerator[Answer, None]:
    yield answer


def _wants_cost(operation: Operation) -> bool:
    return bool(operation.extensions) and (operation.extensions or {}).get("cost") is True


def _traced(kind: str, name: str) -> contextlib.AbstractContextManager[object]:
    # A subscription lasts for hours: what it delivers has spans of its own.
    return contextlib.nullcontext() if kind == "subscription" else tracing.operation(kind, name)


@contextlib.asynccontextmanager
async def _forgetting(context: Context) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        context.loaders.forget()


@contextlib.contextmanager
def _followed(asked: _Asked, run: Run) -> Iterator[None]:
    """One line an operation; most are for those who look closely. And a span."""
    kind, name = asked.kind, asked.name
    try:
        with _traced(kind, name):
            yield
    finally:
        slow = kind != "subscription" and run.seconds > _SLOW_SECONDS
        tell = log.info if slow or FaultCode.INTERNAL in run.codes else log.debug
        tell(
            "operation", kind=kind, name=name[:100], seconds=round(run.seconds, 4), outcome=run.outcome, codes=run.codes
        )


def _answer(result: Any, context: Context) -> Answer:
    if isinstance(result, INCREMENTS):
        return Answer(payload=payload_of(result))
    errors = result.errors or []
    if isinstance(result, PreExecutionError) or (result.data is None and not any(error.path for error in errors)):
        kinds = (getattr(error.original_error, "operation_type", None) for error in errors)
        return Answer(
            payload={"errors": present(errors)}, refused=True, refused_kind=next((each for each in kinds if each), None)
        )
    payload: dict[str, Any] = {"data": result.data}
    if errors:
        payload["errors"] = present(errors)
    if result.extensions:
        payload["extensions"] = result.extensions
    return Answer(payload=payload, cursor=context.cursor, position=context.position)


def _met_outage(result: Any) -> bool:
    return isinstance(result, PreExecutionError | ExecutionResult) and any(
        is_outage(error.original_error) for error in result.errors or ()
    )
