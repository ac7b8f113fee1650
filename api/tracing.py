"""OpenTelemetry: a span an operation and a statement, sent where `OTEL_EXPORTER_OTLP_ENDPOINT` says, if it says so.

The other `OTEL_…` variables mean what OpenTelemetry's specification says. No span holds what people wrote: statements
come without their parameters, operations without their variables.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from opentelemetry import context, propagate, trace

from api.settings import Settings

_SECONDS_TO_SEND: Final = 2
_NANOSECONDS: Final = 1_000_000_000
_NOTHING: Final = contextlib.nullcontext()
_tracer = trace.get_tracer("mentoring-api")


@contextlib.contextmanager
def exported(settings: Settings) -> Iterator[None]:
    """Export spans for as long as the block lasts, where the settings ask for it."""
    if settings.otlp_endpoint is None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - most need none
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    os.environ.setdefault("OTEL_SERVICE_NAME", "mentoring-api")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_SECONDS_TO_SEND)))
    trace.set_tracer_provider(provider)
    instrumentor = AsyncPGInstrumentor()  # type: ignore[no-untyped-call]
    instrumentor.instrument()
    try:
        yield
    finally:
        instrumentor.uninstrument()
        provider.shutdown()


def _nobody_looks() -> bool:
    return isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def continued(headers: Mapping[str, str]) -> contextlib.AbstractContextManager[None]:
    """Go on with the trace that a request comes from (W3C `traceparent`)."""
    return _NOTHING if _nobody_looks() else _continued(headers)


@contextlib.contextmanager
def _continued(headers: Mapping[str, str]) -> Iterator[None]:
    token = context.attach(propagate.extract(headers))
    try:
        yield
    finally:
        context.detach(token)


def operation(kind: str, name: str) -> contextlib.AbstractContextManager[object]:
    """The span of a query or a mutation, named after OpenTelemetry's conventions for GraphQL servers."""
    if _nobody_looks():
        return _NOTHING
    attributes = {"graphql.operation.type": kind, "graphql.operation.name": name}
    return _tracer.start_as_current_span(f"{kind} {name}".strip(), kind=trace.SpanKind.SERVER, attributes=attributes)


def delivered(name: str, written_at: datetime) -> None:
    """The span of an entry that was just sent to a live subscription, from when it was written on."""
    if _nobody_looks():
        return
    start = int(written_at.timestamp() * _NANOSECONDS)
    attributes = {"graphql.operation.type": "subscription", "graphql.operation.name": name}
    span = _tracer.start_span("deliver", start_time=start, kind=trace.SpanKind.PRODUCER, attributes=attributes)
    span.end(int(datetime.now(UTC).timestamp() * _NANOSECONDS))
